import type { JsonArray, JsonNode, JsonObject } from "@rolecast/policy";
import { invalidEventPattern } from "../errors.ts";
import { compileFilter, literalOf, type ValueTest } from "./compile-filter.ts";
import { PatternText } from "./pattern-text.ts";

/** Decides whether an event (or a part of it) is what a pattern asks for. */
export type EventTest = (value: unknown) => boolean;

type Nested = Record<string, unknown>;

const OR = "$or";
/** Alternatives of all `$or`s, multiplied. Source: user guide, "Using multiple match types". */
const COMBINATIONS_MAX = 1_000;
/** Source: API reference, PutRule. */
const PATTERN_LENGTH_MAX = 4_096;

/**
 * Compiles an event pattern. Throws InvalidEventPatternException in the words of AWS's own rule
 * compiler (aws/event-ruler). Source: EventBridge user guide, "Event patterns" and "Comparison
 * operators".
 */
export function compilePattern(text: string): EventTest {
  const pattern = new PatternText(text);
  const root = pattern.read();
  if (root.type !== "object") throw pattern.refuse("Filter is not an object", root);
  if (combinationsOf(root) > COMBINATIONS_MAX)
    throw invalidEventPattern(`there are more than ${COMBINATIONS_MAX} combinations of ${OR}`);
  const test = compileObject(root, pattern);
  return (event) => test(nested(event));
}

function compileObject(object: JsonObject, pattern: PatternText): EventTest {
  if (object.members.length === 0)
    throw pattern.refuseWhole("Empty objects are not allowed", object);
  const compiled = object.members.map(({ key, value }): [string, EventTest] => [
    key,
    key === OR ? compileOr(value, pattern) : compileField(key, value, pattern),
  ]);
  // If a key comes twice, the last one counts.
  const tests = [...new Map(compiled).values()];
  return (event) => tests.every((test) => test(event));
}

/** Counts the ways in which a pattern can match: by one alternative of each `$or`. */
function combinationsOf(node: JsonNode): number {
  if (node.type !== "object") return 1;
  return node.members.reduce((product, { key, value }) => {
    const ways =
      key === OR && value.type === "array"
        ? value.items.reduce((sum, each) => sum + combinationsOf(each), 0)
        : combinationsOf(value);
    return product * ways;
  }, 1);
}

function compileOr(alternatives: JsonNode, pattern: PatternText): EventTest {
  if (alternatives.type !== "array")
    throw pattern.refuse(`It must be an Array followed with ${OR}.`, alternatives);
  if (alternatives.items.length < 2) {
    const reason = `There must have at least 2 Objects in ${OR} relationship.`;
    throw pattern.refuseWhole(reason, alternatives);
  }
  const tests = alternatives.items.map((alternative) => {
    if (alternative.type === "object") return compileObject(alternative, pattern);
    const reason = `Only JSON object is allowed in array of ${OR} relationship.`;
    throw pattern.refuse(reason, alternative);
  });
  return (event) => tests.some((test) => test(event));
}

function compileField(key: string, value: JsonNode, pattern: PatternText): EventTest {
  const test = compileValue(key, value, pattern);
  return stepsOf(key).reduceRight<EventTest>((inner, step, index, { length }) => {
    const within = index === length - 1 ? inner : eachOf(inner);
    return (event) => within(fieldOf(event, step));
  }, test);
}

function compileValue(key: string, value: JsonNode, pattern: PatternText): EventTest {
  if (value.type === "array") return compileLeaf(value, pattern);
  if (value.type === "object") return eachOf(compileObject(value, pattern));
  throw pattern.refuse(`"${key}" must be an object or an array`, value);
}

function compileLeaf(filters: JsonArray, pattern: PatternText): EventTest {
  if (filters.items.length === 0)
    throw pattern.refuseWhole("Empty arrays are not allowed", filters);
  const literals = new Set<unknown>();
  const tests = filters.items.flatMap((filter) => {
    if (filter.type === "array" || filter.type === "object")
      return [compileFilter(filter, pattern)];
    literals.add(literalOf(filter));
    return [];
  });
  // Many literals beside many values are looked up, not compared each with each.
  if (literals.size > 0)
    tests.push({ matches: (leaves) => leaves.some((leaf) => literals.has(leaf)) });
  return (value) => matchesLeaf(value, tests);
}

/** An array of objects matches when one of them does, and arrays in arrays are as one. */
function eachOf(test: EventTest): EventTest {
  const each: EventTest = (field) => (Array.isArray(field) ? field.some(each) : test(field));
  return each;
}

/** One filter must accept one of the values; `exists` is about whether there is one. */
function matchesLeaf(value: unknown, tests: readonly ValueTest[]): boolean {
  const leaves = Array.isArray(value) ? leavesIn(value) : isLeaf(value) ? [value] : [];
  return tests.some((test) => test.matches(leaves));
}

/** Many rules and alternatives may look at the same list of a parsed event. */
const knownLeaves = new WeakMap<readonly unknown[], readonly unknown[]>();

function leavesIn(list: readonly unknown[]): readonly unknown[] {
  let leaves = knownLeaves.get(list);
  if (!leaves) {
    leaves = list.flat(Number.POSITIVE_INFINITY).filter(isLeaf);
    knownLeaves.set(list, leaves);
  }
  return leaves;
}

function isLeaf(value: unknown): boolean {
  return value !== undefined && !isObject(value);
}

/** Joins keys with dots before they are compared. Source: user guide, "Event patterns". */
function stepsOf(key: string): string[] {
  return key.split(".");
}

const nestedEvents = new WeakMap<object, unknown>();

/** The event as patterns look into it: every rule does, it is made once. */
function nested(event: unknown): unknown {
  if (!isObject(event)) return event;
  const known = nestedEvents.get(event) ?? (hasDots(event) ? withoutDots(event) : event);
  nestedEvents.set(event, known);
  return known;
}

function hasDots(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasDots);
  if (!isObject(value)) return false;
  for (const key in value) if (key.includes(".") || hasDots(value[key])) return true;
  return false;
}

/** `{"a.b": 1}` as `{"a": {"b": 1}}`. */
function withoutDots(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDots);
  if (!isObject(value)) return value;
  const made: Nested = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    // No pattern is long enough to ask for it, and it would become as many objects as it has dots.
    if (key.length > PATTERN_LENGTH_MAX) continue;
    const steps = stepsOf(key);
    const last = steps.pop() ?? key;
    const place = steps.reduce((at, step) => {
      const next: Nested = isObject(at[step]) ? at[step] : Object.create(null);
      at[step] = next;
      return next;
    }, made);
    place[last] = withoutDots(inner);
  }
  return made;
}

function fieldOf(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
