import type * as sts from "@aws-sdk/client-sts";
import { defineOperations, NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import type { Principal } from "../../kernel/principal.ts";
import { forbidden } from "./errors.ts";

export const callerIdentities = defineOperations<typeof sts>()({
  /** Allowed whatever the policies say, an explicit deny included. Source: its API reference. */
  GetCallerIdentity: {
    authorize: () => NO_PERMISSION_NEEDED,
    handle: (_input, { caller }) => identityOf(caller.principal),
  },
});

function identityOf(principal: Principal): { UserId: string; Account: string; Arn: string } {
  switch (principal.kind) {
    case "root":
      return { UserId: principal.accountId, Account: principal.accountId, Arn: principal.arn };
    case "user":
      return { UserId: principal.id, Account: principal.accountId, Arn: principal.arn };
    case "role-session":
      return {
        UserId: `${principal.roleId}:${principal.sessionName}`,
        Account: principal.accountId,
        Arn: principal.arn,
      };
    case "federated-user":
      return {
        UserId: `${principal.accountId}:${principal.name}`,
        Account: principal.accountId,
        Arn: principal.arn,
      };
    case "federated-provider":
    case "service":
    case "anonymous":
      throw forbidden("GetCallerIdentity needs the credentials of an account.");
    default:
      return principal satisfies never;
  }
}
