import type { NegatableList } from "../document/policy-document.ts";
import { type Glob, globMatches, globOf } from "./glob.ts";
import { tokenizePattern } from "./pattern-tokens.ts";

/** Action or NotAction of one statement. Asked once per action: the answer goes into the lists. */
export interface ActionMatcher {
  negated: boolean;
  patterns: readonly ActionPattern[];
}

type ActionPattern =
  | { shape: "any" }
  | { shape: "exact"; action: string }
  /** Ends in its only wildcard, a star. */
  | { shape: "prefix"; start: string }
  | { shape: "glob"; service: string; name: Glob };

/** Compiles a statement's Action or NotAction. Case is ignored on both sides of the colon. */
export function compileAction(element: NegatableList): ActionMatcher {
  return { negated: element.negated, patterns: element.values.flatMap(compileActionPattern) };
}

/** A pattern that can match no action gives none. The service must be spelled out. */
function compileActionPattern(value: string): readonly ActionPattern[] {
  if (value === "*") {
    return [{ shape: "any" }];
  }
  const lowerCased = value.toLowerCase();
  const colon = lowerCased.indexOf(":");
  const service = lowerCased.slice(0, Math.max(colon, 0));
  if (colon < 1 || colon === value.length - 1 || /[*?]/.test(service)) {
    return [];
  }
  const star = lowerCased.indexOf("*");
  if (star === -1 && !lowerCased.includes("?")) {
    return [{ shape: "exact", action: lowerCased }];
  }
  if (star === value.length - 1 && !lowerCased.includes("?")) {
    return [{ shape: "prefix", start: lowerCased.slice(0, -1) }];
  }
  const syntax = { variables: false, wildcards: true };
  return [
    { shape: "glob", service, name: globOf(tokenizePattern(lowerCased.slice(colon + 1), syntax)) },
  ];
}

/** Whether the statement speaks about this action. */
export function actionMatches(matcher: ActionMatcher, action: string): boolean {
  const lowerCased = action.toLowerCase();
  return matcher.patterns.some((pattern) => patternCovers(pattern, lowerCased)) !== matcher.negated;
}

function patternCovers(pattern: ActionPattern, lowerCased: string): boolean {
  switch (pattern.shape) {
    case "any":
      return true;
    case "exact":
      return lowerCased === pattern.action;
    case "prefix":
      return lowerCased.startsWith(pattern.start);
    case "glob":
      return (
        lowerCased.startsWith(`${pattern.service}:`) &&
        globMatches(pattern.name, lowerCased, pattern.service.length + 1)
      );
    default:
      return pattern satisfies never;
  }
}

/** Whether one pattern as written ("s3:Get*") covers an action. */
export function matchesActionPattern(pattern: string, action: string): boolean {
  return actionMatches(compileAction({ negated: false, values: [pattern] }), action);
}
