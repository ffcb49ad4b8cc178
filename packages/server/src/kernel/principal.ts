import type { ContextValue, Principal } from "@rolecast/policy";

export type { ContextValue, Principal };

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
   * All that the credentials of a forward access session may call: `iam:CreateServiceLinkedRole`.
   * Left out, nothing but policies bounds the caller.
   */
  readonly forwardedOperations?: readonly string[];
}

/** The caller's account; `anonymous`, as in `aws:PrincipalAccount`, for unsigned requests. */
export function accountOf(principal: Principal): string {
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
export function userIdOf(principal: Principal): string | undefined {
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
