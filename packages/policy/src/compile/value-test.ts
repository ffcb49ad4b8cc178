import type { RequestContextValues } from "../request.ts";
import { ARN_PARTS, arnColons } from "./arn-parts.ts";
import { type ArnPattern, arnMatches, arnPatternOf } from "./arn-pattern.ts";
import type { Comparison, ConditionOperator } from "./condition-operator.ts";
import { isBase64 } from "./is-base64.ts";
import { parseDate } from "./parse-date.ts";
import { parseIpAddress, parseIpRange, rangeHolds } from "./parse-ip.ts";
import { parseNumber } from "./parse-number.ts";
import { type PatternToken, tokenizePattern } from "./pattern-tokens.ts";
import { patternMatches, resolveTokens, stringPatternOf } from "./string-pattern.ts";

/**
 * Whether one value of the request matches any of the policy's values, before any negation.
 * Undefined says that there is nothing to compare (no ARN, no address): then the operator doesn't
 * hold, negated or not, as recorded of AWS.
 */
export type ValueTest = (value: string, context: RequestContextValues) => boolean | undefined;

/** How a condition's test treats its values. */
export interface StatementTraits {
  effect: "Allow" | "Deny";
  variables: boolean;
}

/**
 * Compiles the policy's side once. A value of the policy that cannot be parsed matches nothing, but
 * for ARNs: there it keeps an Allow from applying and lets a Deny, as recorded of AWS.
 */
export function compileValueTest(
  { family, comparison, negated }: ConditionOperator,
  values: readonly string[],
  { effect, variables }: StatementTraits,
): ValueTest {
  switch (family) {
    case "stringEquals":
      return equalsTest(tokenizeAll(values, variables, false));
    case "stringEqualsIgnoreCase":
      return equalsIgnoreCaseTest(tokenizeAll(values, variables, false));
    case "stringLike":
      return likeTest(tokenizeAll(values, variables, true));
    case "arnLike":
      return arnTest(
        tokenizeAll(values, variables, true),
        effect === "Deny" ? !negated : undefined,
      );
    case "bool":
      return boolTest(tokenizeAll(values, variables, false));
    case "binaryEquals":
      return binaryTest(values);
    case "ipAddress":
      return ipTest(values);
    case "numeric":
      return parsedTest(values, parseNumber, COMPARE[comparison]);
    case "date":
      return parsedTest(values, parseDate, COMPARE[comparison]);
    case "null":
      throw new Error("Null looks at the key and not at its values");
    default:
      return family satisfies never;
  }
}

const COMPARE: Record<Comparison, (request: number, policy: number) => boolean> = {
  Equals: (request, policy) => request === policy,
  LessThan: (request, policy) => request < policy,
  LessThanEquals: (request, policy) => request <= policy,
  GreaterThan: (request, policy) => request > policy,
  GreaterThanEquals: (request, policy) => request >= policy,
};

type Tokens = readonly PatternToken[];

function tokenizeAll(
  values: readonly string[],
  variables: boolean,
  wildcards: boolean,
): readonly Tokens[] {
  return values.map((value) => tokenizePattern(value, { variables, wildcards }));
}

function isFixed(tokens: Tokens): boolean {
  return tokens.every((token) => token.kind === "literal");
}

/** The text of tokens without wildcards; undefined while a variable has no value. */
function textOf(tokens: Tokens, context: RequestContextValues): string | undefined {
  return resolveTokens(tokens, context)
    ?.map((token) => (token.kind === "literal" ? token.text : ""))
    .join("");
}

function fixedText(tokens: Tokens): string {
  return tokens.map((token) => (token.kind === "literal" ? token.text : "")).join("");
}

/** Fixed values in a set, or alone; values with variables are compared piece by piece. */
function equalsTest(values: readonly Tokens[]): ValueTest {
  const fixed = values.filter(isFixed).map(fixedText);
  const [only] = fixed;
  if (fixed.length === values.length) {
    if (fixed.length === 1 && only !== undefined) {
      return (value) => value === only;
    }
    const set = new Set(fixed);
    return (value) => set.has(value);
  }
  const set = new Set(fixed);
  const templates = values.filter((tokens) => !isFixed(tokens)).map(stringPatternOf);
  return (value, context) =>
    set.has(value) || templates.some((pattern) => patternMatches(pattern, value, 0, context));
}

