import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonDepth } from "./json-depth.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("the depth of JSON is that of what it is parsed to", () => {
  // Strings of what would count outside of one, and of what ends one or doesn't.
  const text = fc
    .array(fc.constantFrom('"', "\\", "[", "]", "{", "}", "a", "|", "\n"))
    .map((parts) => parts.join(""));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      text,
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1), (each, spaces) => {
      expect(jsonDepth(JSON.stringify(each, undefined, spaces))).toBe(depthOf(each));
    }),
    { numRuns: 500 },
  );
});

test("text that breaks off is as deep as it got", () => {
  expect(['[{"a', "[[", '["\\', "", "]]["].map(jsonDepth)).toEqual([2, 2, 1, 0, 0]);
});
