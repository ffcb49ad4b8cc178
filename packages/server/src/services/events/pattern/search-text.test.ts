import fc from "fast-check";
import { expect, test } from "vitest";
import { SearchText } from "./search-text.ts";

test("finds what indexOf finds", () => {
  const text = (maxLength: number, minLength = 0) =>
    fc
      .array(fc.constantFrom("a", "b", "a", "é"), { minLength, maxLength })
      .map((letters) => letters.join(""));
  fc.assert(
    fc.property(text(200), text(24, 1), fc.nat(50), fc.nat(150), (value, other, from, cut) => {
      for (const piece of [other, value.slice(cut, cut + 30)])
        expect(new SearchText(piece).indexIn(value, Math.min(from, value.length))).toBe(
          value.indexOf(piece, Math.min(from, value.length)),
        );
    }),
    { numRuns: 2_000 },
  );
});
