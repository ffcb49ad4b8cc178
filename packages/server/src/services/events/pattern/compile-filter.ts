import { BlockList, isIP, isIPv4 } from "node:net";
import { invalidEventPattern } from "../errors.ts";

/** One element of a leaf's array. */
export interface ValueTest {
  /** `leaves` are the field's values without objects; none where the field is missing. */
  matches(leaves: readonly unknown[]): boolean;
}

type Comparison = (value: number, limit: number) => boolean;
/** A range's lower end, then its upper one; or one comparison. */
const LOWER: ReadonlyMap<unknown, Comparison> = new Map<unknown, Comparison>([
  [">", (value, limit) => value > limit],
  [">=", (value, limit) => value >= limit],
]);
const UPPER: ReadonlyMap<unknown, Comparison> = new Map<unknown, Comparison>([
  ["<", (value, limit) => value < limit],
  ["<=", (value, limit) => value <= limit],
]);
/** Source: EventBridge user guide, "Comparison operators": numbers are from -5.0e9 to 5.0e9. */
const NUMBER_MAX = 5e9;
const EQUAL: Comparison = (value, limit) => value === limit;
/** Which operators anything-but may have inside. Source: EventBridge user guide, "Comparison operators". */
const INSIDE_ANYTHING_BUT = ["prefix", "suffix", "equals-ignore-case", "wildcard"];

/**
 * Compiles a literal or a `{"prefix": …}`. Throws InvalidEventPatternException, in the words of AWS's own rule compiler
 * (aws/event-ruler).
 */
export function compileFilter(filter: unknown): ValueTest {
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
  if (operator === "anything-but") return anythingBut(operand);
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
function anythingBut(operand: unknown): ValueTest {
  const tests = refusedBy(operand).map((each) => compileFilter(each));
  return {
    matches: (leaves) => leaves.some((leaf) => !tests.some((test) => test.matches([leaf]))),
  };
}

/** What anything-but refuses: literals of one type, or `{"prefix": ["a", "b"]}`, which is two filters here alone. */
function refusedBy(operand: unknown): readonly unknown[] {
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) {
    const [entry, ...more] = Object.entries(operand);
    if (!entry) throw invalidEventPattern("Anything-But expression name not found");
    if (more.length > 0) throw invalidEventPattern("Only one key allowed in match expression");
    const [operator, values] = entry;
    if (!INSIDE_ANYTHING_BUT.includes(operator))
      throw invalidEventPattern(`Unsupported anything-but pattern: ${operator}`);
    const texts: readonly unknown[] = Array.isArray(values) ? values : [values];
    if (texts.some((text) => typeof text !== "string"))
      throw invalidEventPattern(`${operator} match pattern must be a string`);
    if (texts.length === 0 || texts.includes("")) {
      throw invalidEventPattern("Null prefix/suffix not allowed");
    }
    return texts.map((text) => ({ [operator]: text }));
  }
  const literals: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const types = new Set(literals.map((literal) => typeof literal));
  if ([...types].some((type) => type !== "string" && type !== "number"))
    throw invalidEventPattern(
      Array.isArray(operand)
        ? "Inside anything but list, start|null|boolean is not supported."
        : "Value of anything-but must be an array or single string/number value.",
    );
  if (types.size !== 1)
    throw invalidEventPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  return literals;
}

function compileOperator(operator: string, operand: unknown): (value: unknown) => boolean {
  switch (operator) {
    case "prefix":
      return affix(operator, operand, (value, text) => value.startsWith(text));
    case "suffix":
      return affix(operator, operand, (value, text) => value.endsWith(text));
    case "exactly": {
      const text = textOf("exact", operand);
      return (value) => value === text;
    }
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
  const [first = "", ...rest] = piecesOf(pattern);
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

/** What stands between the stars. A backslash may stand before a star and before itself alone. */
function piecesOf(pattern: string): readonly string[] {
  const pieces = [""];
  for (const { 0: found, index } of pattern.matchAll(/\\[*\\]|./gs)) {
    if (found === "*" && pattern[index + 1] === "*")
      throw invalidEventPattern(`Consecutive wildcard characters at pos ${index}`);
    if (found === "\\") throw invalidEventPattern(`Invalid escape character at pos ${index}`);
    if (found === "*") pieces.push("");
    else pieces.push((pieces.pop() ?? "") + found.slice(-1));
  }
  return pieces;
}

/** `["=", 5]`, `["<", 5]`, `[">=", 0, "<", 5]`: of a range the lower end comes first. */
function numeric(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand)) throw invalidEventPattern("Value of numeric must be an array.");
  const [operator, limit, second, top, ...more]: unknown[] = operand;
  if (typeof operator !== "string")
    throw invalidEventPattern(`Invalid member in numeric match: ${JSON.stringify(operator)}`);
  const lower = LOWER.get(operator);
  const compare = operator === "=" ? EQUAL : (lower ?? UPPER.get(operator));
  if (!compare) throw invalidEventPattern(`Unrecognized numeric range operator: ${operator}`);
  const from = numberOf(operator === "=" ? "equals" : operator, limit);
  if (operand.length === 2) return (value) => typeof value === "number" && compare(value, from);
  if (!lower) throw invalidEventPattern("Too many elements in numeric expression");
  if (typeof second !== "string")
    throw invalidEventPattern(`Invalid member in numeric match: ${JSON.stringify(second)}`);
  const upper = UPPER.get(second);
  if (!upper) throw invalidEventPattern(`Bad numeric range operator: ${second}`);
  const to = numberOf(second, top);
  if (more.length > 0) throw invalidEventPattern("Too many terms in numeric range expression");
  if (from >= to) throw invalidEventPattern("Bottom must be less than top");
  return (value) => typeof value === "number" && lower(value, from) && upper(value, to);
}

function numberOf(operator: string, limit: unknown): number {
  if (typeof limit === "number" && Math.abs(limit) <= NUMBER_MAX) return limit;
  if (typeof limit === "number")
    throw invalidEventPattern("Value must be between -5.0E9 and 5.0E9, inclusive");
  throw invalidEventPattern(`Value of ${operator} must be numeric`);
}

function cidr(text: string): (value: unknown) => boolean {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  if (bits === undefined || more.length > 0)
    throw invalidEventPattern("Malformed CIDR, one '/' required");
  if (!/^\d{1,3}$/.test(bits))
    throw invalidEventPattern("Malformed CIDR, mask bits must be an integer");
  if (isIP(address) === 0) throw invalidEventPattern(`Nonstandard IP address: ${address}`);
  const prefix = Number(bits);
  const prefixMax = family === "ipv4" ? 32 : 128;
  if (prefix > prefixMax)
    throw invalidEventPattern(
      `Malformed CIDR, ${family === "ipv4" ? "IPv4" : "IPv6"} mask bits must be at most ${prefixMax}`,
    );
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return (value) =>
    typeof value === "string" &&
    isIP(value) !== 0 &&
    list.check(value, isIPv4(value) ? "ipv4" : "ipv6");
}
