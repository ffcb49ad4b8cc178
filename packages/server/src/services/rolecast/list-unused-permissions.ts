import { type UnusedStatement, unusedPermissions } from "@rolecast/policy";
import type { OperationHandler } from "../../kernel/operations.ts";
import type { PermissionUses } from "../../kernel/ports/permission-uses.ts";
import { requireAccount } from "../../kernel/request-context.ts";
import { AttachedPolicies } from "./attached-policies.ts";

interface UnusedInput {
  readonly PrincipalArn: string;
  readonly Since?: Date;
}

/**
 * Lists what a user or role hasn't used of its policies. Its policies and keys are read as the
 * caller, by the caller's permissions.
 */
export function listUnusedPermissions(
  permissionUses: Pick<PermissionUses, "list">,
): OperationHandler<UnusedInput, object> {
  return {
    authorize: () => ({ action: "rolecast:ListPermissionUses", resource: "*" }),
    handle: async ({ PrincipalArn, Since }, context) => {
      const attached = new AttachedPolicies(context);
      const policies = await attached.of(PrincipalArn);
      const accessKeys = await attached.accessKeys(PrincipalArn);
      const about = { principalArn: PrincipalArn, sinceMs: Since?.getTime() ?? 0 };
      const uses = await permissionUses.list(requireAccount(context), about, context);
      const lastMs = Math.max(...uses.map(({ lastMs: ms }) => ms));
      return {
        LastUsed: uses.length === 0 ? undefined : new Date(lastMs),
        Policies: policies.map(({ name, arn, group, document }) => {
          const { statements, reduced } = unusedPermissions(document, uses);
          return {
            PolicyName: name,
            PolicyArn: arn,
            GroupName: group,
            UnusedStatements: statements.map(shown),
            IsUnused: reduced === undefined,
            ReducedPolicy: statements.length === 0 ? undefined : reduced,
          };
        }),
        AccessKeys: accessKeys,
      };
    },
  };
}

function shown({ index, sid, isUnused, actions, resources }: UnusedStatement): object {
  return { Index: index, Sid: sid, IsUnused: isUnused, Actions: actions, Resources: resources };
}
