import { numberOrText } from "./json-reader.ts";
import type { Value } from "./value.ts";

/*
 * Plain scalars of YAML 1.1 (https://yaml.org/type/), which CloudFormation takes; a date stays
 * text, since templates don't support the timestamp tag.
 */

const WORDS = new Map<string, Value>();
for (const word of ["null", "Null", "NULL", "~", ""]) WORDS.set(word, null);
for (const word of ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
  WORDS.set(word, true);
for (const word of ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
  WORDS.set(word, false);

const FLOAT = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const OTHER_BASE = /^([-+]?)0(b[01_]+|x[0-9a-fA-F_]+|[0-7_]+)$/;
const SEXAGESIMAL = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const BEGINS_NUMBER = /^[-+.0-9]/;

/** The value of a plain scalar without a tag. */
export function plainScalar(text: string): Value {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!BEGINS_NUMBER.test(text)) return text;
  const digits = text.replace(/_/g, "");
  if (INTEGER.test(text)) return numberOrText(digits.replace(/^\+/, ""));
  if (FLOAT.test(text)) return Number(digits);
  const [, sign, rest] = OTHER_BASE.exec(digits) ?? [];
  if (rest !== undefined) return (sign === "-" ? -1 : 1) * otherBase(rest);
  return SEXAGESIMAL.test(text) ? sexagesimal(digits) : text;
}

function otherBase(digits: string): number {
  if (digits.startsWith("b")) return Number.parseInt(digits.slice(1), 2);
  if (digits.startsWith("x")) return Number.parseInt(digits.slice(1), 16);
  return Number.parseInt(digits, 8);
}

function sexagesimal(text: string): number {
  const size = text
    .replace(/^[-+]/, "")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith("-") ? -size : size;
}
