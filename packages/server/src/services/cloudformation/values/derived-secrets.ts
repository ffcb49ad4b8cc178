import { isMap, TemplateError, type Value } from "@rolecast/template";
import type { VersionRow } from "../tables.ts";
import { templateOf } from "./evaluate-stack.ts";

/*
 * Texts that a template's functions make of a secret: they show it, so they are as secret as it is.
 */

type Templated = Pick<VersionRow, "template" | "processed">;

/** The parts of secrets that a template's `Fn::Split` makes of what refers to these names. */
export function splitParts(
  secrets: readonly string[],
  names: readonly string[],
  version: Templated,
): readonly string[] {
  return delimitersIn(version, names).flatMap((delimiter) =>
    secrets.flatMap((secret) => (secret.includes(delimiter) ? secret.split(delimiter) : [])),
  );
}

function delimitersIn(version: Templated, names: readonly string[]): readonly string[] {
  if (!(version.processed ?? version.template).includes("Split")) return [];
  try {
    const found = new Set<string>();
    collectDelimiters(templateOf(version).document, names, found);
    return [...found];
  } catch (error) {
    // One that an earlier build took: nothing of it can be evaluated here.
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

function collectDelimiters(value: Value, names: readonly string[], found: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collectDelimiters(each, names, found);
  if (!isMap(value)) return;
  for (const [name, argument] of Object.entries(value)) {
    collectDelimiters(argument, names, found);
    if (name !== "Fn::Split" || !Array.isArray(argument)) continue;
    const [delimiter, source]: readonly Value[] = argument;
    if (typeof delimiter !== "string" || delimiter === "" || source === undefined) continue;
    const text = JSON.stringify(source);
    if (names.some((each) => refersTo(text, each))) found.add(delimiter);
  }
}

/** Whether JSON has a Ref, a GetAtt or a variable of Fn::Sub with the name. */
function refersTo(json: string, name: string): boolean {
  return [`"${name}"`, `"${name}.`, `{${name}}`, `{${name}.`].some((each) => json.includes(each));
}

/** A secret as `Fn::ToJsonString` writes it into a text. */
export function inJson(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}

/** The characters by which a secret is found in the Base64 of any text that has it. */
export function base64Marks(secret: string): readonly string[] {
  const bytes = Buffer.byteLength(secret);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from("x".repeat(shift) + secret).toString("base64");
    // Those before and after share bits with the text's other bytes.
    return encoded.slice(Math.ceil((8 * shift) / 6), Math.floor((8 * (shift + bytes)) / 6));
  });
}

const RUN = /[A-Za-z0-9+/]+={0,2}/g;

/** A text with each run of Base64 that has one of these marks replaced. */
export function withoutBase64(text: string, marks: readonly string[], instead: string): string {
  const found = marks.filter((mark) => text.includes(mark));
  if (found.length === 0) return text;
  return text.replace(RUN, (run) => (found.some((mark) => run.includes(mark)) ? instead : run));
}
