/** A policy in typed form. Offsets point into the text it was read from. */
export interface PolicyDocument {
  /** Missing counts as 2008-10-17, in which policy variables are plain text. */
  version: "2012-10-17" | "2008-10-17";
  id: string | undefined;
  statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  index: number;
  sid: string | undefined;
  effect: "Allow" | "Deny";
  action: NegatableList;
  /** Undefined in role trust policies, whose resource is the role itself. */
  resource: NegatableList | undefined;
  /** Undefined in policies that are attached to an identity. */
  principal: PrincipalElement | undefined;
  conditions: readonly ConditionEntry[];
  start: number;
  end: number;
}

/** Action or NotAction, Resource or NotResource. */
export interface NegatableList {
  negated: boolean;
  values: readonly string[];
}

export interface PrincipalElement {
  negated: boolean;
  entries: readonly PrincipalEntry[];
}

export const PRINCIPAL_TYPES = ["AWS", "Service", "Federated", "CanonicalUser"] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** One principal as written; the bare string "*" reads as {"AWS": "*"}, which means the same. */
export interface PrincipalEntry {
  type: PrincipalType;
  value: string;
  start: number;
  end: number;
}

/** One key of one operator; all entries of a statement must hold. */
export interface ConditionEntry {
  operator: string;
  key: string;
  values: readonly string[];
}
