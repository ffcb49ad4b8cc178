import { expect, test } from "vitest";
import { decodeCbor, encodeCbor } from "./cbor.ts";

/** RFC 8949, section 3: an argument takes as few bytes as hold it, on both sides of each bound. */
test.each([
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [0xff, "18ff"],
  [0x100, "190100"],
  [0xffff, "19ffff"],
  [0x10000, "1a00010000"],
  [0xffffffff, "1affffffff"],
  [0x100000000, "1b0000000100000000"],
  [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
  [Number.MAX_SAFE_INTEGER + 1, "fb4340000000000000"],
  [-1, "20"],
  [-24, "37"],
  [-25, "3818"],
  [-0x100, "38ff"],
  [-0x101, "390100"],
  [-0, "fb8000000000000000"],
  [0.5, "fb3fe0000000000000"],
  [true, "f5"],
  [false, "f4"],
  [new Date(1_500), "c1fb3ff8000000000000"],
  [new Date(2_000), "c1fb4000000000000000"],
  ["é", "62c3a9"],
  [new Uint8Array([1, 2]), "420102"],
  [[1, [2]], "9f019f02ffff"],
  [{ a: 1, b: {} }, "bf6161016162bfffff"],
])("%j is written as %s", (value, bytes) => {
  expect(Buffer.from(encodeCbor(value))).toEqual(Buffer.from(bytes, "hex"));
});

/** RFC 8949, section 3.3. */
test("of the simple values four are read, and no other", () => {
  const known: Readonly<Record<number, unknown>> = { 20: false, 21: true, 22: null, 23: null };
  for (let simple = 0; simple < 32; simple += 1) {
    if (simple >= 25 && simple <= 27) continue;
    const read = () => decodeCbor(Buffer.of(0xe0 | simple));
    if (simple in known) expect(read()).toBe(known[simple]);
    else expect(read, `${simple}`).toThrow(expect.objectContaining({ status: 400 }));
  }
});
