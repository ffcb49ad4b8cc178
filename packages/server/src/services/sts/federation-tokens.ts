import type * as sts from "@aws-sdk/client-sts";
import type { Authorization } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../kernel/operations.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { DEFAULT_USER_SESSION_SECONDS } from "./constraints.ts";
import { issueCredentials } from "./issue-credentials.ts";
import { lifetimeSeconds, longTermIdentity } from "./long-term-identity.ts";
import { federatedUserArn, type SessionCredentials } from "./session-credentials.ts";
import { checkedSessionPolicies } from "./session-policies.ts";
import { requestTagKeys, sessionTags } from "./session-tags.ts";

type Input = Checked<sts.GetFederationTokenCommandInput>;

export interface FederationTokensDependencies {
  readonly directory: IdentityDirectory;
  readonly credentials: SessionCredentials;
}

export function federationTokens({ directory, credentials }: FederationTokensDependencies) {
  return defineOperations<typeof sts>()({
    /**
     * The session may do what both the user's and the session policies allow. Without session
     * policies, only resource-based policies that name the session allow anything.
     */
    GetFederationToken: withSubject({
      authorize: (input, context) => ({
        subject: longTermIdentity(context),
        pairs: actionsOf(input).map((action) => authorization(action, input, context)),
      }),
      handle: async (input, context, identity) => {
        const { accountId } = identity;
        const name = input.Name;
        const policyArns = await checkedSessionPolicies(input, accountId, directory, context);
        const { tags } = sessionTags(input.Tags, undefined, []);
        const seconds = lifetimeSeconds(
          identity,
          input.DurationSeconds ?? DEFAULT_USER_SESSION_SECONDS,
        );
        const userId = identity.kind === "user" ? identity.id : undefined;
        const issued = issueCredentials(credentials, {
          session: {
            identity: { kind: "federated-user", accountId, userId, name },
            issuedAtMs: context.nowMs,
            expiresAtMs: context.nowMs + seconds * 1000,
            policy: input.Policy,
            policyArns,
            tags,
            transitiveTagKeys: [],
            sourceIdentity: undefined,
            multiFactorAuth: false,
            context: [],
          },
          minimumTokenBytes: input.MinimumSessionTokenSize ?? 0,
        });
        const packed = input.Policy !== undefined || policyArns.length > 0 || tags.length > 0;
        return {
          Credentials: issued.Credentials,
          FederatedUser: {
            FederatedUserId: `${accountId}:${name}`,
            Arn: federatedUserArn(accountId, name),
          },
          SessionTokenSize: issued.tokenBytes,
          SessionTokenUtilization: issued.utilization,
          // Shown without a policy too, which AssumeRole doesn't.
          PackedPolicySize: packed ? issued.utilization : 0,
        };
      },
    }),
  });
}

function actionsOf(input: Input): readonly string[] {
  const tagged = (input.Tags?.length ?? 0) > 0;
  return tagged ? ["sts:GetFederationToken", "sts:TagSession"] : ["sts:GetFederationToken"];
}

function authorization(action: string, input: Input, { accountId }: RequestContext): Authorization {
  return {
    action,
    resource: federatedUserArn(accountId, input.Name),
    context: requestTagKeys(input.Tags ?? []),
  };
}
