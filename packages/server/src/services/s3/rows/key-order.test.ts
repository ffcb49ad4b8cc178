import fc from "fast-check";
import { expect, test } from "vitest";
import { successorOf } from "./key-order.ts";

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Every one that Unicode has; fast-check's own unit of them takes a second to make. */
const character = fc
  .oneof(fc.constantFrom(0x20, 0x2f, 0x7e, 0x7f), fc.nat({ max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code))
  .filter((text) => !/\p{Surrogate}/u.test(text));

test("the successor of a prefix is after all that has it, and before all that sorts after those", () => {
  const text = fc.string({ unit: character, maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, (prefix, rest, other) => {
      const successor = successorOf(prefix);
      if (successor === undefined) {
        expect(prefix).toMatch(/^\u{10ffff}*$/u);
        return;
      }
      expect(compare(prefix + rest, successor)).toBeLessThan(0);
      const isBehind = compare(other, prefix) > 0 && !other.startsWith(prefix);
      expect(compare(other, successor) >= 0).toBe(isBehind);
    }),
  );
});

test.each([
  ["a/", "a0"],
  ["\ud7ff", "\ue000"],
  ["a\u{10ffff}", "b"],
  ["", undefined],
  ["\u{10ffff}", undefined],
])("the successor of %j is %j", (prefix, expected) => {
  expect(successorOf(prefix)).toBe(expected);
});
