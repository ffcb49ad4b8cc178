import type { RequestContext } from "../../kernel/request-context.ts";
import { ROOT_SESSION_SECONDS_MAX } from "./constraints.ts";
import { forbidden } from "./errors.ts";
import type { SessionIdentity } from "./session.ts";

type LongTermIdentity = Extract<SessionIdentity, { kind: "root" | "user" }>;

/** @throws AccessDenied for callers that are sessions already, in AWS's words. */
export function longTermIdentity({ caller, operation }: RequestContext): LongTermIdentity {
  const { principal } = caller;
  const temporary = caller.expiresAtMs !== undefined;
  if (principal.kind === "root" && !temporary)
    return { kind: "root", accountId: principal.accountId };
  if (principal.kind === "user" && !temporary) {
    const { accountId, arn, id, userName } = principal;
    return { kind: "user", accountId, arn, id, userName };
  }
  throw forbidden(`Cannot call ${operation} with session credentials`);
}

/** Root's session is shortened rather than refused. Source: the API reference. */
export function lifetimeSeconds(identity: LongTermIdentity, asked: number): number {
  return identity.kind === "root" ? Math.min(asked, ROOT_SESSION_SECONDS_MAX) : asked;
}
