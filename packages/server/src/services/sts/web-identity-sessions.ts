import type * as sts from "@aws-sdk/client-sts";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../kernel/operations.ts";
import type {
  FederationDirectory,
  IdentityDirectory,
  RoleRecord,
} from "../../kernel/ports/identity.ts";
import { findAssumableRole, resourceTagKeys, roleSessionSeconds } from "./assumable-role.ts";
import { notAuthorized, validationError } from "./errors.ts";
import { issueRoleSession } from "./issue-role-session.ts";
import type { IssuerKeys } from "./issuer-keys.ts";
import type { SessionCredentials } from "./session-credentials.ts";
import { checkedSessionPolicies } from "./session-policies.ts";
import { requestTagKeys, sessionTags } from "./session-tags.ts";
import { verifyWebIdentity, type WebIdentity } from "./web-identity.ts";

export interface WebIdentitySessionsDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly credentials: SessionCredentials;
  readonly keys: IssuerKeys;
}

type Input = Checked<sts.AssumeRoleWithWebIdentityCommandInput>;

export function webIdentitySessions(deps: WebIdentitySessionsDependencies) {
  return defineOperations<typeof sts>()({
    AssumeRoleWithWebIdentity: withSubject({
      unsigned: true,
      authorize: async (input, context) => {
        const role = await findAssumableRole(deps.directory, input.RoleArn, context);
        // A role that doesn't exist is answered like one that trusts another provider.
        if (!role) throw notAuthorized("sts:AssumeRoleWithWebIdentity");
        if (input.ProviderId !== undefined)
          throw validationError(
            "ProviderId is for OAuth 2.0 access tokens, which aren't supported.",
          );
        const { WebIdentityToken } = input;
        const identity = await verifyWebIdentity(WebIdentityToken, role.accountId, deps, context);
        const keys = conditionKeys(role, identity, input);
        const pairs = actionsOf(identity).map((action) =>
          authorization(action, role, identity, keys),
        );
        return { pairs, subject: { role, identity } };
      },
      handle: async (input, context, { role, identity }) => {
        const seconds = roleSessionSeconds(input.DurationSeconds, role);
        const policyArns = await checkedSessionPolicies(
          input,
          role.accountId,
          deps.directory,
          context,
        );
        const { provider, subject, audience, sourceIdentity } = identity;
        const tags = identity.tags.map(({ key, value }) => ({ Key: key, Value: value }));
        const session = issueRoleSession(deps.credentials, {
          role,
          sessionName: input.RoleSessionName,
          issuedAtMs: context.nowMs,
          seconds,
          policy: input.Policy,
          policyArns,
          ...sessionTags(tags, identity.transitiveTagKeys, []),
          sourceIdentity,
          context: [["aws:federatedprovider", provider.arn], ...identity.context],
          minimumTokenBytes: input.MinimumSessionTokenSize,
        });
        return {
          ...session,
          SubjectFromWebIdentityToken: subject,
          Provider: provider.arn,
          Audience: audience,
        };
      },
    }),
  });
}

function actionsOf({ tags, sourceIdentity }: WebIdentity): readonly string[] {
  return [
    "sts:AssumeRoleWithWebIdentity",
    ...(tags.length > 0 ? ["sts:TagSession"] : []),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
}

function authorization(
  action: string,
  role: RoleRecord,
  { provider }: WebIdentity,
  context: ContextEntries,
): Authorization {
  return {
    action,
    resource: role.arn,
    resourceAccountId: role.accountId,
    context,
    resourcePolicy: { id: role.arn, text: role.trustPolicy, kind: "trust" },
    caller: { principal: { kind: "federated-provider", provider: provider.arn } },
  };
}

function conditionKeys(role: RoleRecord, identity: WebIdentity, input: Input): ContextEntries {
  const { tags, transitiveTagKeys } = identity;
  return {
    ...resourceTagKeys(role),
    ...requestTagKeys(tags.map(({ key, value }) => ({ Key: key, Value: value }))),
    ...Object.fromEntries(identity.context),
    "aws:federatedprovider": identity.provider.arn,
    "sts:rolesessionname": input.RoleSessionName,
    "sts:sourceidentity": identity.sourceIdentity,
    "sts:transitivetagkeys": transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
  };
}
