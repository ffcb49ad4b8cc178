import type { NegatableList } from "../document/policy-document.ts";
import { type Glob, globMatches, globOf } from "./glob.ts";
import { type PatternToken, tokenizePattern } from "./pattern-tokens.ts";

/**
 * Action or NotAction of one statement. Asked once per action and set, since the answers go into
 * candidate lists, and by most policies never: the patterns are compiled when first asked.
 */
export class ActionMatcher {
  readonly #element: NegatableList;
  #patterns: readonly ActionPattern[] | undefined;

  constructor(element: NegatableList) {
    this.#element = element;
  }

  /** Whether the statement speaks about this action. Case is ignored on both sides of the colon. */
  matches(action: string): boolean {
    const lowerCased = action.toLowerCase();
    this.#patterns ??= compilePatterns(this.#element.values);
    return (
      this.#patterns.some((pattern) => patternCovers(pattern, lowerCased)) !== this.#element.negated
    );
  }
}

type ActionPattern =
  | { shape: "any" }
  | { shape: "exact"; action: string }
  /** Ends in its only wildcard, a star. */
  | { shape: "prefix"; start: string }
  | { shape: "glob"; service: string; name: Glob };

function compilePatterns(values: readonly string[]): readonly ActionPattern[] {
  const patterns: ActionPattern[] = [];
  for (const value of values) {
    const pattern = compilePattern(value);
    if (pattern !== undefined) {
      patterns.push(pattern);
    }
  }
  return patterns;
}

const NAME_SYNTAX = { variables: false, wildcards: true };

/** Undefined for a pattern that can match no action. The service must be spelled out. */
function compilePattern(value: string): ActionPattern | undefined {
  if (value === "*") {
    return { shape: "any" };
  }
  const lowerCased = value.toLowerCase();
  const colon = lowerCased.indexOf(":");
  const star = lowerCased.indexOf("*");
  const question = lowerCased.indexOf("?");
  if (!namesService(lowerCased)) {
    return undefined;
  }
  if (star === -1 && question === -1) {
    return { shape: "exact", action: lowerCased };
  }
  if (star === value.length - 1 && question === -1) {
    return { shape: "prefix", start: lowerCased.slice(0, -1) };
  }
  const name = globOf(tokenizePattern(lowerCased.slice(colon + 1), NAME_SYNTAX));
  return { shape: "glob", service: lowerCased.slice(0, colon), name };
}

function namesService(lowerCased: string): boolean {
  const colon = lowerCased.indexOf(":");
  return colon > 0 && colon < lowerCased.length - 1 && !/[*?]/.test(lowerCased.slice(0, colon));
}

/** The tokens of a pattern, lower-cased; undefined for one that can match no action. */
export function actionTokens(value: string): readonly PatternToken[] | undefined {
  const lowerCased = value.toLowerCase();
  return value === "*" || namesService(lowerCased)
    ? tokenizePattern(lowerCased, NAME_SYNTAX)
    : undefined;
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
  return actionPattern(pattern)(action);
}

/** Asks of many actions whether one pattern as written covers them. */
export function actionPattern(pattern: string): (action: string) => boolean {
  const matcher = new ActionMatcher({ negated: false, values: [pattern] });
  return (action) => matcher.matches(action);
}
