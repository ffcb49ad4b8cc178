import { createPublicKey, randomBytes } from "node:crypto";

/**
 * An RSA public key in PEM that nobody has the private key of. Its modulus is a random odd number:
 * the primes of a real one would take a quarter of a second to find, and nothing looks for them.
 */
export function rsaPublicKey(bits = 2_048): string {
  const modulus = randomBytes(bits / 8);
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[modulus.length - 1] = (modulus.at(-1) ?? 0) | 1;
  const key = { kty: "RSA", n: modulus.toString("base64url"), e: "AQAB" };
  return createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}
