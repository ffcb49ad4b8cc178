import { callingService } from "../../../kernel/call-chain.ts";
import { type Caller, userIdOf } from "../../../kernel/principal.ts";

/** Source: CloudTrail user guide, "CloudTrail userIdentity element". */
export type UserIdentity = Readonly<Record<string, unknown>> & { readonly type: string };

/** Authentication gives the same caller for all requests with a key. */
const known = new WeakMap<Caller, UserIdentity>();

/**
 * The caller, as the record in the caller's own account names it. Of the services that passed its
 * credentials on, `invokedBy` names the one that made the request: the chain's last, or the one
 * that acts with a role.
 */
export function userIdentity(caller: Caller): UserIdentity {
  let identity = known.get(caller);
  if (!identity) {
    const invokedBy = callingService(caller) ?? caller.actingService;
    identity = { ...identityOf(caller), ...(invokedBy === undefined ? {} : { invokedBy }) };
    known.set(caller, identity);
  }
  return identity;
}

function identityOf(caller: Caller): UserIdentity {
  const { principal, accessKeyId } = caller;
  const key = accessKeyId === undefined ? {} : { accessKeyId };
  switch (principal.kind) {
    case "root": {
      const { accountId, arn } = principal;
      const own = { type: "Root", principalId: accountId, arn, accountId, ...key };
      return { ...own, ...sessionContext(caller) };
    }
    case "user": {
      const { id, arn, accountId, userName } = principal;
      const own = { type: "IAMUser", principalId: id, arn, accountId, ...key, userName };
      return { ...own, ...sessionContext(caller) };
    }
    case "role-session": {
      const { roleId, roleArn, roleName, sessionName, arn, accountId } = principal;
      const principalId = `${roleId}:${sessionName}`;
      const own = { type: "AssumedRole", principalId, arn, accountId, ...key };
      const issuer = {
        type: "Role",
        principalId: roleId,
        arn: roleArn,
        accountId,
        userName: roleName,
      };
      return { ...own, ...sessionContext(caller, issuer) };
    }
    case "federated-user": {
      const { accountId, name, arn, userArn } = principal;
      const principalId = `${accountId}:${name}`;
      const own = { type: "FederatedUser", principalId, arn, accountId, ...key };
      return { ...own, ...sessionContext(caller, federatedIssuer(accountId, userArn)) };
    }
    case "service":
      return { type: "AWSService", invokedBy: principal.serviceName };
    case "federated-provider":
      return {
        type: principal.provider.includes(":saml-provider/") ? "SAMLUser" : "WebIdentityUser",
        principalId: principal.provider,
        identityProvider: principal.provider,
      };
    case "anonymous":
      return { type: "AWSAccount", principalId: "", accountId: "ANONYMOUS_PRINCIPAL" };
    default:
      return principal satisfies never;
  }
}

/** The caller, as the account of the resource gets to know it. */
export function foreignIdentity({ principal }: Caller): UserIdentity {
  const accountId = "accountId" in principal ? principal.accountId : "ANONYMOUS_PRINCIPAL";
  return { type: "AWSAccount", principalId: userIdOf(principal) ?? "", accountId };
}

/** What STS answers of whom an outside provider vouches for. */
export interface FederatedAnswer {
  readonly SubjectFromWebIdentityToken?: string;
  readonly Subject?: string;
  readonly NameQualifier?: string;
  readonly Audience?: string;
}

/**
 * Recognises `WebIdentityUser`s and `SAMLUser`s by the answer that they got. Source: CloudTrail
 * user guide, "userIdentity element", values for STS APIs with SAML and web identity federation.
 */
export function federatedIdentity(identity: UserIdentity, answer: FederatedAnswer): UserIdentity {
  const { SubjectFromWebIdentityToken: webSubject, Subject, NameQualifier, Audience } = answer;
  if (webSubject !== undefined) {
    const principalId = [identity.identityProvider, Audience, webSubject].join(":");
    return { ...identity, principalId, userName: webSubject };
  }
  if (Subject === undefined) return identity;
  const principalId = `${NameQualifier}:${Subject}`;
  return { ...identity, principalId, userName: Subject, identityProvider: NameQualifier };
}

function federatedIssuer(accountId: string, userArn: string | undefined): object {
  if (userArn === undefined) {
    return { type: "Root", principalId: accountId, arn: `arn:aws:iam::${accountId}:root` };
  }
  const userName = userArn.slice(userArn.lastIndexOf("/") + 1);
  return { type: "IAMUser", arn: userArn, accountId, userName };
}

/** Only temporary credentials have one. */
function sessionContext(caller: Caller, sessionIssuer?: object): object {
  const creationDate = caller.sessionContext?.get("aws:tokenissuetime");
  if (creationDate === undefined) return {};
  const sourceIdentity = caller.sessionContext?.get("aws:sourceidentity");
  const mfaAuthenticated = caller.sessionContext?.get("aws:multifactorauthpresent") ?? "false";
  return {
    sessionContext: {
      ...(sessionIssuer ? { sessionIssuer } : {}),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      attributes: { creationDate, mfaAuthenticated },
    },
  };
}

/** The service that made the request, for a caller or for itself: it stands for an address. */
export function requestingService(caller: Caller): string | undefined {
  return caller.principal.kind === "service"
    ? caller.principal.serviceName
    : (callingService(caller) ?? caller.actingService);
}
