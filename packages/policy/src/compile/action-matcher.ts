import type { NegatableList } from "../document/policy-document.ts";
import { type Glob, globMatches, globOf } from "./glob.ts";
import { tokenizePattern } from "./pattern-tokens.ts";

/** Action or NotAction of one statement. Asked once per action: the answer goes into the lists. */
export interface ActionMatcher {
  negated: boolean;
  patterns: readonly ActionPattern[];
}

type ActionPattern = { any: true } | { any: false; service: string; name: Glob };

/** Compiles a statement's Action or NotAction. Case is ignored on both sides of the colon. */
export function compileAction(element: NegatableList): ActionMatcher {
  return { negated: element.negated, patterns: element.values.flatMap(compileActionPattern) };
}

/** A pattern that can match no action gives none. */
function compileActionPattern(value: string): readonly ActionPattern[] {
  if (value === "*") {
    return [{ any: true }];
  }
  const colon = value.indexOf(":");
  const name = value.slice(colon + 1).toLowerCase();
  if (colon < 1 || name === "") {
    return [];
  }
  const tokens = tokenizePattern(name, { variables: false, wildcards: true });
  return [{ any: false, service: value.slice(0, colon).toLowerCase(), name: globOf(tokens) }];
}

/** Whether the statement speaks about this action. */
export function actionMatches(matcher: ActionMatcher, action: string): boolean {
  const lowerCased = action.toLowerCase();
  const colon = lowerCased.indexOf(":");
  const service = lowerCased.slice(0, Math.max(colon, 0));
  const matched = matcher.patterns.some(
    (pattern) =>
      pattern.any ||
      (pattern.service === service && globMatches(pattern.name, lowerCased, colon + 1)),
  );
  return matched !== matcher.negated;
}

/** Whether one pattern as written ("s3:Get*") covers an action. */
export function matchesActionPattern(pattern: string, action: string): boolean {
  return actionMatches(compileAction({ negated: false, values: [pattern] }), action);
}
