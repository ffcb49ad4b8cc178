import assert from "node:assert";
import { CborFloat } from "./cbor.ts";
import type { LeafShape, ScalarForms } from "./compile-document.ts";
import { wrongType } from "./compile-document.ts";

const MALFORMED = "SerializationException";

/** Scalars in CBOR: it has a value of its own for each, so that reading is looking at the type. */
export const CBOR_SCALARS: ScalarForms = {
  malformedCode: MALFORMED,
  reader(shape) {
    const { expected, accepts } = scalarOf(shape);
    return (value) => {
      if (!accepts(value)) return wrongType(MALFORMED, value, expected);
      // An integer above 2^53 arrives as a bigint.
      return typeof value === "bigint" && shape.kind === "number" ? Number(value) : value;
    };
  },
  writer(shape) {
    const { expected, accepts } = scalarOf(shape);
    const isFloat = shape.kind === "number" && shape.isFloat;
    return (value) => {
      assert(accepts(value), `${shape.name} isn't ${expected}`);
      return isFloat ? new CborFloat(Number(value)) : value;
    };
  },
};

function scalarOf(shape: LeafShape): { expected: string; accepts: (value: unknown) => boolean } {
  switch (shape.kind) {
    case "string":
      return { expected: "a String", accepts: (value) => typeof value === "string" };
    case "boolean":
      return { expected: "a Boolean", accepts: (value) => typeof value === "boolean" };
    case "number":
      return {
        expected: "a Number",
        accepts: (value) => typeof value === "number" || typeof value === "bigint",
      };
    case "timestamp":
      return { expected: "a timestamp", accepts: (value) => value instanceof Date };
    case "blob":
      return { expected: "a blob", accepts: (value) => value instanceof Uint8Array };
    default:
      return assert.fail(`${shape.kind} ${shape.name} has no form in CBOR here`);
  }
}
