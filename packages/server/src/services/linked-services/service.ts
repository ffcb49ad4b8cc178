import type { LinkedRoleReport } from "../../kernel/linked-services.ts";
import type { Service } from "../../kernel/service.ts";
import {
  createForwardAccessSession,
  type ForwardAccessSessionDependencies,
} from "./forward-access-sessions.ts";
import { linkedServicesSchemas } from "./schema.ts";
import { listServiceLinkedRoleUsage } from "./service-linked-role-usage.ts";

export interface LinkedServicesDependencies extends ForwardAccessSessionDependencies {
  readonly report: LinkedRoleReport;
}

/**
 * Rolecast's own API, signed for `rolecast`: what AWS's services do among themselves and therefore
 * has no operation on AWS.
 */
export function createLinkedServicesService(deps: LinkedServicesDependencies): Service {
  return {
    definition: {
      name: "rolecast",
      signingName: "rolecast",
      protocol: "restJson1",
      version: "2026-11-01",
      schemas: linkedServicesSchemas,
    },
    operations: {
      CreateForwardAccessSession: createForwardAccessSession(deps),
      ListServiceLinkedRoleUsage: listServiceLinkedRoleUsage(deps.report),
    },
    constraints: { errorCode: "ValidationException", members: {} },
    migrations: [],
  };
}
