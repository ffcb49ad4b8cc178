import type * as sts from "@aws-sdk/client-sts";
import { defineOperations, NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import { type Principal, userIdOf } from "../../kernel/principal.ts";
import { forbidden } from "./errors.ts";

export const callerIdentities = defineOperations<typeof sts>()({
  /** Allowed whatever policies say, even an explicit deny. Source: its API reference. */
  GetCallerIdentity: {
    authorize: () => NO_PERMISSION_NEEDED,
    handle: (_input, { caller }) => identityOf(caller.principal),
  },
});

function identityOf(principal: Principal): { UserId: string; Account: string; Arn: string } {
  const UserId = userIdOf(principal);
  if (UserId === undefined || !("accountId" in principal))
    throw forbidden("GetCallerIdentity needs the credentials of an account.");
  return { UserId, Account: principal.accountId, Arn: principal.arn };
}
