import type * as sts from "@aws-sdk/client-sts";
import { defineOperations, NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { DEFAULT_USER_SESSION_SECONDS, ROOT_SESSION_SECONDS_MAX } from "./constraints.ts";
import { forbidden } from "./errors.ts";
import { issueCredentials } from "./issue-credentials.ts";
import { refuseMfa } from "./mfa.ts";
import type { SessionIdentity } from "./session.ts";
import type { SessionCredentials } from "./session-credentials.ts";

export function sessionTokens(credentials: SessionCredentials) {
  return defineOperations<typeof sts>()({
    GetSessionToken: {
      authorize: () => NO_PERMISSION_NEEDED,
      handle: (input, context) => {
        const identity = longTermIdentity(context);
        refuseMfa(input);
        const asked = input.DurationSeconds ?? DEFAULT_USER_SESSION_SECONDS;
        // The account owner's request isn't refused but shortened. Source: its API reference.
        const seconds =
          identity.kind === "root" ? Math.min(asked, ROOT_SESSION_SECONDS_MAX) : asked;
        const issued = issueCredentials(credentials, {
          session: {
            identity,
            issuedAtMs: context.nowMs,
            expiresAtMs: context.nowMs + seconds * 1000,
            policy: undefined,
            policyArns: [],
            tags: [],
            transitiveTagKeys: [],
            sourceIdentity: undefined,
          },
          minimumTokenBytes: 0,
        });
        return { Credentials: issued.Credentials };
      },
    },
  });
}

/** @throws AccessDenied for callers that are sessions already, in AWS's words. */
function longTermIdentity({ caller }: RequestContext): SessionIdentity {
  const { principal } = caller;
  const temporary = caller.expiresAtMs !== undefined;
  if (principal.kind === "root" && !temporary)
    return { kind: "root", accountId: principal.accountId };
  if (principal.kind === "user" && !temporary) {
    const { accountId, arn, id, userName } = principal;
    return { kind: "user", accountId, arn, id, userName };
  }
  throw forbidden("Cannot call GetSessionToken with session credentials");
}
