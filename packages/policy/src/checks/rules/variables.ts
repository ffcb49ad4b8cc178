import type { OperatorFamily } from "../../compile/condition-operator.ts";
import { memberOf } from "../../document/json-node.ts";
import type { Report } from "../finding.ts";
import { type Place, placeOfPart, placeOfValue } from "../place.ts";
import type { StatementSubject, Subject } from "../subject.ts";

/** A variable as written in a string: `${aws:username, 'none'}`. */
interface WrittenVariable {
  readonly start: number;
  readonly text: string;
  /** The text in its braces; undefined if the closing one is missing. */
  readonly content: string | undefined;
}

/** These stand for the characters themselves. */
const ESCAPES = new Set(["*", "?", "$"]);
/** Operators that compare texts, in which a variable's value may stand. */
const TEXTS: ReadonlySet<OperatorFamily> = new Set<OperatorFamily>([
  ...(["stringEquals", "stringEqualsIgnoreCase", "stringLike", "arnLike"] as const),
]);

/** Policy variables: their form, and where they may stand. */
export function* checkVariables(statement: StatementSubject, subject: Subject): Iterable<Report> {
  for (const { value, place } of statement.resource?.items ?? []) {
    yield* checkText(value, place, subject);
  }
  for (const { values, read } of statement.conditions) {
    for (const { value, place } of values) {
      const problems = [...checkText(value, place, subject)];
      yield* problems;
      const wellFormed = problems.length === 0 ? variablesOf(value) : [];
      const [first] = wellFormed.filter(({ content = "" }) => !ESCAPES.has(content));
      if (first && read && !TEXTS.has(read.family)) {
        yield { code: "INVALID_VARIABLE_FOR_OPERATOR", places: [placeOf(first, place)] };
      }
    }
  }
  for (const { value, place } of elsewhere(statement)) {
    for (const variable of variablesOf(value)) {
      const words = { variable: variable.text };
      yield { code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", places: [placeOf(variable, place)], words };
    }
  }
}

/** The strings in which no variable may stand. */
function* elsewhere({ object, place, action, principal }: StatementSubject) {
  yield* action?.items ?? [];
  for (const { values } of principal?.entries ?? []) yield* values;
  for (const name of ["Sid", "Effect"]) {
    const member = memberOf(object, name);
    if (member?.value.type === "string") {
      yield { value: member.value.value, place: placeOfValue(place, member) };
    }
  }
}

function* checkText(value: string, place: Place, { version }: Subject): Iterable<Report> {
  for (const variable of variablesOf(value)) {
    const code = problemOf(variable, version === "2012-10-17");
    if (code) yield { code, places: [placeOf(variable, place)] };
  }
}

function problemOf(
  { content }: WrittenVariable,
  hasVariables: boolean,
): Report["code"] | undefined {
  if (!hasVariables) return "VARIABLE_UNSUPPORTED_IN_VERSION";
  if (content === undefined) return "MISSING_BRACE_IN_VARIABLE";
  if (content.trim() === "") return "EMPTY_VARIABLE";
  const [name = "", ...rest] = content.split(",");
  const fallback = rest.join(",").trim();
  if (rest.length > 0 && !(fallback.length > 1 && /^'.*'$/s.test(fallback))) {
    return "MISSING_QUOTE_IN_VARIABLE";
  }
  return /\s/.test(name) ? "UNSUPPORTED_SPACE_IN_VARIABLE" : undefined;
}

function variablesOf(value: string): readonly WrittenVariable[] {
  const found: WrittenVariable[] = [];
  let end = -1;
  for (let start = value.indexOf("${"); start >= 0; ) {
    // A search that has passed this place, or found nothing, isn't made again.
    if (end < start) end = indexFrom(value, "}", start);
    const next = indexFrom(value, "${", start + 2);
    // A second variable before the brace: the first one has none.
    const isOpen = end === value.length || next < end;
    const text = value.slice(start, isOpen ? next : end + 1);
    found.push({ start, text, content: isOpen ? undefined : text.slice(2, -1) });
    start = next === value.length ? -1 : next;
  }
  return found;
}

/** The place of a text; the end if it isn't there. */
function indexFrom(value: string, text: string, from: number): number {
  const at = value.indexOf(text, from);
  return at < 0 ? value.length : at;
}

function placeOf({ start, text }: WrittenVariable, place: Place): Place {
  return placeOfPart(place, start, text.length);
}
