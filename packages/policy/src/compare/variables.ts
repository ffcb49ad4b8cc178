import type { CompiledPolicy } from "../compile/compile-policy.ts";
import { type PatternToken, tokenizePattern } from "../compile/pattern-tokens.ts";
import { variableValue } from "../compile/string-pattern.ts";
import type { ContextValue } from "../request.ts";
import type { Settle } from "./patterns-of.ts";

/** The texts that policy variables stand for while policies are compared. */
export interface Variables {
  /** The values of keys in the requests that are looked for; undefined: the key is absent. */
  values: ReadonlyMap<string, ContextValue | undefined>;
  /** All other variables have no value, or stand for any text at all. */
  others: "absent" | "any text";
}

const STAR: PatternToken = { kind: "star" };

/** Takes the variables that aren't known for any text at most, and for none at least. */
export function settleBy({ values, others }: Variables): { most: Settle; least: Settle } {
  const least = (token: PatternToken): PatternToken | undefined => {
    if (token.kind !== "variable") {
      return token;
    }
    const text = variableValue(token.key, token.defaultValue, values);
    return text === undefined ? undefined : { kind: "literal", text };
  };
  if (others === "absent") {
    return { most: least, least };
  }
  const isKnown = (token: PatternToken) =>
    token.kind !== "variable" || typeof values.get(token.key) === "string";
  return {
    most: (token) => (isKnown(token) ? least(token) : STAR),
    least: (token) => (isKnown(token) ? least(token) : undefined),
  };
}

export function isVariable(token: PatternToken): boolean {
  return token.kind === "variable";
}

const FRAGMENTS_MAX = 16;
/** Long lists of combinations are cut: what isn't found then stays unknown. */
const EXAMPLES_MAX = 40;

/**
 * The ways in which variables are settled. Without variables there is one. With them, `proof` takes
 * them for any text, and each of `examples` gives them values: names of their own, the texts that
 * stand in the policies, and none.
 */
export function assignmentsOf(
  policies: readonly CompiledPolicy[],
  settled: ReadonlyMap<string, ContextValue | undefined>,
): { proof: Variables | undefined; examples: readonly Variables[] } {
  const known = new Map<string, ContextValue>();
  for (const [key, value] of settled) {
    if (value !== undefined) {
      known.set(key, value);
    }
  }
  const texts = policies.flatMap(textsOf);
  const keys = [...new Set(texts.flatMap(variablesIn))].filter((key) => !settled.has(key));
  if (keys.length === 0) {
    return { proof: undefined, examples: [{ values: known, others: "absent" }] };
  }
  const names = new Map(keys.map((key, index) => [key, `name${index + 1}`]));
  const fragments = fragmentsOf(texts);
  const examples = [
    names,
    ...keys.flatMap((key) => fragments.map((text) => new Map(names).set(key, text))),
    ...keys.map((key) => new Map([...names].filter(([name]) => name !== key))),
    new Map<string, string>(),
  ];
  return {
    proof: { values: known, others: "any text" },
    examples: examples.slice(0, EXAMPLES_MAX).map((values) => ({
      values: new Map([...known, ...keys.map((key) => [key, values.get(key)] as const)]),
      others: "absent",
    })),
  };
}

/** Every text of a policy in which a variable may stand, or which one may equal. */
function textsOf({ statements, version }: CompiledPolicy): readonly string[] {
  return version === "2012-10-17"
    ? statements.flatMap(({ written }) => [
        ...(written.resource?.values ?? []),
        ...written.conditions.flatMap(({ values }) => values),
      ])
    : [];
}

/** Pieces of the policies' texts that a variable may have as its value. */
function fragmentsOf(texts: readonly string[]): readonly string[] {
  const pieces = texts.flatMap((text) => [text, ...text.split(/[/:]/)]);
  const whole = pieces.filter((piece) => piece !== "" && !/[*?$]/.test(piece));
  return [...new Set(whole)].slice(0, FRAGMENTS_MAX);
}

/** The keys of the variables in a text. */
function variablesIn(text: string): readonly string[] {
  return tokenizePattern(text, { variables: true, wildcards: true }).flatMap((token) =>
    token.kind === "variable" ? [token.key] : [],
  );
}
