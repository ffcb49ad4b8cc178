import assert from "node:assert";
import type { Shape, TimestampFormat } from "../schema/shape.ts";
import { WireError } from "../wire-error.ts";
import { floatText } from "./number-text.ts";
import { type DateTimePrecision, formatTimestamp, parseTimestamp } from "./timestamp-text.ts";

/** How scalars are written as text in one place of one protocol. */
export interface TextRules {
  /** The format of timestamps whose schema names none. */
  readonly timestampFormat: TimestampFormat;
  readonly precision: DateTimePrecision;
  /** The error code for text that isn't of the member's type. */
  readonly malformedCode: string;
  /** All numbers are of 32 bits: fractions, `NaN` and `Infinity` aren't of any number's type. */
  readonly wholeNumbers?: boolean;
  /** White space isn't overlooked, and the Booleans are `true`, `false`, `1` and `0`. */
  readonly exact?: boolean;
  /** The protocol's own error for text that isn't of the member's type. */
  readonly malformed?: (name: string, type: string, text: string) => WireError;
}

export type TextReader = (text: string) => unknown;
export type TextWriter = (value: unknown) => string;

const NUMBER = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/;
const INTEGER = /^[+-]?\d{1,300}$/;
const INT32_MAX = 2 ** 31 - 1;
const EXACT_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
/** White space matches one group only, so that no text is tried twice. */
const BASE64 = /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/;
const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** A function that reads a scalar of that shape from text; it throws WireError for other text. */
export function compileTextReader(shape: Shape, memberName: string, rules: TextRules): TextReader {
  const malformed = (type: string, text: string): never => {
    throw (
      rules.malformed?.(memberName, type, text) ??
      new WireError(rules.malformedCode, `Value at '${memberName}' is not a valid ${type}.`)
    );
  };
  switch (shape.kind) {
    case "string":
      return (text) => text;
    case "boolean":
      if (rules.exact) return (text) => EXACT_BOOLEANS.get(text) ?? malformed("boolean", text);
      return (text) => {
        const lower = text.trim().toLowerCase();
        return lower === "true" ? true : lower === "false" ? false : malformed("boolean", text);
      };
    case "number":
      return (text) => {
        const trimmed = rules.exact ? text : text.trim();
        if (rules.wholeNumbers)
          return isInt32(trimmed) ? Number(trimmed) : malformed("integer", text);
        if (NUMBER.test(trimmed)) return Number(trimmed);
        return SPECIAL_NUMBERS.get(trimmed) ?? malformed("number", text);
      };
    case "bigInteger":
      return (text) => (INTEGER.test(text) ? BigInt(text) : malformed("integer", text));
    case "bigDecimal":
      return (text) => (NUMBER.test(text) ? text : malformed("number", text));
    case "timestamp": {
      const format = shape.format ?? rules.timestampFormat;
      return (text) => parseTimestamp(text.trim(), format) ?? malformed("timestamp", text);
    }
    case "blob":
      return (text) =>
        BASE64.test(text)
          ? new Uint8Array(Buffer.from(text, "base64"))
          : malformed("Base64 text", text);
    case "document":
      return (text) => text;
    case "streamingBlob":
    case "list":
    case "map":
    case "structure":
    case "union":
      return assert.fail(`${shape.kind} ${shape.name} at ${memberName} has no form as text`);
    default:
      return shape satisfies never;
  }
}

function isInt32(text: string): boolean {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return value >= -INT32_MAX - 1 && value <= INT32_MAX;
}

/** A function that writes a scalar of that shape as text. */
export function compileTextWriter(shape: Shape, rules: TextRules): TextWriter {
  switch (shape.kind) {
    case "timestamp": {
      const format = shape.format ?? rules.timestampFormat;
      return (value) => {
        assert(value instanceof Date, "a timestamp member isn't a Date");
        return formatTimestamp(value, format, rules.precision);
      };
    }
    case "blob":
    case "streamingBlob":
      return (value) =>
        value instanceof Uint8Array
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
          : Buffer.from(String(value)).toString("base64");
    case "number":
      return shape.isFloat ? (value) => floatText(Number(value)) : String;
    case "string":
    case "boolean":
    case "bigInteger":
    case "bigDecimal":
    case "document":
      return String;
    case "list":
    case "map":
    case "structure":
    case "union":
      return assert.fail(`${shape.kind} ${shape.name} has no form as text`);
    default:
      return shape satisfies never;
  }
}
