import { ARN_PARTS } from "../compile/arn-parts.ts";
import { splitTokens } from "../compile/arn-pattern.ts";
import type { PatternToken } from "../compile/pattern-tokens.ts";
import {
  type AutomatonPattern,
  literalPosition,
  manyBut,
  oneBut,
  type PatternPosition,
} from "./pattern-automaton.ts";

type Tokens = readonly PatternToken[];

/**
 * The token that stands in a variable's place: its value, or a star where it may be any text.
 * Undefined: it has no value, and so the pattern covers nothing.
 */
export type Settle = (token: PatternToken) => PatternToken | undefined;

/** The automaton of a pattern's tokens; "never" for one that covers nothing. */
export type AutomatonOf = (tokens: Tokens, settle: Settle) => AutomatonPattern | "never";

export const AS_IT_IS: Settle = (token) => token;

/** A pattern that covers a value from its beginning to its end. */
export function stringAutomaton(tokens: Tokens, settle: Settle): AutomatonPattern | "never" {
  const settled = settleAll(tokens, settle);
  return settled === undefined ? "never" : positionsOf(settled, "", literalPosition);
}

/** The same for operators that ignore case. */
export function caselessAutomaton(tokens: Tokens, settle: Settle): AutomatonPattern | "never" {
  const settled = settleAll(tokens, settle);
  return settled === undefined
    ? "never"
    : positionsOf(settled, "", (char) => literalPosition(caseVariants(char)));
}

/**
 * A pattern for ARNs, by the rules of `compile/arn-pattern.ts`: it is cut into parts before its
 * variables have values, and wildcards of the first five parts stay within their part.
 */
export function arnAutomaton(tokens: Tokens, settle: Settle): AutomatonPattern | "never" {
  if (tokens.length > 0 && tokens.every(({ kind }) => kind === "star")) {
    return [manyBut("")];
  }
  const parts = splitTokens(tokens);
  const settled = parts.map((part) => settleAll(part, settle));
  const last = settled.at(-1);
  if (isNoArn(tokens) || last === undefined) {
    return "never";
  }
  const head: PatternPosition[] = [];
  for (const part of settled.slice(0, -1)) {
    if (part === undefined || part.some(hasColon)) {
      return "never";
    }
    head.push(...positionsOf(part, ":", literalPosition), literalPosition(":"));
  }
  return [...head, ...positionsOf(last, "", literalPosition)];
}

/** Too few parts, and no star that reaches over the missing ones. */
function isNoArn(tokens: Tokens): boolean {
  const parts = splitTokens(tokens);
  return parts.length < ARN_PARTS && parts.at(-1)?.at(-1)?.kind !== "star";
}

/**
 * A pattern of an ARN operator. Unlike a resource's, it is cut again once its variables have
 * values, if it has too few parts without (`compile/value-test.ts`).
 */
export function conditionArnAutomaton(tokens: Tokens, settle: Settle): AutomatonPattern | "never" {
  if (!isNoArn(tokens) || !tokens.some(({ kind }) => kind === "variable")) {
    return arnAutomaton(tokens, settle);
  }
  const settled = settleAll(tokens, settle);
  if (settled === undefined) {
    return "never";
  }
  const pattern = arnAutomaton(settled, AS_IT_IS);
  return pattern === "never" && settled.some(({ kind }) => kind === "star")
    ? stringAutomaton(settled, AS_IT_IS)
    : pattern;
}

/** Whether a condition's pattern, with these values of its variables, is no ARN. */
export function isSettledNoArn(tokens: Tokens, settle: Settle): boolean {
  if (!isNoArn(tokens)) {
    return false;
  }
  const settled = settleAll(tokens, settle);
  return settled !== undefined && isNoArn(settled);
}

function settleAll(tokens: Tokens, settle: Settle): Tokens | undefined {
  const settled: PatternToken[] = [];
  for (const token of tokens) {
    const next = settle(token);
    if (next === undefined) {
      return undefined;
    }
    settled.push(next);
  }
  return settled;
}

function hasColon(token: PatternToken): boolean {
  return token.kind === "literal" && token.text.includes(":");
}

/** Every text that has the six parts of an ARN. */
export const ANY_ARN: AutomatonPattern = [
  ...Array.from({ length: ARN_PARTS - 1 }, () => [manyBut(":"), literalPosition(":")]).flat(),
  manyBut(""),
];

/** A service's prefix and a name. */
export const ANY_ACTION: AutomatonPattern = [
  oneBut(":"),
  manyBut(":"),
  literalPosition(":"),
  oneBut(":"),
  manyBut(":"),
];

function positionsOf(
  tokens: Tokens,
  stoppers: string,
  literal: (char: string) => PatternPosition,
): AutomatonPattern {
  return tokens.flatMap((token) => {
    switch (token.kind) {
      case "literal":
        return [...units(token.text)].map(literal);
      case "star":
        return [manyBut(stoppers)];
      case "question":
        return [oneBut(stoppers)];
      case "variable":
        throw new Error(`The variable ${token.key} has no value`);
      default:
        return token satisfies never;
    }
  });
}

/** UTF-16 code units, as the evaluator compares them. */
function* units(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    yield text.charAt(at);
  }
}

const CODE_UNITS = 0x1_0000;
let variants: ReadonlyMap<string, string> | undefined;

/** The characters that are equal to this one but for case: "k" has three, with the Kelvin sign. */
function caseVariants(char: string): string {
  variants ??= findVariants();
  const lowerCased = char.toLowerCase();
  return variants.get(lowerCased) ?? lowerCased;
}

function findVariants(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let code = 0; code < CODE_UNITS; code += 1) {
    const char = String.fromCharCode(code);
    const lowerCased = char.toLowerCase();
    if (lowerCased !== char && lowerCased.length === 1) {
      found.set(lowerCased, (found.get(lowerCased) ?? lowerCased) + char);
    }
  }
  return found;
}
