import type { Caller } from "../principal.ts";

/** A linked service that runs outside this server, as the setting `linkedServices` describes it. */
export interface OutsideService {
  /** `queue.internal.example`. */
  readonly servicePrincipal: string;
  /** `AWSServiceRoleForInternalQueue`. */
  readonly roleName: string;
  /** The role's managed policy: `arn:aws:iam::aws:policy/aws-service-role/<policyName>`. */
  readonly policyName: string;
  readonly policyDocument: string;
  /** The role's description when the service has it created. */
  readonly description: string | undefined;
  readonly allowsSuffix: boolean;
  /** The name in the credential scope of requests that the service's own callers sign. */
  readonly signingName: string;
  /** Operations it may call with its callers' credentials: `iam:CreateServiceLinkedRole`. */
  readonly forwardedOperations: readonly string[];
  /** Signs as the service principal. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly usage: UsageEndpoint;
}

/** The address at which a service says whether it still uses its role. */
export interface UsageEndpoint {
  /** `{region}`, `{account}` and `{role}` in it are filled in. */
  readonly url: string;
  /** Each is asked. */
  readonly regions: readonly string[];
  /** Sent as it is, so that the service knows who asks. */
  readonly authorizationHeader: string | undefined;
  /** For all attempts of one Region together. */
  readonly deadlineMs: number;
  readonly attempts: number;
}

export interface ForwardedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

/** Issues credentials with which a service passes on those of its caller. STS implements it. */
export interface ForwardAccessSessions {
  /**
   * Whoever signs with the credentials is `caller`, its chain and `forwardedOperations` included.
   * `sessionToken` came with the caller's own request, if its key is a temporary one. The
   * credentials end with what that request allows, at `notAfterMs`, or before.
   */
  issue(caller: Caller, sessionToken: string | undefined, notAfterMs: number): ForwardedCredentials;
}

/** A service-linked role as the report of unused roles shows it. IAM implements the report. */
export interface LinkedRoleStatus {
  readonly arn: string;
  readonly roleName: string;
  readonly servicePrincipal: string;
  readonly createdMs: number;
  /** Undefined for roles that are older than the record of it. */
  readonly createdBy: string | undefined;
  /** The service that had it created for `createdBy`. */
  readonly createdVia: string | undefined;
  readonly lastUsed: { readonly atMs: number; readonly region: string } | undefined;
  readonly usages: readonly { readonly region: string; readonly resources: readonly string[] }[];
  /** Why the usages aren't known. */
  readonly unknown: string | undefined;
  readonly deletionTaskId: string | undefined;
}

export interface LinkedRoleReport {
  list(accountId: string): Promise<readonly LinkedRoleStatus[]>;
}
