import fc from "fast-check";
import { expect, test } from "vitest";
import { floatText } from "./number-text.ts";

test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [30, "30.0"],
  [-30, "-30.0"],
  [21.5, "21.5"],
  [0.001, "0.001"],
  [0.0005, "5.0E-4"],
  [-0.00012, "-1.2E-4"],
  [9_999_999, "9999999.0"],
  [10_000_000, "1.0E7"],
  [1_759_334_400, "1.7593344E9"],
  [1_748_181_331.171, "1.748181331171E9"],
  [Number.MAX_VALUE, "1.7976931348623157E308"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
])("%d is written %s", (value, text) => {
  expect(floatText(value)).toBe(text);
});

test("every number is read back as itself, and never as an integer's text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = floatText(value);
      expect(JSON.parse(text)).toBe(value);
      expect(text).toMatch(/^-?\d+\.\d+(E-?\d+)?$/);
    }),
  );
});
