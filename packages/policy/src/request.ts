import type { Principal } from "./principal.ts";

/** One value of a condition key; an array marks a multivalued key, whatever its length. */
export type ContextValue = string | readonly string[];

/** The request's condition keys, lower-cased ("aws:requesttag/team"). A Map satisfies it. */
export interface RequestContextValues {
  get(lowerCasedKey: string): ContextValue | undefined;
}

/** One (action, resource) pair. A request that has several is allowed when every pair is. */
export interface DecisionRequest {
  principal: Principal;
  /** For example "s3:PutObject" */
  action: string;
  /** An ARN, or "*" for actions without resource-level permissions. */
  resource: string;
  /** The owner of the resource; undefined counts as the caller's own account. */
  resourceAccountId: string | undefined;
  context: RequestContextValues;
}

/** The place of an organization's policy: `the unit \`prod\``, with its ARN. */
export interface PolicyTarget {
  arn: string;
  title: string;
}

/** The place that a policy comes from. */
export interface PolicySource {
  kind:
    | "identity"
    | "boundary"
    | "session"
    | "resource"
    | "trust"
    | "key"
    | "scp"
    | "rcp"
    | "endpoint";
  /** The ARN of a managed policy, the name of an inline policy, or the resource's own name. */
  id: string;
  managed: boolean;
  /** The root, unit or account that an organization's policy is attached to, for explanations. */
  target?: PolicyTarget;
}
