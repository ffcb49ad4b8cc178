import { isMap, TemplateError, type Value } from "@rolecast/template";
import type { VersionRow } from "../tables.ts";
import { templateOf } from "./evaluate-stack.ts";

/*
 * Texts that a template's functions make of a secret: they show it, so they are as secret as it is.
 */

type Templated = Pick<VersionRow, "template" | "processed">;

/** The delimiters by which a template's `Fn::Split` parts what refers to one of these names. */
export function delimitersIn(version: Templated, names: ReadonlySet<string>): readonly string[] {
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

/** Whether something in the value refers to one of the names. */
function collectDelimiters(value: Value, names: ReadonlySet<string>, found: Set<string>): boolean {
  if (typeof value === "string") return refersTo(value, names);
  let refers = false;
  if (Array.isArray(value))
    for (const each of value) refers = collectDelimiters(each, names, found) || refers;
  if (!isMap(value)) return refers;
  for (const [name, argument] of Object.entries(value)) {
    const isOf = collectDelimiters(argument, names, found);
    refers ||= isOf;
    if (!isOf || name !== "Fn::Split" || !Array.isArray(argument)) continue;
    const [delimiter]: readonly Value[] = argument;
    if (typeof delimiter === "string" && delimiter !== "") found.add(delimiter);
  }
  return refers;
}

const VARIABLE = /\$\{([^.{}]+)/g;

/** Whether a text may be a Ref's or a GetAtt's, or has a variable, with one of the names. */
function refersTo(text: string, names: ReadonlySet<string>): boolean {
  const [name = ""] = text.split(".", 1);
  if (names.has(name)) return true;
  if (!text.includes("${")) return false;
  return [...text.matchAll(VARIABLE)].some(([, variable = ""]) => names.has(variable.trim()));
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
