import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { createSigningKeys, signToken } from "./signing-keys.ts";

const CLAIMS = { "aws:channel-arn": "arn:aws:ivs:us-east-1:000000000000:channel/a", exp: 1 };

function verified(token: string, publicKey: string): unknown {
  const [head = "", body = "", signature = ""] = token.split(".");
  const key = { key: createPublicKey(publicKey), dsaEncoding: "ieee-p1363" } as const;
  const data = Buffer.from(`${head}.${body}`);
  expect(verify("sha384", data, key, Buffer.from(signature, "base64url"))).toBe(true);
  expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({
    alg: "ES384",
    typ: "JWT",
  });
  return JSON.parse(Buffer.from(body, "base64url").toString());
}

test("a pair made in the browser signs tokens that its public half verifies", async () => {
  const { privateKey, publicKey } = await createSigningKeys();
  expect(verified(await signToken(privateKey, CLAIMS), publicKey)).toEqual(CLAIMS);
});

test.each(["pkcs8", "sec1"] as const)("a private key of OpenSSL as %s signs too", async (type) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "secp384r1",
    privateKeyEncoding: { type, format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  expect(verified(await signToken(privateKey, CLAIMS), publicKey)).toEqual(CLAIMS);
});

test("what isn't a private key is called so", async () => {
  await expect(signToken("hello", CLAIMS)).rejects.toThrow(/isn't a private key in PEM/);
});
