import type { JsonWebKey } from "node:crypto";
import type { Caller, Principal } from "../principal.ts";
import type { RequestContext } from "../request-context.ts";
import type { Reader, Transaction } from "../store.ts";
import type { Eventual } from "../when-known.ts";

/** A policy document as stored; equal text compiles once. */
export interface PolicyDocument {
  /** A managed policy's ARN, or an inline policy's name. */
  readonly id: string;
  readonly managed: boolean;
  readonly text: string;
  /** The ARN of the group through which alone a user has it. */
  readonly groupArn?: string | undefined;
}

/** The identity-based policies and the permissions boundary of a user or role. */
export interface IdentityPolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary: PolicyDocument | undefined;
}

/** A role as STS needs it. */
export interface RoleRecord {
  readonly accountId: string;
  readonly arn: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly trustPolicy: string;
  readonly maxSessionDurationSeconds: number;
  /** The owning service of a service-linked role, e.g. `ivs.amazonaws.com`. */
  readonly linkedService: string | undefined;
  /** Its service, elsewhere, is being asked whether the role is in use: it gets no new sessions. */
  readonly isBeingDeleted: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** IAM's data for the rest of the server. IAM implements it. */
export interface IdentityDirectory {
  /**
   * Once it resolves, `generation` counts all that was committed before the call, on other nodes
   * too. Each request awaits it once, when its credential is looked up; so does a call from inside.
   */
  refresh(accountId: string): Promise<void> | undefined;
  /**
   * A number that changes with every change of the account's identities and policies: anything
   * gathered under an older number is stale.
   */
  generation(accountId: string): number;
  /** The policies attached to a user (with its groups') or to a session's role. */
  policiesOf(principal: Principal, reader: Reader): Promise<IdentityPolicies>;
  findRole(accountId: string, roleName: string, reader: Reader): Eventual<RoleRecord | undefined>;
  /**
   * The unique id (AIDA…, AROA…) of the user or role that an ARN in a policy's `Principal` names;
   * undefined when there is none. Policies are stored with it, so that a re-created namesake isn't
   * trusted. For a session's ARN the ARN itself when its role exists.
   */
  findPrincipalId(arn: string, reader: Reader): Promise<string | undefined>;
  /** The ARN for such an id, to show a stored policy; undefined when the user or role is gone. */
  findPrincipalArn(id: string, reader: Reader): Promise<string | undefined>;
  /** The tags of the user or role with this unique id; none when it is gone. */
  principalTags(id: string, reader: Reader): Promise<Readonly<Record<string, string>>>;
  /** A managed policy's default version, by ARN: customer's of `accountId` or AWS's. */
  findManagedPolicy(arn: string, reader: Reader): Promise<PolicyDocument | undefined>;
  /** Whether a resource's policy may name this service as `Service` principal. */
  isServicePrincipal(name: string): boolean;
  /**
   * Remembers that a user or role called an action, permitted or not (service last accessed
   * details); may be late, never fails, ignores everybody else.
   */
  noteAccess(principal: Principal, action: string, region: string, atMs: number): void;
  /** Remembers the use of a role (RoleLastUsed); may be late, never fails. */
  noteRoleUsed(roleArn: string, region: string, atMs: number): void;
}

/** A user or role with the times of its last uses, as analyzers of unused access look at it. */
export interface ExaminedIdentity {
  readonly principal: Principal & { readonly kind: "user" | "role-session" };
  /** The user's or role's own ARN. */
  readonly arn: string;
  readonly createdMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** When a role was last assumed or acted; undefined for users. */
  readonly lastUsedMs: number | undefined;
  /** A user's active access keys. */
  readonly keys: readonly {
    readonly id: string;
    readonly createdMs: number;
    readonly lastUsedMs: number | undefined;
  }[];
  /** When a user's password was made, which nobody signs in with here; undefined without one. */
  readonly passwordMs: number | undefined;
}

/** All users and roles of an account but service-linked ones. IAM implements it. */
export interface IdentityInventory {
  examine(accountId: string, reader: Reader): Promise<readonly ExaminedIdentity[]>;
}

/** The server's accounts, for services that show how old theirs is. IAM implements it. */
export interface AccountDirectory {
  /** When the account was made, in milliseconds; undefined for one that isn't here any more. */
  findCreation(accountId: string, reader: Reader): Promise<number | undefined>;
  /** Makes an account whose root user has no key, at `nowMs`. It isn't there yet. */
  create(accountId: string, nowMs: number, tx: Transaction): Promise<void>;
}

/** An OpenID Connect provider of an account, as AssumeRoleWithWebIdentity needs it. */
export interface OidcProviderRecord {
  readonly arn: string;
  /** Without its `https://`, as GetOpenIDConnectProvider shows it. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** SHA-1 digests of certificates, in hexadecimal digits. */
  readonly thumbprints: readonly string[];
}

/** A SAML provider, as AssumeRoleWithSAML needs it to verify assertions. */
export interface SamlProviderRecord {
  readonly arn: string;
  /** The metadata's `entityID`: the issuer of the assertions. */
  readonly entityId: string;
  readonly validUntilMs: number | undefined;
  /** PEM; an assertion must be signed with the key of one of them. */
  readonly signingCertificates: readonly string[];
  /** Assertions that aren't encrypted are refused. */
  readonly requiresEncryption: boolean;
  /** PEM; an encrypted assertion is for one of them. */
  readonly privateKeys: readonly string[];
}

/** An account's issuer of web identity tokens, while outbound federation is enabled. */
export interface OutboundFederationRecord {
  /** The `iss` of its tokens, below which its discovery document and keys are served. */
  readonly issuer: string;
  /** Private keys as JWK, each with `alg` and `kid`. */
  readonly keys: readonly JsonWebKey[];
}

/** Identity providers and MFA devices, for STS. IAM implements it. */
export interface FederationDirectory {
  /** The provider for an issuer's `https://` URL (its `iss`); undefined when there is none. */
  findOidcProvider(
    accountId: string,
    url: string,
    context: RequestContext,
  ): Promise<OidcProviderRecord | undefined>;
  /** The account's issuer, or the issuer that a URL names; undefined unless it is enabled. */
  findOutboundFederation(
    by: { readonly accountId: string } | { readonly issuerId: string },
    reader: Pick<Reader, "db">,
  ): Promise<OutboundFederationRecord | undefined>;
  findSamlProvider(arn: string, context: RequestContext): Promise<SamlProviderRecord | undefined>;
  /**
   * Whether the device `serialNumber` is enabled for this user or root user and shows `code` now.
   * A code that was accepted is used up, as RFC 6238 section 5.2 demands. Other principals have
   * no devices.
   */
  verifyMfaCode(
    principal: Principal,
    serialNumber: string,
    code: string,
    context: RequestContext,
  ): Promise<boolean>;
}

/** Seals the reasons of a refusal, for DecodeAuthorizationMessage. STS implements it. */
export interface AuthorizationMessages {
  /** `details` become JSON; undefined when the message would be longer than AWS's may be. */
  encode(accountId: string, details: object): string | undefined;
}

/** A credential that authentication found by its access key id. */
export interface Credential {
  readonly secretAccessKey: string;
  readonly caller: Caller;
  readonly status: "Active" | "Inactive";
  /** Services that reject this credential as invalid, by name; left out, none. */
  readonly refusedBy?: ReadonlySet<string>;
}

export type FoundCredential = Credential | "invalid-token" | "expired-token" | undefined;

/**
 * Finds credentials. Long-term keys are IAM's, temporary ones STS's; each returns undefined for
 * keys of the other. `sessionToken` came with the request. An answer has seen everything that any
 * node committed before the question, and so has `IdentityDirectory.generation` afterwards.
 */
export interface CredentialSource {
  /** Nearly every request finds one that is kept, and an await costs more than that. */
  findCredential(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): FoundCredential | Promise<FoundCredential>;
  /**
   * Remembers that a request was signed with a key (GetAccessKeyLastUsed); may be late, never
   * fails, ignores keys of other sources. `service` and `region` are of the credential scope.
   */
  noteUsed?(accessKeyId: string, service: string, region: string, atMs: number): void;
}

/** A use of a service-linked role, as GetServiceLinkedRoleDeletionStatus shows it. */
export interface RoleUsage {
  readonly region: string;
  readonly resources: readonly string[];
}

/**
 * The usage of a service-linked role by the service that owns it. `findUsage` runs inside the
 * transaction that deletes the role, so that use and deletion are one decision.
 */
export interface LinkedServiceUsage {
  /** `ivs.amazonaws.com`. */
  readonly servicePrincipal: string;
  findUsage(accountId: string, tx: Transaction): Promise<readonly RoleUsage[]>;
}

/** A linked service's access to its own role beyond the public API. IAM implements it. */
export interface ServiceLinkedRoles {
  /** Whether the service has a linked role at all. */
  has(servicePrincipal: string): boolean;
  /**
   * The role if it exists, as `tx` sees it. A pending deletion doesn't hide it: a use that begins
   * in `tx` makes that deletion fail.
   */
  find(
    servicePrincipal: string,
    accountId: string,
    tx: Transaction,
  ): Promise<{ readonly arn: string; readonly roleName: string } | undefined>;
  inlinePolicyNames(
    servicePrincipal: string,
    accountId: string,
    tx: Transaction,
  ): Promise<readonly string[]>;
  /** Removes an inline policy that the owning service once put; missing is no error. */
  removeInlinePolicy(
    servicePrincipal: string,
    accountId: string,
    policyName: string,
    tx: Transaction,
  ): Promise<void>;
}
