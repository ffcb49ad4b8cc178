import type * as sts from "@aws-sdk/client-sts";
import { defineOperations, NO_PERMISSION_NEEDED } from "../../kernel/operations.ts";
import type { FederationDirectory } from "../../kernel/ports/identity.ts";
import { DEFAULT_USER_SESSION_SECONDS } from "./constraints.ts";
import { issueCredentials } from "./issue-credentials.ts";
import { lifetimeSeconds, longTermIdentity } from "./long-term-identity.ts";
import { multiFactorAuth } from "./mfa.ts";
import type { SessionCredentials } from "./session-credentials.ts";

export interface SessionTokensDependencies {
  readonly credentials: SessionCredentials;
  readonly federation: FederationDirectory;
}

export function sessionTokens({ credentials, federation }: SessionTokensDependencies) {
  return defineOperations<typeof sts>()({
    GetSessionToken: {
      authorize: () => NO_PERMISSION_NEEDED,
      handle: async (input, context) => {
        const identity = longTermIdentity(context);
        const mfa = await multiFactorAuth(input, federation, context);
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
            multiFactorAuth: mfa,
            context: [],
          },
          minimumTokenBytes: input.MinimumSessionTokenSize ?? 0,
        });
        return {
          Credentials: issued.Credentials,
          SessionTokenSize: issued.tokenBytes,
          SessionTokenUtilization: issued.utilization,
        };
      },
    },
  });
}
