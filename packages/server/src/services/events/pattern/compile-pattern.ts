import { invalidEventPattern } from "../errors.ts";
import { compileFilter, type ValueTest } from "./compile-filter.ts";

/** Decides whether an event (or a part of it) is what a pattern asks for. */
export type EventTest = (value: unknown) => boolean;

const OR = "$or";
/** Alternatives of all `$or`s multiplied. Source: EventBridge user guide, "Using multiple match types". */
const COMBINATIONS_MAX = 1_000;
const DEPTH_MAX = 32;

/**
 * Compiles an event pattern. Throws InvalidEventPatternException. Source: EventBridge user guide,
 * "Event patterns" and "Comparison operators".
 */
export function compilePattern(text: string): EventTest {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own words differ between Node versions.
    throw invalidEventPattern("the pattern is not JSON");
  }
  if (!isObject(document)) throw invalidEventPattern("Filter is not an object");
  if (combinationsOf(document) > COMBINATIONS_MAX)
    throw invalidEventPattern(`there are more than ${COMBINATIONS_MAX} combinations of ${OR}`);
  return compileObject(document, 0);
}

function compileObject(pattern: Readonly<Record<string, unknown>>, depth: number): EventTest {
  if (depth > DEPTH_MAX) throw invalidEventPattern("Filter is nested too deep");
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidEventPattern("Empty objects are not allowed");
  const tests = entries.map(([key, value]) =>
    key === OR ? compileOr(value, depth) : compileField(key, value, depth),
  );
  return (event) => tests.every((test) => test(event));
}

/** In how many ways a pattern can match: by one alternative of each `$or`. */
function combinationsOf(pattern: unknown): number {
  if (!isObject(pattern)) return 1;
  return Object.entries(pattern).reduce((product, [key, value]) => {
    const ways =
      key === OR && Array.isArray(value)
        ? value.reduce<number>((sum, each) => sum + combinationsOf(each), 0)
        : combinationsOf(value);
    return product * ways;
  }, 1);
}

function compileOr(alternatives: unknown, depth: number): EventTest {
  if (!Array.isArray(alternatives))
    throw invalidEventPattern(`It must be an Array followed with ${OR}.`);
  if (alternatives.length < 2)
    throw invalidEventPattern("There must have at least 2 Objects in $or relationship.");
  const tests = alternatives.map((alternative: unknown) => {
    if (!isObject(alternative))
      throw invalidEventPattern("Only JSON object is allowed in array of $or relationship.");
    return compileObject(alternative, depth + 1);
  });
  return (event) => tests.some((test) => test(event));
}

function compileField(key: string, value: unknown, depth: number): EventTest {
  if (Array.isArray(value)) {
    if (value.length === 0) throw invalidEventPattern("Empty arrays are not allowed");
    const tests = value.map(compileFilter);
    return (event) => matchesLeaf(fieldOf(event, key), tests);
  }
  if (!isObject(value)) throw invalidEventPattern(`"${key}" must be an object or an array`);
  const test = compileObject(value, depth + 1);
  return (event) => {
    const field = fieldOf(event, key);
    // An array of objects matches when one of them does.
    return Array.isArray(field) ? field.some(test) : test(field);
  };
}

/** One filter must accept one of the values; `exists` is about whether there is one. */
function matchesLeaf(value: unknown, tests: readonly ValueTest[]): boolean {
  const values = Array.isArray(value) ? value : [value];
  const leaves = values.filter((each) => each !== undefined && !isObject(each));
  return tests.some((test) => test.matches(leaves));
}

function fieldOf(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
