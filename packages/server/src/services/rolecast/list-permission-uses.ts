import type { OperationHandler } from "../../kernel/operations.ts";
import type { PermissionUse, PermissionUses } from "../../kernel/ports/permission-uses.ts";
import { requireAccount } from "../../kernel/request-context.ts";

interface ListInput {
  readonly PrincipalArn?: string;
  readonly Since?: Date;
}

/** Lists which permissions the account's principals have used, the latest use first. */
export function listPermissionUses(
  uses: Pick<PermissionUses, "list">,
): OperationHandler<ListInput, object> {
  return {
    authorize: () => ({ action: "rolecast:ListPermissionUses", resource: "*" }),
    handle: async ({ PrincipalArn, Since }, context) => {
      const about = { principalArn: PrincipalArn, sinceMs: Since?.getTime() ?? 0 };
      return {
        PermissionUses: (await uses.list(requireAccount(context), about, context)).map(shown),
      };
    },
  };
}

function shown(use: PermissionUse): object {
  return {
    PrincipalArn: use.principalArn,
    Action: use.action,
    Resource: use.resource,
    IsPattern: use.isPattern,
    Condition: use.condition,
    Operation: use.operation,
    FirstUsed: new Date(use.firstMs),
    LastUsed: new Date(use.lastMs),
    LastDenied: use.deniedMs === 0 ? undefined : new Date(use.deniedMs),
  };
}
