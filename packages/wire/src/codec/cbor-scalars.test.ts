import { expect, test } from "vitest";
import { decodeCbor } from "./cbor.ts";
import { CBOR_SCALARS } from "./cbor-scalars.ts";

// RFC 8949, section 3.1: integers of 64 bits. JavaScript's numbers have 53.
test.each([
  ["1b0020000000000000", 2 ** 53],
  ["1b7fffffffffffffff", 2 ** 63],
  ["3b7fffffffffffffff", -(2 ** 63)],
  ["05", 5],
])("a number of the model takes the integer %s as a number", (hex, expected) => {
  const read = CBOR_SCALARS.reader({ name: "Count", kind: "number", traits: {} }, "Count");
  expect(read(decodeCbor(Buffer.from(hex, "hex")))).toBe(expected);
});
