import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ChecksumAlgorithmName,
} from "./checksum-algorithm.ts";

/** The check value of the CRC catalogue: the CRC of the nine digits. */
const CHECK_VALUES: readonly (readonly [ChecksumAlgorithmName, string])[] = [
  ["CRC32", "cbf43926"],
  ["CRC32C", "e3069283"],
  ["CRC64NVME", "ae8b14860a799888"],
  ["SHA1", createHash("sha1").update("123456789").digest("hex")],
];

function digestOf(algorithm: ChecksumAlgorithm, ...pieces: Uint8Array[]): Buffer {
  const digest = algorithm.start();
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}

test.each(CHECK_VALUES)("%s of 123456789 is the published check value", (name, expected) => {
  expect(digestOf(CHECKSUM_ALGORITHMS[name], Buffer.from("123456789")).toString("hex")).toBe(
    expected,
  );
});

test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
  "%s is the same in any pieces, and can be put together from the pieces' own",
  (name) => {
    const algorithm = CHECKSUM_ALGORITHMS[name];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const whole = digestOf(algorithm, Buffer.concat([a, b]));
        expect(digestOf(algorithm, a, b)).toEqual(whole);
        const [first, second] = [digestOf(algorithm, a), digestOf(algorithm, b)];
        expect(algorithm.combiner?.combine(first, second, b.length)).toEqual(whole);
      }),
    );
  },
);

test("a CRC doesn't mind where its bytes lie in their buffer", () => {
  const bytes = randomBytes(100);
  for (let offset = 0; offset < 8; offset++) {
    const moved = new Uint8Array(bytes.length + offset).subarray(offset);
    moved.set(bytes);
    for (const name of ["CRC32C", "CRC64NVME"] as const) {
      const algorithm = CHECKSUM_ALGORITHMS[name];
      expect(digestOf(algorithm, moved)).toEqual(digestOf(algorithm, bytes));
    }
  }
});
