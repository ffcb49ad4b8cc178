import { expect, it } from "vitest";
import { findTotpStep, totpCode, totpStep } from "./totp.ts";

/** RFC 6238, appendix B, SHA-1, its last six digits; the seed is `12345678901234567890`. */
const SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

it.each([
  [59, "287082"],
  [1111111109, "081804"],
  [1111111111, "050471"],
  [1234567890, "005924"],
  [2000000000, "279037"],
  [20000000000, "353130"],
])("at %i s the code is %s", (seconds, code) => {
  expect(totpCode(SEED, totpStep(seconds * 1000))).toBe(code);
});

it("finds consecutive codes only in their order and inside the window", () => {
  const codes = [totpCode(SEED, 100), totpCode(SEED, 101)];
  expect(findTotpStep(SEED, codes, 98, 102)).toBe(100);
  expect(findTotpStep(SEED, codes.toReversed(), 98, 102)).toBeUndefined();
  expect(findTotpStep(SEED, codes, 101, 103)).toBeUndefined();
  expect(findTotpStep(SEED, codes, 95, 99)).toBeUndefined();
});
