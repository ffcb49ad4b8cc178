import type * as sts from "@aws-sdk/client-sts";
import { defineOperations, NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import { DEFAULT_USER_SESSION_SECONDS } from "./constraints.ts";
import { issueCredentials } from "./issue-credentials.ts";
import { lifetimeSeconds, longTermIdentity } from "./long-term-identity.ts";
import { refuseMfa } from "./mfa.ts";
import type { SessionCredentials } from "./session-credentials.ts";

export function sessionTokens(credentials: SessionCredentials) {
  return defineOperations<typeof sts>()({
    GetSessionToken: {
      authorize: () => NO_PERMISSION_NEEDED,
      handle: (input, context) => {
        const identity = longTermIdentity(context);
        refuseMfa(input);
        const asked = input.DurationSeconds ?? DEFAULT_USER_SESSION_SECONDS;
        const seconds = lifetimeSeconds(identity, asked);
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
            multiFactorAuth: false,
            context: [],
          },
          minimumTokenBytes: 0,
        });
        return { Credentials: issued.Credentials };
      },
    },
  });
}
