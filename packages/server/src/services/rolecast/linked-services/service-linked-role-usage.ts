import type { OperationHandler } from "../../../kernel/operations.ts";
import type { LinkedRoleReport, LinkedRoleStatus } from "../../../kernel/ports/linked-services.ts";
import { requireAccount } from "../../../kernel/request-context.ts";

/** Needs ListRoles: a caller that may list the roles may know who uses them. */
export function listServiceLinkedRoleUsage(
  report: LinkedRoleReport,
): OperationHandler<object, object> {
  return {
    authorize: (_input, context) => ({
      action: "iam:ListRoles",
      resource: `arn:aws:iam::${requireAccount(context)}:role/aws-service-role/`,
    }),
    handle: async (_input, context) => {
      const roles = await report.list(requireAccount(context));
      return { ServiceLinkedRoles: roles.map(shown) };
    },
  };
}

function shown(role: LinkedRoleStatus): object {
  const { lastUsed } = role;
  return {
    Arn: role.arn,
    RoleName: role.roleName,
    AWSServiceName: role.servicePrincipal,
    CreateDate: new Date(role.createdMs),
    CreatedBy: role.createdBy,
    CreatedVia: role.createdVia,
    LastUsedDate: lastUsed && new Date(lastUsed.atMs),
    LastUsedRegion: lastUsed?.region,
    RoleUsageList: role.usages.map(({ region, resources }) => ({
      Region: region,
      Resources: resources,
    })),
    UsageUnknown: role.unknown,
    DeletionTaskId: role.deletionTaskId,
    CanBeDeleted: role.unknown === undefined && role.usages.length === 0,
  };
}
