import type * as sts from "@aws-sdk/client-sts";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import type { Checked } from "../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../kernel/operations.ts";
import type {
  FederationDirectory,
  IdentityDirectory,
  RoleRecord,
} from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { findAssumableRole, resourceTagKeys, roleSessionSeconds } from "./assumable-role.ts";
import { DEFAULT_SESSION_SECONDS } from "./constraints.ts";
import { invalidIdentityToken, notAuthorized } from "./errors.ts";
import { issueRoleSession } from "./issue-role-session.ts";
import type { SamlIdentity } from "./saml-identity.ts";
import type { SamlVerifier } from "./saml-verifier.ts";
import type { SessionCredentials } from "./session-credentials.ts";
import { checkedSessionPolicies } from "./session-policies.ts";
import { requestTagKeys, sessionTags } from "./session-tags.ts";

export interface SamlSessionsDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly credentials: SessionCredentials;
  readonly saml: SamlVerifier;
}

interface Decided {
  readonly role: RoleRecord;
  readonly providerArn: string;
  readonly identity: SamlIdentity;
}

export function samlSessions(deps: SamlSessionsDependencies) {
  return defineOperations<typeof sts>()({
    AssumeRoleWithSAML: withSubject({
      unsigned: true,
      authorize: async (input, context) => {
        const subject = await verified(deps, input, context);
        const keys = conditionKeys(subject);
        const pairs = actionsOf(subject.identity).map((action) =>
          authorization(action, subject, keys),
        );
        return { pairs, subject };
      },
      handle: async (input, context, { role, providerArn, identity }) => {
        const asked = roleSessionSeconds(input.DurationSeconds ?? DEFAULT_SESSION_SECONDS, role);
        const policyArns = await checkedSessionPolicies(
          input,
          role.accountId,
          deps.directory,
          context,
        );
        const session = issueRoleSession(deps.credentials, {
          role,
          sessionName: identity.roleSessionName,
          issuedAtMs: context.nowMs,
          seconds: Math.min(asked, identity.secondsMax),
          policy: input.Policy,
          policyArns,
          ...sessionTags(tagsIn(identity), identity.transitiveTagKeys, []),
          sourceIdentity: identity.sourceIdentity,
          context: [["aws:federatedprovider", providerArn], ...identity.sessionContext],
          minimumTokenBytes: input.MinimumSessionTokenSize,
        });
        return {
          ...session,
          Subject: identity.subject,
          SubjectType: identity.subjectType,
          Issuer: identity.issuer,
          Audience: identity.audience,
          NameQualifier: identity.nameQualifier,
        };
      },
    }),
  });
}

/** A role that doesn't exist is answered like one that trusts another provider. */
async function verified(
  deps: SamlSessionsDependencies,
  { RoleArn, PrincipalArn, SAMLAssertion }: Checked<sts.AssumeRoleWithSAMLCommandInput>,
  context: RequestContext,
): Promise<Decided> {
  const role = await findAssumableRole(deps.directory, RoleArn, context);
  if (!role) throw notAuthorized("sts:AssumeRoleWithSAML");
  const provider = await deps.federation.findSamlProvider(PrincipalArn, context);
  if (!provider?.arn.startsWith(`arn:aws:iam::${role.accountId}:saml-provider/`))
    throw invalidIdentityToken("Specified provider doesn't exist");
  const { accountId } = role;
  const request = { roleArn: role.arn, accountId, provider, nowMs: context.nowMs };
  const identity = await deps.saml.verify(SAMLAssertion, request, context.sourceIp ?? "");
  return { role, providerArn: provider.arn, identity };
}

function actionsOf({ tags, sourceIdentity }: SamlIdentity): readonly string[] {
  return [
    "sts:AssumeRoleWithSAML",
    ...(tags.length > 0 ? ["sts:TagSession"] : []),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
}

function authorization(
  action: string,
  { role, providerArn }: Decided,
  context: ContextEntries,
): Authorization {
  return {
    action,
    resource: role.arn,
    resourceAccountId: role.accountId,
    context,
    resourcePolicy: { id: role.arn, text: role.trustPolicy, kind: "trust" },
    caller: { principal: { kind: "federated-provider", provider: providerArn } },
  };
}

function conditionKeys({ role, providerArn, identity }: Decided): ContextEntries {
  const { transitiveTagKeys } = identity;
  return {
    ...resourceTagKeys(role),
    ...requestTagKeys(tagsIn(identity)),
    ...Object.fromEntries(identity.trustContext),
    ...Object.fromEntries(identity.sessionContext),
    "aws:federatedprovider": providerArn,
    "sts:rolesessionname": identity.roleSessionName,
    "sts:sourceidentity": identity.sourceIdentity,
    "sts:transitivetagkeys": transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
  };
}

function tagsIn({ tags }: SamlIdentity) {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
