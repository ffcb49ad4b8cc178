import { BlockList, isIP, isIPv4, SocketAddress } from "node:net";
import type { JsonArray, JsonNode, JsonObject } from "@rolecast/policy";
import { invalidEventPattern } from "../errors.ts";
import type { PatternText } from "./pattern-text.ts";
import { SearchText } from "./search-text.ts";

/** One element of a leaf's array. */
export interface ValueTest {
  /** `leaves` are the field's values without objects; none where the field is missing. */
  matches(leaves: readonly unknown[]): boolean;
}

/** Makes a refusal that names the operand's place. */
type Refuse = (reason: string) => Error;
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
/** The operators allowed inside anything-but, with AWS's words for an operand that's no string. */
const INSIDE_ANYTHING_BUT: ReadonlyMap<string, string> = new Map([
  ["prefix", "prefix/suffix match pattern must be a string"],
  ["suffix", "prefix/suffix match pattern must be a string"],
  [
    "equals-ignore-case",
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
  ],
  ["wildcard", "wildcard match pattern must be a string"],
]);
const ANYTHING_BUT = "Value of anything-but must be an array or single string/number value.";

/** Compiles a literal or a `{"prefix": …}`. Throws InvalidEventPatternException. */
export function compileFilter(filter: JsonNode, pattern: PatternText): ValueTest {
  if (filter.type === "array")
    throw pattern.refuse("Match value must be String, number, true, false, or null", filter);
  if (filter.type !== "object") return equal(filter);
  const { key: operator, value: operand } = onlyMember(
    filter,
    "Empty objects are not allowed",
    pattern,
  );
  if (operator === "exists") return existence(operand, pattern);
  if (operator === "anything-but") return anythingBut(operand, pattern);
  // AWS's refusal of another operand speaks of a prefix.
  if (operator === "cidr") return cidr(textOf("prefix", operand, pattern));
  return anyOf(compileOperator(operator, operand, pattern));
}

function onlyMember(object: JsonObject, empty: string, pattern: PatternText) {
  const [first, second] = object.members;
  if (!first) throw pattern.refuseWhole(empty, object);
  if (second) throw pattern.refuse("Only one key allowed in match expression", second.value);
  return first;
}

function anyOf(test: (value: unknown) => boolean): ValueTest {
  return { matches: (leaves) => leaves.some(test) };
}

function equal(literal: Exclude<JsonNode, JsonArray | JsonObject>): ValueTest {
  const wanted = literalOf(literal);
  return anyOf((value) => value === wanted);
}

/** A string, number, boolean or null as its value. */
export function literalOf(literal: Exclude<JsonNode, JsonArray | JsonObject>): unknown {
  return literal.type === "string" ? literal.value : JSON.parse(literal.text);
}

function existence(operand: JsonNode, pattern: PatternText): ValueTest {
  if (operand.type !== "boolean")
    throw pattern.refuse("exists match pattern must be either true or false.", operand);
  const wanted = operand.text === "true";
  return { matches: (leaves) => leaves.length > 0 === wanted };
}

/** Matches a value that is there and is none of these. */
function anythingBut(operand: JsonNode, pattern: PatternText): ValueTest {
  const tests =
    operand.type === "object" ? refusedBy(operand, pattern) : refusedLiterals(operand, pattern);
  return {
    matches: (leaves) => leaves.some((leaf) => !tests.some((test) => test.matches([leaf]))),
  };
}

/** `{"prefix": ["a", "b"]}` is two filters here alone. */
function refusedBy(operand: JsonObject, pattern: PatternText): readonly ValueTest[] {
  const { key: operator, value } = onlyMember(
    operand,
    "Anything-But expression name not found",
    pattern,
  );
  const mistyped = INSIDE_ANYTHING_BUT.get(operator);
  if (mistyped === undefined)
    throw pattern.refuse(`Unsupported anything-but pattern: ${operator}`, value);
  if (value.type === "object") throw pattern.refuse(ANYTHING_BUT, value);
  const inList = value.type === "array";
  const texts = inList ? value.items : [value];
  if (texts.length === 0) throw pattern.refuseWhole("Null prefix/suffix not allowed", value);
  return texts.map((text) => {
    if (text.type !== "string")
      throw inList ? pattern.refuseItem(mistyped, text) : pattern.refuse(mistyped, text);
    if (text.value === "" && (operator === "prefix" || operator === "suffix"))
      throw pattern.refuseWhole("Null prefix/suffix not allowed", text);
    return anyOf(compileOperator(operator, text, pattern));
  });
}

/** Literals of one type. */
function refusedLiterals(
  operand: Exclude<JsonNode, JsonObject>,
  pattern: PatternText,
): readonly ValueTest[] {
  if (operand.type !== "array") {
    if (!isTextOrNumber(operand)) throw pattern.refuse(ANYTHING_BUT, operand);
    return [equal(operand)];
  }
  const tests = operand.items.map((item) => {
    if (isTextOrNumber(item)) return equal(item);
    throw pattern.refuseItem(
      "Inside anything but list, start|null|boolean is not supported.",
      item,
    );
  });
  if (new Set(operand.items.map(({ type }) => type)).size !== 1)
    throw pattern.refuseWhole(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
      operand,
    );
  return tests;
}

function isTextOrNumber(node: JsonNode): node is Exclude<JsonNode, JsonArray | JsonObject> {
  return node.type === "string" || node.type === "number";
}

