import type { RequestContextValues } from "../request.ts";
import type { Glob } from "./glob.ts";
import { globMatches, globOf } from "./glob.ts";
import type { PatternToken } from "./pattern-tokens.ts";
import { startsAt } from "./starts-at.ts";

/**
 * One pattern, possibly with variables, distinguished by its shape so that the usual ones are fast.
 */
export type StringPattern =
  | { shape: "any" }
  | { shape: "exact"; text: string }
  | { shape: "prefix"; text: string }
  | { shape: "glob"; glob: Glob }
  | { shape: "stream"; pieces: readonly StreamPiece[]; open: boolean }
  | { shape: "template"; tokens: readonly PatternToken[] };

/** A template without wildcards but a last star is compared piece by piece, building no string. */
export interface StreamPiece {
  literal: string | undefined;
  key: string;
  defaultValue: string | undefined;
}

/** Chooses the shape. */
export function stringPatternOf(tokens: readonly PatternToken[]): StringPattern {
  if (tokens.some((token) => token.kind === "variable")) {
    return templateOf(tokens);
  }
  const [first, second] = tokens;
  if (tokens.length === 0) {
    return { shape: "exact", text: "" };
  }
  if (tokens.length === 1 && first?.kind === "literal") {
    return { shape: "exact", text: first.text };
  }
  if (tokens.every((token) => token.kind === "star")) {
    return { shape: "any" };
  }
  if (tokens.length === 2 && first?.kind === "literal" && second?.kind === "star") {
    return { shape: "prefix", text: first.text };
  }
  return { shape: "glob", glob: globOf(tokens) };
}

function templateOf(tokens: readonly PatternToken[]): StringPattern {
  const open = tokens.at(-1)?.kind === "star";
  const pieces: StreamPiece[] = [];
  for (const token of open ? tokens.slice(0, -1) : tokens) {
    if (token.kind === "literal") {
      pieces.push({ literal: token.text, key: "", defaultValue: undefined });
    } else if (token.kind === "variable") {
      pieces.push({ literal: undefined, key: token.key, defaultValue: token.defaultValue });
    } else {
      return { shape: "template", tokens };
    }
  }
  return { shape: "stream", pieces, open };
}

/** Whether the pattern covers `value` from `from` on. An unresolved variable matches nothing. */
export function patternMatches(
  pattern: StringPattern,
  value: string,
  from: number,
  context: RequestContextValues,
): boolean {
  switch (pattern.shape) {
    case "any":
      return true;
    case "exact":
      return value.length - from === pattern.text.length && startsAt(value, pattern.text, from);
    case "prefix":
      return startsAt(value, pattern.text, from);
    case "glob":
      return globMatches(pattern.glob, value, from);
    case "stream":
      return streamMatches(pattern.pieces, pattern.open, value, from, context);
    case "template": {
      const resolved = resolveTokens(pattern.tokens, context);
      return resolved !== undefined && globMatches(globOf(resolved), value, from);
    }
    default:
      return pattern satisfies never;
  }
}

function streamMatches(
  pieces: readonly StreamPiece[],
  open: boolean,
  value: string,
  from: number,
  context: RequestContextValues,
): boolean {
  let at = from;
  for (const piece of pieces) {
    const text = piece.literal ?? variableValue(piece.key, piece.defaultValue, context);
    if (text === undefined || !startsAt(value, text, at)) {
      return false;
    }
    at += text.length;
  }
  return open || at === value.length;
}

/** The value of a variable: a single-valued key's, of an absent one its default, else none. */
export function variableValue(
  key: string,
  defaultValue: string | undefined,
  context: RequestContextValues,
): string | undefined {
  const value = context.get(key);
  if (value === undefined) {
    return defaultValue;
  }
  return typeof value === "string" ? value : undefined;
}

/** Replaces variables by their values, which count as literal text. Undefined: one has no value. */
export function resolveTokens(
  tokens: readonly PatternToken[],
  context: RequestContextValues,
): readonly PatternToken[] | undefined {
  const resolved: PatternToken[] = [];
  for (const token of tokens) {
    if (token.kind !== "variable") {
      resolved.push(token);
      continue;
    }
    const text = variableValue(token.key, token.defaultValue, context);
    if (text === undefined) {
      return undefined;
    }
    resolved.push({ kind: "literal", text });
  }
  return resolved;
}

/** The keys of a pattern's variables that have no default. */
export function requiredKeysOf(tokens: readonly PatternToken[]): readonly string[] {
  return tokens.flatMap((token) =>
    token.kind === "variable" && token.defaultValue === undefined ? [token.key] : [],
  );
}
