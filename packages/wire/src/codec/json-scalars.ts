import assert from "node:assert";
import { type ScalarForms, wrongType } from "./compile-document.ts";
import { compileTextReader, compileTextWriter, type TextRules } from "./scalar-text.ts";

/** Scalars in JSON: those that JSON has no value for are text. */
export function jsonScalars(rules: TextRules): ScalarForms {
  const { malformedCode } = rules;
  return {
    malformedCode,
    reader(shape, name) {
      switch (shape.kind) {
        case "string":
          return (value) =>
            typeof value === "string" ? value : wrongType(malformedCode, value, "a String");
        case "boolean":
          return (value) =>
            typeof value === "boolean" ? value : wrongType(malformedCode, value, "a Boolean");
        case "number": {
          const special = compileTextReader(shape, name, rules);
          return (value) => {
            if (typeof value === "number") return value;
            const named = value === "NaN" || value === "Infinity" || value === "-Infinity";
            return named ? special(value) : wrongType(malformedCode, value, "a Number");
          };
        }
        case "timestamp":
        case "blob":
        case "bigInteger":
        case "bigDecimal": {
          const read = compileTextReader(shape, name, rules);
          return (value) => {
            if (typeof value === "string") return read(value);
            if (typeof value === "number" && shape.kind !== "blob") return read(String(value));
            return wrongType(malformedCode, value, `a ${shape.kind}`);
          };
        }
        case "document":
          return (value) => value;
        default:
          return assert.fail(`${shape.kind} ${shape.name} has no form in JSON`);
      }
    },
    writer(shape) {
      switch (shape.kind) {
        case "timestamp": {
          const write = compileTextWriter(shape, rules);
          const isNumber = (shape.format ?? rules.timestampFormat) === "epoch-seconds";
          return isNumber ? (value) => Number(write(value)) : write;
        }
        case "blob":
        case "streamingBlob":
        case "bigInteger":
        case "bigDecimal":
          return compileTextWriter(shape, rules);
        case "number":
          return (value) => (Number.isFinite(value) ? value : String(value));
        case "string":
        case "boolean":
        case "document":
          return (value) => value;
        default:
          return shape satisfies never;
      }
    },
  };
}
