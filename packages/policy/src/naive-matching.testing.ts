import type { ContextValue, RequestContextValues } from "./request.ts";

/**
 * The matching half of the second evaluator: slow, obvious, and without a line of the engine's
 * code.
 */

export type Json = string | number | boolean | null | readonly Json[] | { [key: string]: Json };

export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? value : [value];
}

export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).map(String);
}

/** One symbol of a pattern: a wildcard, or a character and whether a variable put it there. */
type Symbol = "any" | "one" | { character: string; substituted: boolean };

/** A pattern with its variables replaced; undefined when one has no value. */
export function symbolsOf(
  pattern: string,
  options: { variables: boolean; wildcards: boolean },
  context: RequestContextValues,
): readonly Symbol[] | undefined {
  const symbols: Symbol[] = [];
  const add = (text: string, substituted: boolean): void => {
    symbols.push(...text.split("").map((character) => ({ character, substituted })));
  };
  let rest = pattern;
  while (rest !== "") {
    const variable = options.variables ? /^\$\{([^}]*)\}/.exec(rest) : null;
    if (variable !== null) {
      let whole = variable[0];
      let name = variable[1] ?? "";
      let fallback: string | undefined;
      if (name.includes(", '")) {
        const quoted = rest.indexOf("'}");
        if (quoted === -1) {
          add(rest, false);
          break;
        }
        whole = rest.slice(0, quoted + 2);
        fallback = whole.slice(whole.indexOf(", '") + 3, -2);
        name = whole.slice(2, whole.indexOf(", '"));
      }
      if (["*", "?", "$"].includes(name)) {
        add(name, false);
      } else {
        const value = context.get(name.toLowerCase());
        const text = value === undefined ? fallback : value;
        if (typeof text !== "string") {
          return undefined;
        }
        add(text, true);
      }
      rest = rest.slice(whole.length);
    } else if (options.variables && rest.startsWith("${")) {
      add(rest, false);
      break;
    } else {
      const character = rest.charAt(0);
      if (options.wildcards && character === "*") {
        symbols.push("any");
      } else if (options.wildcards && character === "?") {
        symbols.push("one");
      } else {
        add(character, false);
      }
      rest = rest.slice(1);
    }
  }
  return symbols;
}

/** A table: reach[i][j] says that the first i symbols cover the first j characters. */
export function naiveGlob(symbols: readonly Symbol[], text: string): boolean {
  let row = [true, ...new Array<boolean>(text.length).fill(false)];
  for (const symbol of symbols) {
    const next: boolean[] = [symbol === "any" && row[0] === true];
    for (let j = 1; j <= text.length; j += 1) {
      if (symbol === "any") {
        next.push(row[j] === true || next[j - 1] === true);
      } else if (symbol === "one") {
        next.push(row[j - 1] === true);
      } else {
        next.push(row[j - 1] === true && text[j - 1] === symbol.character);
      }
    }
    row = next;
  }
  return row[text.length] === true;
}

export function naiveArn(symbols: readonly Symbol[], arn: string): boolean {
  if (symbols.length > 0 && symbols.every((symbol) => symbol === "any")) {
    return true;
  }
  const parts: Symbol[][] = [[]];
  for (const symbol of symbols) {
    const splits = typeof symbol === "object" && symbol.character === ":" && !symbol.substituted;
    if (splits && parts.length < 6) {
      parts.push([]);
    } else {
      parts.at(-1)?.push(symbol);
    }
  }
  const head = parts.slice(0, -1);
  const last = parts.at(-1) ?? [];
  const arnParts = arn.split(":");
  if (parts.length < 6 && last.at(-1) !== "any") {
    return false;
  }
  return (
    arnParts.length >= parts.length &&
    head.every((part, index) => naiveGlob(part, arnParts[index] ?? "")) &&
    naiveGlob(last, arnParts.slice(head.length).join(":"))
  );
}

/**
 * How an ARN compares with a value of a policy, which may have all of its parts from a variable.
 */
function naiveArnValue(
  policyValue: string,
  arn: string,
  variables: boolean,
  context: RequestContextValues,
): "same" | "other" | "broken" {
  const symbols = symbolsOf(policyValue, { variables, wildcards: true }, context);
  if (symbols === undefined) {
    return "other";
  }
  const colons = (one: readonly Symbol[]) =>
    one.filter((each) => typeof each === "object" && each.character === ":" && !each.substituted)
      .length;
  const whole = symbols.map((each) =>
    typeof each === "object" ? { ...each, substituted: false } : each,
  );
  const pattern = colons(symbols) < 5 && symbols.at(-1) !== "any" ? whole : symbols;
  if (colons(pattern) < 5 && pattern.at(-1) !== "any") {
    return "broken";
  }
  return naiveArn(pattern, arn) ? "same" : "other";
}

