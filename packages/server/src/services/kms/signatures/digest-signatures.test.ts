import { createHash, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { signDigest, verifyDigest } from "./digest-signatures.ts";

/** One signature in 256 begins with a zero: so many hardly ever lack one. */
const TRIES_MAX = 5_000;

test.each(["pkcs1", "pss"] as const)(
  "a signature by %s without its leading zero is none (RFC 8017, sections 8.1.2 and 8.2.2)",
  (scheme) => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    for (let index = 0; index < TRIES_MAX; index += 1) {
      const digest = createHash("sha256").update(`${index}`).digest();
      const signature = signDigest(privateKey, scheme, "sha256", digest);
      if (signature[0] !== 0) continue;
      const accepted = [
        signature,
        signature.subarray(1),
        Buffer.concat([Buffer.alloc(1), signature]),
      ];
      expect(
        accepted.map((each) => verifyDigest(privateKey, scheme, "sha256", digest, each)),
      ).toEqual([true, false, false]);
      return;
    }
    throw new Error("no signature began with a zero");
  },
);
