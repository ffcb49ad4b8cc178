import { BlockList, isIP, isIPv4 } from "node:net";
import { invalidEventPattern } from "../errors.ts";

/** One element of a leaf's array. */
export interface ValueTest {
  /** `leaves` are the field's values without objects; none where the field is missing. */
  matches(leaves: readonly unknown[]): boolean;
}

const NUMERIC = {
  "<": (value: number, limit: number) => value < limit,
  "<=": (value: number, limit: number) => value <= limit,
  "=": (value: number, limit: number) => value === limit,
  ">": (value: number, limit: number) => value > limit,
  ">=": (value: number, limit: number) => value >= limit,
} as const;

/** Compiles a literal or a `{"prefix": …}`. Throws InvalidEventPatternException. */
export function compileFilter(key: string, filter: unknown): ValueTest {
  if (filter === null || ["string", "number", "boolean"].includes(typeof filter)) {
    return anyOf((value) => value === filter);
  }
  if (typeof filter !== "object" || Array.isArray(filter)) {
    throw invalidEventPattern(`Match value must be String, number, true, false, or null`);
  }
  const [entry, ...more] = Object.entries(filter ?? {});
  if (!entry || more.length > 0) {
    throw invalidEventPattern(`Only one key allowed in match expression`);
  }
  const [operator, operand] = entry;
  if (operator === "exists") return existence(operand);
  if (operator === "anything-but") return anythingBut(key, operand);
  return anyOf(compileOperator(operator, operand));
}

function anyOf(test: (value: unknown) => boolean): ValueTest {
  return { matches: (leaves) => leaves.some(test) };
}

function existence(operand: unknown): ValueTest {
  if (typeof operand !== "boolean") {
    throw invalidEventPattern("exists match pattern must be either true or false.");
  }
  return { matches: (leaves) => leaves.length > 0 === operand };
}

/** Matches a value that is there and is none of these. */
function anythingBut(key: string, operand: unknown): ValueTest {
  const refused = Array.isArray(operand) ? operand : alternativesOf(operand);
  if (refused.length === 0) throw invalidEventPattern("Anything-But list must not be empty");
  const tests = refused.map((each) => compileFilter(key, each));
  return {
    matches: (leaves) => leaves.some((leaf) => !tests.some((test) => test.matches([leaf]))),
  };
}

/** `{"prefix": ["a", "b"]}` is two filters here, and here alone. */
function alternativesOf(operand: unknown): readonly unknown[] {
  if (typeof operand !== "object" || operand === null) return [operand];
  const [entry] = Object.entries(operand);
  if (!entry || !Array.isArray(entry[1]) || entry[0] === "numeric") return [operand];
  return entry[1].map((value) => ({ [entry[0]]: value }));
}

function compileOperator(operator: string, operand: unknown): (value: unknown) => boolean {
  switch (operator) {
    case "prefix":
      return affix(operator, operand, (value, text) => value.startsWith(text));
    case "suffix":
      return affix(operator, operand, (value, text) => value.endsWith(text));
    case "equals-ignore-case": {
      const text = textOf(operator, operand).toLowerCase();
      return (value) => typeof value === "string" && value.toLowerCase() === text;
    }
    case "wildcard":
      return wildcard(textOf(operator, operand));
    case "numeric":
      return numeric(operand);
    case "cidr":
      return cidr(textOf(operator, operand));
    default:
      throw invalidEventPattern(`Unrecognized match type ${operator}`);
  }
}

function affix(
  operator: string,
  operand: unknown,
  test: (value: string, text: string) => boolean,
): (value: unknown) => boolean {
  if (typeof operand === "object" && operand !== null && "equals-ignore-case" in operand) {
    const text = textOf(operator, operand["equals-ignore-case"]).toLowerCase();
    return (value) => typeof value === "string" && test(value.toLowerCase(), text);
  }
  const text = textOf(operator, operand);
  return (value) => typeof value === "string" && test(value, text);
}

function textOf(operator: string, operand: unknown): string {
  if (typeof operand === "string") return operand;
  throw invalidEventPattern(`${operator} match pattern must be a string`);
}

/** `*` is any characters; `\*` is a star. Searched piece by piece, never going back. */
function wildcard(pattern: string): (value: unknown) => boolean {
  const pieces = pattern
    .split(/(?<!\\)\*/)
    .map((piece) => piece.replaceAll("\\*", "*").replaceAll("\\\\", "\\"));
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  return (value) => {
    if (typeof value !== "string") return false;
    if (last === undefined) return value === first;
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return value.length - last.length >= at && value.endsWith(last);
  };
}

function numeric(operand: unknown): (value: unknown) => boolean {
  const bad = "Value of numeric must be an array of operators and numbers";
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw invalidEventPattern(bad);
  }
  const tests = Array.from({ length: operand.length / 2 }, (_, pair) => {
    const [operator, limit] = operand.slice(pair * 2, pair * 2 + 2);
    if (!Object.hasOwn(NUMERIC, String(operator)) || typeof limit !== "number") {
      throw invalidEventPattern(bad);
    }
    const compare = NUMERIC[operator as keyof typeof NUMERIC];
    return (value: number) => compare(value, limit);
  });
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}

function cidr(text: string): (value: unknown) => boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const prefix = Number(bits ?? (family === "ipv4" ? 32 : 128));
  const isValid =
    isIP(address) !== 0 &&
    more.length === 0 &&
    Number.isInteger(prefix) &&
    prefix >= 0 &&
    prefix <= (family === "ipv4" ? 32 : 128);
  if (!isValid) throw invalidEventPattern(`Malformed CIDR, one '/' required`);
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return (value) =>
    typeof value === "string" &&
    isIP(value) !== 0 &&
    list.check(value, isIPv4(value) ? "ipv4" : "ipv6");
}
