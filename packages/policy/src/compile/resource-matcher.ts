import type { NegatableList } from "../document/policy-document.ts";
import type { RequestContextValues } from "../request.ts";
import { type ArnPattern, arnMatches, arnPatternOf } from "./arn-pattern.ts";
import { tokenizePattern } from "./pattern-tokens.ts";
import { variableValue } from "./string-pattern.ts";

/** Resource or NotResource of one statement. */
export interface ResourceMatcher {
  negated: boolean;
  /** Covers everything: no need to look at the request. */
  everything: boolean;
  patterns: readonly ArnPattern[];
  /**
   * An Allow with NotResource applies to nothing while one of these has no value, since "everything
   * but nothing" would open the account. Empty otherwise.
   */
  neededKeys: readonly string[];
}

/** Compiles a statement's Resource or NotResource; undefined (a trust policy) covers everything. */
export function compileResource(
  element: NegatableList | undefined,
  effect: "Allow" | "Deny",
  variables: boolean,
): ResourceMatcher {
  if (element === undefined) {
    return { negated: false, everything: true, patterns: [], neededKeys: [] };
  }
  const patterns = element.values.map((value) =>
    arnPatternOf(tokenizePattern(value, { variables, wildcards: true })),
  );
  const { negated } = element;
  return {
    negated,
    everything: !negated && patterns.some((pattern) => pattern.shape === "any"),
    patterns,
    neededKeys:
      negated && effect === "Allow" ? patterns.flatMap((pattern) => pattern.requiredKeys) : [],
  };
}

/** Whether the statement speaks about this resource. */
export function resourceMatches(
  matcher: ResourceMatcher,
  resource: string,
  context: RequestContextValues,
): boolean {
  if (matcher.everything) {
    return true;
  }
  for (const key of matcher.neededKeys) {
    if (variableValue(key, undefined, context) === undefined) {
      return false;
    }
  }
  for (const pattern of matcher.patterns) {
    if (arnMatches(pattern, resource, context)) {
      return !matcher.negated;
    }
  }
  return matcher.negated;
}
