import type { ConditionOperator } from "../compile/condition-operator.ts";
import type { ContextValue } from "../request.ts";
import type { PatternList } from "./pattern-list.ts";

/**
 * One demand that a statement makes of a request: on its action, its resource, or one condition
 * key. A statement applies when all its guards hold. Guards on different coordinates never
 * influence each other, which is what makes comparing policies feasible.
 */
export type Guard = TextGuard | KeyGuard;

/** "action", "resource", or a condition key, lower-cased. No key is called like the first two. */
export type Coordinate = string;

export const ACTION = "action";
export const RESOURCE = "resource";

export interface TextGuard {
  kind: "text";
  coordinate: Coordinate;
  /** The same text means the same guard. */
  id: string;
  patterns: PatternList;
  negated: boolean;
  /** Whether a variable without a value keeps it from holding (an Allow with NotResource). */
  mayFail: boolean;
}

export interface KeyGuard {
  kind: "key";
  coordinate: Coordinate;
  id: string;
  operator: ConditionOperator;
  /** As written. */
  values: readonly string[];
  patterns: PatternList;
  /**
   * Whether an ARN operator holds for an ARN that its patterns don't cover, when a value of the
   * policy is no ARN. Undefined: all are.
   */
  brokenHolds: boolean | undefined;
  /** Any value may hold or not, as a variable in the policy's value decides. */
  unsettled: boolean;
  /** Whether the operator holds for this value of the key; undefined: it is absent. */
  holdsFor: (value: ContextValue | undefined) => boolean;
}

/** A guard that must hold, or must not. */
export interface Literal {
  guard: Guard;
  holds: boolean;
}
