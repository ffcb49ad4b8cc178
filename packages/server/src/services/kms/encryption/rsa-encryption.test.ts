import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { Material } from "../ciphertext/ciphertext-blob.ts";
import type { KeySpec } from "../key-spec.ts";
import { rsaDecrypt, rsaEncrypt } from "./rsa-encryption.ts";

/** One ciphertext in 256 begins with a zero: so many hardly ever lack one. */
const TRIES_MAX = 5_000;
const ALGORITHM = "RSAES_OAEP_SHA_256";

test("a ciphertext without its leading zero is none (RFC 8017, section 7.1.2)", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const bytes = privateKey.export({ format: "der", type: "pkcs8" });
  const material: Material = { keyId: "k", materialId: "0".repeat(64), bytes };
  for (let index = 0; index < TRIES_MAX; index += 1) {
    const ciphertext = rsaEncrypt(Buffer.from("x"), ALGORITHM, "RSA_2048" as KeySpec, material);
    if (ciphertext[0] !== 0) continue;
    expect((await rsaDecrypt(ciphertext, ALGORITHM, material)).toString()).toBe("x");
    await expect(rsaDecrypt(ciphertext.subarray(1), ALGORITHM, material)).rejects.toThrow();
    return;
  }
  throw new Error("no ciphertext began with a zero");
});