function compileOperator(
  operator: string,
  operand: JsonNode,
  pattern: PatternText,
): (value: unknown) => boolean {
  switch (operator) {
    case "prefix":
      return affix(operator, operand, pattern, (value, text) => value.startsWith(text));
    case "suffix":
      return affix(operator, operand, pattern, (value, text) => value.endsWith(text));
    case "exactly": {
      const text = textOf("exact", operand, pattern);
      return (value) => value === text;
    }
    case "equals-ignore-case": {
      const text = textOf(operator, operand, pattern).toLowerCase();
      return (value) => typeof value === "string" && value.toLowerCase() === text;
    }
    case "wildcard": {
      const text = textOf(operator, operand, pattern);
      return wildcard(text, (reason) => pattern.refuseWhole(reason, operand));
    }
    case "numeric":
      return numeric(operand, pattern);
    default:
      throw pattern.refuse(`Unrecognized match type ${operator}`, operand);
  }
}

function affix(
  operator: string,
  operand: JsonNode,
  pattern: PatternText,
  test: (value: string, text: string) => boolean,
): (value: unknown) => boolean {
  const [member] = operand.type === "object" ? operand.members : [];
  if (member?.key === "equals-ignore-case") {
    const text = textOf(operator, member.value, pattern).toLowerCase();
    return (value) => typeof value === "string" && test(value.toLowerCase(), text);
  }
  const text = textOf(operator, operand, pattern);
  return (value) => typeof value === "string" && test(value, text);
}

function textOf(operator: string, operand: JsonNode, pattern: PatternText): string {
  if (operand.type === "string") return operand.value;
  throw pattern.refuse(`${operator} match pattern must be a string`, operand);
}

/** `*` is any characters; `\*` is a star. Searched piece by piece, never going back. */
function wildcard(text: string, refuse: Refuse): (value: unknown) => boolean {
  const [first = "", ...others] = piecesOf(text, refuse);
  const last = others.pop();
  const rest = others.map((piece) => new SearchText(piece));
  return (value) => {
    if (typeof value !== "string") return false;
    if (last === undefined) return value === first;
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = piece.indexIn(value, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return value.length - last.length >= at && value.endsWith(last);
  };
}

/** Splits a wildcard at its stars. A backslash may only precede a star or another backslash. */
function piecesOf(text: string, refuse: Refuse): readonly string[] {
  const pieces = [""];
  for (const { 0: found, index } of text.matchAll(/\\[*\\]|./gs)) {
    // AWS counts bytes, and the quotation mark before them.
    const position = () => Buffer.byteLength(text.slice(0, index)) + 1;
    if (found === "*" && text[index + 1] === "*")
      throw refuse(`Consecutive wildcard characters at pos ${position()}`);
    if (found === "\\") throw refuse(`Invalid escape character at pos ${position()}`);
    if (found === "*") pieces.push("");
    else pieces.push((pieces.pop() ?? "") + found.slice(-1));
  }
  return pieces;
}

/** `["=", 5]`, `["<", 5]`, `[">=", 0, "<", 5]`: of a range the lower end comes first. */
function numeric(operand: JsonNode, pattern: PatternText): (value: unknown) => boolean {
  if (operand.type !== "array") throw pattern.refuse("Value of numeric must be an array.", operand);
  const [first, bottom, second, top, surplus] = operand.items;
  const operator = operatorOf(first, operand, pattern);
  const lower = LOWER.get(operator);
  const compare = operator === "=" ? EQUAL : (lower ?? UPPER.get(operator));
  if (!compare)
    throw pattern.refuseWhole(`Unrecognized numeric range operator: ${operator}`, first ?? operand);
  const from = numberOf(operator === "=" ? "equals" : operator, bottom, operand, pattern);
  if (!second) return (value) => typeof value === "number" && compare(value, from);
  if (!lower) throw pattern.refuse("Too many elements in numeric expression", second);
  const end = operatorOf(second, operand, pattern);
  const upper = UPPER.get(end);
  if (!upper) throw pattern.refuseWhole(`Bad numeric range operator: ${end}`, second);
  const to = numberOf(end, top, operand, pattern);
  if (surplus) throw pattern.refuse("Too many terms in numeric range expression", surplus);
  if (from >= to) throw pattern.refuseWhole("Bottom must be less than top", operand);
  return (value) => typeof value === "number" && lower(value, from) && upper(value, to);
}

function operatorOf(node: JsonNode | undefined, list: JsonArray, pattern: PatternText): string {
  if (node?.type === "string") return node.value;
  const shown =
    node && "text" in node ? node.text : node?.type === "array" ? "[" : node ? "{" : "]";
  throw pattern.refuseWhole(`Invalid member in numeric match: ${shown}`, node ?? list);
}

function numberOf(
  operator: string,
  node: JsonNode | undefined,
  list: JsonArray,
  pattern: PatternText,
): number {
  if (node?.type !== "number") {
    const reason = `Value of ${operator} must be numeric`;
    throw node ? pattern.refuse(reason, node) : pattern.refuseWhole(reason, list);
  }
  const value = Number(node.text);
  if (Math.abs(value) <= NUMBER_MAX) return value;
  throw pattern.refuse("Value must be between -5.0E9 and 5.0E9, inclusive", node);
}

function cidr(text: string): ValueTest {
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
  return { matches: (leaves) => addressesOf(leaves).some((each) => list.check(each)) };
}

/** Many filters may look at the same list, and an address takes longer to read than to compare. */
const known = new WeakMap<readonly unknown[], readonly SocketAddress[]>();

function addressesOf(leaves: readonly unknown[]): readonly SocketAddress[] {
  let addresses = known.get(leaves);
  if (!addresses) {
    addresses = leaves.flatMap((value) => {
      if (typeof value !== "string" || isIP(value) === 0) return [];
      return [new SocketAddress({ address: value, family: isIPv4(value) ? "ipv4" : "ipv6" })];
    });
    known.set(leaves, addresses);
  }
  return addresses;
}
