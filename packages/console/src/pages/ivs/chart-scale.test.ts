import fc from "fast-check";
import { expect, test } from "vitest";
import { clockTime, commonDomain, niceMax, wholeTick } from "./chart-scale.ts";

test("a scale ends above every value, at a whole number, and not far above", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true })), (values) => {
      const max = niceMax(values);
      const most = Math.max(1, ...values);
      expect(max).toBeGreaterThanOrEqual(most);
      expect(max).toBeLessThanOrEqual(3 * most);
      expect(Number.isInteger(max)).toBe(true);
    }),
  );
});

test.each([
  [0, "0"],
  [0.5, ""],
  [2_500, "2,500"],
])("the tick of %d is %j", (value, text) => {
  expect(wholeTick(value)).toBe(text);
});

test("all charts end with the latest sample of any", () => {
  const at = (second: number) => ({ at: new Date(Date.UTC(2026, 1, 7, 9, 5, second)) });
  const [from, to] = commonDomain([[at(1), at(4)], [], [at(3)]]) ?? [];
  expect(to).toEqual(at(4).at);
  expect(from).toEqual(new Date(at(4).at.getTime() - 120_000));
  expect(commonDomain([[], []])).toBeUndefined();
});

test("times have two digits each", () => {
  expect(clockTime(new Date(2026, 1, 7, 9, 5, 3))).toBe("09:05:03");
});
