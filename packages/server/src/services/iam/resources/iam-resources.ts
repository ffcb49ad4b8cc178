import type { ResourceType } from "../../../kernel/resources.ts";
import { roleType } from "./roles.ts";

export const iamResources: readonly ResourceType[] = [roleType];
