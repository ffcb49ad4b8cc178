import type { Caller, ContextValue } from "./principal.ts";

/** How many combinations of spellings a decision goes through at most; with more, it denies. */
export const READINGS_MAX = 64;

/** The values of one condition key for which a request has several names that differ in case. */
export class Spellings {
  readonly values: readonly string[];

  constructor(values: readonly string[]) {
    this.values = values;
  }
}

/** Condition keys of one authorisation, by their lower-cased names. */
export type ContextEntries = Readonly<Record<string, ContextValue | Spellings | undefined>>;

/** The document of a resource's own policy, told apart by content so that it compiles once. */
export interface ResourcePolicy {
  /** The ARN of the bucket, role or key that the policy is attached to. */
  readonly id: string;
  readonly text: string;
  /** A role's trust policy and a key's policy must allow by themselves; a bucket policy may. */
  readonly kind: "resource" | "trust" | "key";
}

/** One pair of action and resource that must be allowed for an operation to run. */
export interface Authorization {
  /** `s3:PutObject`. */
  readonly action: string;
  /** The resource's ARN, or `*` where the action knows no resources. */
  readonly resource: string;
  /** The account that owns the resource; left out, the caller's. */
  readonly resourceAccountId?: string;
  /**
   * The account whose policies must allow it, where that isn't the resource's: somebody else's
   * object in a bucket. Condition keys and organizations' policies go by the resource's account
   * even then.
   */
  readonly decidingAccountId?: string;
  /** Condition keys of this action, lower-cased: `iam:awsservicename`, `aws:requesttag/team`. */
  readonly context?: ContextEntries;
  readonly resourcePolicy?: ResourcePolicy;
  /** The resource's access control list as a policy: it allows beside `resourcePolicy`. */
  readonly grants?: ResourcePolicy;
  /** The caller to decide on where the input proves one; left out, the signer of the request. */
  readonly caller?: Caller;
  /** The resource's name in a denial, where AWS doesn't use its ARN: `role app`. */
  readonly resourceLabel?: string;
}

/** All that must be allowed for an operation to run. */
export type Pairs = Authorization | readonly Authorization[];
