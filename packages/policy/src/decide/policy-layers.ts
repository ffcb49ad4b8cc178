import type { PolicySet } from "./policy-set.ts";

/**
 * The policies that bear on one request. A layer left out is one that the caller doesn't have: no
 * boundary is set, no session policy was passed, the account is in no organization. Without
 * `identity` the caller has no identity-based policies, which grants nothing unless it is root.
 */
export interface PolicyLayers {
  identity?: PolicySet | undefined;
  boundary?: PolicySet | undefined;
  session?: PolicySet | undefined;
  /** The bucket policy, the role's trust policy, … */
  resource?: PolicySet | undefined;
  /**
   * "trust": the resource is a role being assumed, whose policy must allow in any case. "key": it
   * is a KMS key, whose policy must too: an account's own policies count only if the key's policy
   * names the account.
   */
  resourceKind?: "trust" | "key" | "resource" | undefined;
  /**
   * Policies of the caller's account: root, each organizational unit, account. Each level must
   * allow.
   */
  scpLevels?: readonly PolicySet[] | undefined;
  /** Policies of the resource's account, likewise. */
  rcpLevels?: readonly PolicySet[] | undefined;
  endpoint?: PolicySet | undefined;
}

export type Effect = "allow" | "explicitDeny" | "implicitDeny";