function equalsIgnoreCaseTest(values: readonly Tokens[]): ValueTest {
  const fixed = new Set(values.filter(isFixed).map((tokens) => fixedText(tokens).toLowerCase()));
  const templates = values.filter((tokens) => !isFixed(tokens));
  if (templates.length === 0) {
    return (value) => fixed.has(value.toLowerCase());
  }
  return (value, context) => {
    const lowerCased = value.toLowerCase();
    return (
      fixed.has(lowerCased) ||
      templates.some((tokens) => textOf(tokens, context)?.toLowerCase() === lowerCased)
    );
  };
}

function likeTest(values: readonly Tokens[]): ValueTest {
  const patterns = values.map(stringPatternOf);
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined) {
    return (value, context) => patternMatches(only, value, 0, context);
  }
  return (value, context) => patterns.some((pattern) => patternMatches(pattern, value, 0, context));
}

/** `broken` is the answer as soon as a value of the policy turns out to be no ARN. */
function arnTest(values: readonly Tokens[], broken: boolean | undefined): ValueTest {
  const patterns = values.map(arnPatternOf);
  return (value, context) => {
    if (arnColons(value).length !== ARN_PARTS - 1) {
      return undefined;
    }
    for (let index = 0; index < patterns.length; index += 1) {
      const pattern = resolvedArn(patterns[index], values[index], context);
      if (pattern?.shape === "never") {
        return broken;
      }
      if (pattern !== undefined && arnMatches(pattern, value, context)) {
        return true;
      }
    }
    return false;
  };
}

/** A variable may hold more than one part of an ARN, even all; undefined while it has no value. */
function resolvedArn(
  pattern: ArnPattern | undefined,
  tokens: Tokens | undefined,
  context: RequestContextValues,
): ArnPattern | undefined {
  if (pattern?.shape !== "never" || tokens === undefined || isFixedPattern(tokens)) {
    return pattern;
  }
  const resolved = resolveTokens(tokens, context);
  return resolved && arnPatternOf(resolved);
}

function isFixedPattern(tokens: Tokens): boolean {
  return tokens.every(({ kind }) => kind !== "variable");
}

/** "true" in any case is true, and every other text is false, on both sides. */
function boolTest(values: readonly Tokens[]): ValueTest {
  const fixed = new Set(values.filter(isFixed).map((tokens) => isTrue(fixedText(tokens))));
  const templates = values.filter((tokens) => !isFixed(tokens));
  if (templates.length === 0) {
    const [forTrue, forFalse] = [fixed.has(true), fixed.has(false)];
    return (value) => (isTrue(value) ? forTrue : forFalse);
  }
  return (value, context) => {
    const mine = isTrue(value);
    const isMine = (text: string | undefined) => text !== undefined && isTrue(text) === mine;
    return fixed.has(mine) || templates.some((tokens) => isMine(textOf(tokens, context)));
  };
}

export function isTrue(text: string): boolean {
  return text === "true" || (text.length === 4 && text.toLowerCase() === "true");
}

/** Base64 in its one canonical form (RFC 4648) has one text for the same bytes. */
function binaryTest(values: readonly string[]): ValueTest {
  const texts = new Set(values.filter(isBase64));
  return (value) => texts.has(value);
}

function ipTest(values: readonly string[]): ValueTest {
  const ranges = values.map(parseIpRange).filter((range) => range !== undefined);
  return (value) => {
    const address = parseIpAddress(value);
    return address && ranges.some((range) => rangeHolds(range, address));
  };
}

/** Values that both sides parse into something comparable. */
function parsedTest<T>(
  values: readonly string[],
  parse: (text: string) => T | undefined,
  compare: (request: T, policy: T) => boolean,
): ValueTest {
  const theirs = values.map(parse).filter((value) => value !== undefined);
  return (value) => {
    const mine = parse(value);
    return mine !== undefined && theirs.some((one) => compare(mine, one));
  };
}
