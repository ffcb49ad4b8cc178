import { managedPolicies } from "./iam-policies.ts";
import { roles } from "./iam-roles.ts";
import { users } from "./iam-users.ts";
import type { Model } from "./model.ts";
import { objects } from "./s3-objects.ts";

/** Every service's models, a line each. */
export const MODELS: readonly Model[] = [users, roles, managedPolicies, objects];