/** One operator with one key, by the table of the IAM User Guide. */
export function naiveCondition(
  operatorName: string,
  key: string,
  policyValues: readonly string[],
  { variables, effect }: { variables: boolean; effect: Json | undefined },
  context: RequestContextValues,
): boolean {
  const value = context.get(key.toLowerCase());
  let name = operatorName.toLowerCase();
  const all = name.startsWith("forallvalues:");
  const any = name.startsWith("foranyvalue:");
  name = name.replace("forallvalues:", "").replace("foranyvalue:", "");
  if (name === "null") {
    return policyValues.some((wanted) => (wanted.toLowerCase() === "true") === isMissing(value));
  }
  const ifExists = name.endsWith("ifexists");
  name = name.replace("ifexists", "");
  const negative = name.includes("not");
  const holds = (one: string): boolean => {
    if (!isComparable(name, one)) {
      return false;
    }
    if (name.includes("arn")) {
      const first = policyValues
        .map((policyValue) => naiveArnValue(policyValue, one, variables, context))
        .find((answer) => answer !== "other");
      if (first === "broken") {
        return effect === "Deny";
      }
    }
    const matches = policyValues.some((policyValue) =>
      naiveCompare(name.replace("not", ""), one, policyValue, variables, context),
    );
    return negative ? !matches : matches;
  };
  if (all) {
    return isMissing(value) || listOf(value).every((one) => holds(String(one)));
  }
  if (any) {
    return isMissing(value) ? ifExists : listOf(value).some((one) => holds(String(one)));
  }
  if (isMissing(value)) {
    return ifExists || negative;
  }
  return typeof value === "string" && holds(value);
}

/** A value that is no ARN or address fulfils neither an operator nor its opposite. */
function isComparable(name: string, value: string): boolean {
  if (name.includes("arn")) {
    return value.split(":").length >= 6;
  }
  return !name.includes("ipaddress") || bitsOf(value) !== undefined;
}

function isMissing(value: ContextValue | undefined): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function naiveCompare(
  name: string,
  requestValue: string,
  policyValue: string,
  variables: boolean,
  context: RequestContextValues,
): boolean {
  const literal = (): string | undefined =>
    symbolsOf(policyValue, { variables, wildcards: false }, context)
      ?.map((symbol) => (typeof symbol === "object" ? symbol.character : ""))
      .join("");
  const pattern = symbolsOf(policyValue, { variables, wildcards: true }, context);
  switch (name) {
    case "stringequals":
      return literal() === requestValue;
    case "stringequalsignorecase":
      return literal()?.toLowerCase() === requestValue.toLowerCase();
    case "stringlike":
      return pattern !== undefined && naiveGlob(pattern, requestValue);
    case "arnequals":
    case "arnlike":
      return naiveArnValue(policyValue, requestValue, variables, context) === "same";
    case "bool":
      return (
        literal() !== undefined &&
        (literal()?.toLowerCase() === "true") === (requestValue.toLowerCase() === "true")
      );
    case "binaryequals":
      return Buffer.from(policyValue, "base64").equals(Buffer.from(requestValue, "base64"));
    case "ipaddress":
      return naiveCidr(policyValue, requestValue);
    default:
      return naiveOrder(name, requestValue, policyValue);
  }
}

function naiveOrder(name: string, requestValue: string, policyValue: string): boolean {
  const isDate = name.startsWith("date");
  const mine = isDate ? naiveDate(requestValue) : naiveNumber(requestValue);
  const theirs = isDate ? naiveDate(policyValue) : naiveNumber(policyValue);
  switch (name.replace("date", "").replace("numeric", "")) {
    case "equals":
      return mine === theirs;
    case "lessthan":
      return mine < theirs;
    case "lessthanequals":
      return mine <= theirs;
    case "greaterthan":
      return mine > theirs;
    case "greaterthanequals":
      return mine >= theirs;
    default:
      throw new Error(`Unknown operator ${name}`);
  }
}

function naiveNumber(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
}

function naiveDate(text: string): number {
  return /^-?\d+(?:\.\d+)?$/.test(text) && text.length !== 4
    ? Number(text) * 1000
    : Date.parse(text);
}

function naiveCidr(range: string, address: string): boolean {
  const [base = "", length] = range.split("/");
  const mine = bitsOf(base);
  const theirs = bitsOf(address);
  if (mine === undefined || theirs === undefined || mine.length !== theirs.length) {
    return false;
  }
  const count = length === undefined ? mine.length : Number(length);
  return mine.slice(0, count) === theirs.slice(0, count);
}

/** An address as a string of zeros and ones. */
function bitsOf(address: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) {
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  }
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/.test(address)) {
    return undefined;
  }
  const [left = "", right = ""] = address.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = 8 - groups(left).length - groups(right).length;
  return [...groups(left), ...new Array<string>(zeros).fill("0"), ...groups(right)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}
