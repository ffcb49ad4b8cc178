import type { LinkedRoleReport, LinkedRoleStatus } from "../../../kernel/ports/linked-services.ts";
import type { IamParts } from "../parts.ts";
import { allLinkedRoles, type Role, roleArn } from "../rows/roles.ts";
import type { IamTables } from "../tables.ts";
import type { LinkedServices } from "./linked-services.ts";
import { askUsage, type UsageAnswer } from "./usage-endpoint.ts";

/** Lists each service-linked role with its users, for `rolecast iam service-linked-roles`. */
export function createLinkedRoleReport(
  parts: Pick<IamParts, "store" | "lastUsed" | "log">,
  services: LinkedServices,
): LinkedRoleReport {
  const store = parts.store.tables<IamTables>();

  const usageOf = async (role: Role, servicePrincipal: string): Promise<UsageAnswer> => {
    const { account_id: accountId, role_name: roleName } = role;
    const outside = services.outside(servicePrincipal);
    if (outside) return askUsage(outside, { accountId, roleName }, new AbortController().signal);
    if (!services.isKnown(servicePrincipal))
      return { unknown: `The setting linkedServices names ${servicePrincipal} no more.` };
    try {
      const usages = await store.transaction((tx) =>
        services.findUsage(servicePrincipal, accountId, tx.tables()),
      );
      return { usages };
    } catch (error) {
      parts.log.error({ err: error, servicePrincipal }, "A role's usage is unknown.");
      return { unknown: `${servicePrincipal} could not tell.` };
    }
  };

  const statusOf = async (role: Role, servicePrincipal: string): Promise<LinkedRoleStatus> => {
    const answer = await usageOf(role, servicePrincipal);
    const noted = parts.lastUsed.latestOfRole(role.role_id);
    const stored =
      role.last_used_ms === null || role.last_used_region === null
        ? undefined
        : { atMs: role.last_used_ms, region: role.last_used_region };
    return {
      arn: roleArn(role),
      roleName: role.role_name,
      servicePrincipal,
      createdMs: role.created_ms,
      createdBy: role.created_by ?? undefined,
      createdVia: role.created_via ?? undefined,
      lastUsed: noted && (!stored || noted.atMs > stored.atMs) ? noted : stored,
      usages: answer.unknown === undefined ? answer.usages : [],
      unknown: answer.unknown,
      deletionTaskId: role.deletion_task_id ?? undefined,
    };
  };

  return {
    list: async (accountId) => {
      const roles = await allLinkedRoles(store.db, accountId);
      return Promise.all(
        roles.flatMap((role) =>
          role.linked_service === null ? [] : [statusOf(role, role.linked_service)],
        ),
      );
    },
  };
}
