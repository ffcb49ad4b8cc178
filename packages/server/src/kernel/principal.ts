import type { ContextValue, Principal as PolicyPrincipal } from "@rolecast/policy";

export type { ContextValue };

/** The account and resource that a service works for when it calls by itself. */
export interface OnBehalfOf {
  /** `aws:SourceAccount`: the owner of the resource that the service works for. */
  readonly accountId: string;
  /** `aws:SourceArn`: that resource, where AWS says which one. */
  readonly resourceArn?: string;
}

/**
 * A service that calls by itself. It is trusted in every account, so it always says for which one
 * it works: STS gives it sessions of that account's roles only. A service outside of the server
 * can't say it, and gets sessions of its own service-linked roles only.
 */
export interface ServicePrincipal {
  readonly kind: "service";
  /** `ivs.amazonaws.com` */
  readonly serviceName: string;
  readonly onBehalfOf: OnBehalfOf | "unknown";
}

export type Principal = Exclude<PolicyPrincipal, { kind: "service" }> | ServicePrincipal;

/**
 * The services that a call came through, as service principals (`ivs.amazonaws.com`), in order: the
 * caller called the first, each made the next call with the caller's credentials, and the last
 * makes this one. Condition keys (`aws:CalledVia` and its kin), CloudTrail's `invokedBy` and the
 * rules that ask which service calls all read it.
 *
 * A service that acts with a role of its own, service-linked or not, begins anew: a session's
 * caller has no chain. Source: IAM user guide, "Forward access sessions" and "AWS global condition
 * context keys", aws:CalledVia, aws:ViaAWSService.
 */
export type CallChain = readonly [first: string, ...further: string[]];

/** A policy that came with a session: inline `Policy` or one of the `PolicyArns`. */
export interface SessionPolicy {
  /** `inline`, or the managed policy's ARN. */
  readonly id: string;
  readonly text: string;
}

/**
 * The maker of a request, as far as decisions need it. Authentication makes it for a request from
 * outside, the invoking service for an inside call.
 */
export interface Caller {
  readonly principal: Principal;
  /** The key the request was signed with; undefined for anonymous and service callers. */
  readonly accessKeyId?: string;
  /** Policies passed when the session was made; undefined when none was passed. */
  readonly sessionPolicies?: readonly SessionPolicy[];
  /**
   * Condition keys that the session fixes, lower-cased: `aws:tokenissuetime`,
   * `aws:multifactorauthpresent`, `aws:principaltag/team`, `aws:sourceidentity`.
   */
  readonly sessionContext?: ReadonlyMap<string, ContextValue>;
  /**
   * When a code of an MFA device was given for the session, in milliseconds since the epoch;
   * `aws:MultiFactorAuthAge` counts from it.
   */
  readonly multiFactorAuthAtMs?: number;
  /** Milliseconds since the epoch at which a temporary credential ends. */
  readonly expiresAtMs?: number;
  /** The services that pass these credentials on; left out, the caller calls by itself. */
  readonly chain?: CallChain;
  /**
   * The service that calls with a session of a role by itself. Records name it as one that passes
   * credentials on; no condition key does.
   */
  readonly actingService?: string;
  /**
   * All that the credentials of a forward access session may call: `iam:CreateServiceLinkedRole`.
   * Left out, nothing but policies bounds the caller.
   */
  readonly forwardedOperations?: readonly string[];
}

/** The caller's account; `anonymous`, as in `aws:PrincipalAccount`, for unsigned requests. */
export function accountOf(principal: PolicyPrincipal): string {
  switch (principal.kind) {
    case "service":
      return principal.serviceName;
    case "federated-provider":
      return principal.provider;
    case "anonymous":
      return "anonymous";
    default:
      return principal.accountId;
  }
}

/**
 * `aws:userid`, which GetCallerIdentity calls UserId and CloudTrail principalId. Source: IAM User
 * Guide, "Where you can use policy variables", the table of principal values.
 */
export function userIdOf(principal: PolicyPrincipal): string | undefined {
  switch (principal.kind) {
    case "root":
      return principal.accountId;
    case "user":
      return principal.id;
    case "role-session":
      return `${principal.roleId}:${principal.sessionName}`;
    case "federated-user":
      return `${principal.accountId}:${principal.name}`;
    default:
      return undefined;
  }
}
