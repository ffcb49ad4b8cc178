import { expect, test } from "vitest";
import { randomIds } from "./ids.ts";

const POOL_BYTES = 4096;

test.each([0, 1, 16, POOL_BYTES - 1, POOL_BYTES, POOL_BYTES + 1, 3 * POOL_BYTES])(
  "%i random bytes are as many, and given out once",
  (length) => {
    const given = Array.from({ length: 5 }, () => randomIds.bytes(length));
    for (const bytes of given) expect(bytes.length).toBe(length);
    const shown = new Set(given.map((bytes) => Buffer.from(bytes).toString("hex")));
    // One byte alone may come twice.
    if (length > 1) expect(shown.size).toBe(given.length);
    // Bytes that were never filled in, or wiped, are zeros.
    for (const bytes of length < 16 ? [] : given)
      expect(bytes.slice(-16).some((byte) => byte !== 0)).toBe(true);
  },
);

test.each([
  ["alphanumeric", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"],
  ["base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"],
] as const)("%s text has every character of its alphabet, about as often", (kind, alphabet) => {
  const text = randomIds[kind](alphabet.length * 500);
  expect(text.length).toBe(alphabet.length * 500);
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect([...counts.keys()].sort().join("")).toBe([...alphabet].sort().join(""));
  // Seven standard deviations: not once in a hundred thousand million runs by chance.
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(157);
});
