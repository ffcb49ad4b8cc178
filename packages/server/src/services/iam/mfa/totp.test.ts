import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { findTotpStep, totpCodes, totpStep } from "./totp.ts";

/** RFC 6238, appendix B, SHA-1, its last six digits; the seed is `12345678901234567890`. */
const SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const codeAt = totpCodes(SEED);

it.each([
  [59, "287082"],
  [1111111109, "081804"],
  [1111111111, "050471"],
  [1234567890, "005924"],
  [2000000000, "279037"],
  [20000000000, "353130"],
])("at %i s the code is %s", (seconds, code) => {
  expect(codeAt(totpStep(seconds * 1000))).toBe(code);
});

it("finds consecutive codes only in their order and inside the window", () => {
  const codes = [codeAt(100), codeAt(101)];
  expect(findTotpStep(codeAt, codes, 98, 102)).toBe(100);
  expect(findTotpStep(codeAt, codes.toReversed(), 98, 102)).toBeUndefined();
  expect(findTotpStep(codeAt, codes, 101, 103)).toBeUndefined();
  expect(findTotpStep(codeAt, codes, 95, 99)).toBeUndefined();
});

it("finds the first step at which a device shows the codes, as trying every step does", () => {
  const codes = fc.array(fc.constantFrom("0", "1"), { minLength: 1, maxLength: 3 });
  const device = fc.array(fc.constantFrom("0", "1"), { minLength: 12, maxLength: 12 });
  const bound = fc.integer({ min: -1, max: 9 });
  fc.assert(
    fc.property(device, codes, bound, bound, (shown, wanted, from, to) => {
      const steps = [...shown.keys()].filter((step) => step >= from && step <= to);
      const naive = steps.find((step) => wanted.every((code, at) => shown[step + at] === code));
      expect(findTotpStep((step) => shown[step] ?? "", wanted, from, to)).toBe(naive);
    }),
  );
});

it("computes a code for every second step to refuse a pair", () => {
  const counted = vi.fn(() => "000000");
  expect(findTotpStep(counted, ["111111", "222222"], 1000, 2998)).toBeUndefined();
  expect(counted).toHaveBeenCalledTimes(1000);
});
