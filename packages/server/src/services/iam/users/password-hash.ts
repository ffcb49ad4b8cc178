import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** Source: OWASP Password Storage Cheat Sheet, "scrypt": 16 MiB of memory, five rounds. */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SCHEME = "scrypt-16384-8-5";

/** A salted, slow hash of a password, as it is stored: scheme, salt and hash in one text. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt);
  return [SCHEME, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** True if this password gave the stored hash. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [scheme, salt, hash] = stored.split("$");
  if (scheme !== SCHEME || salt === undefined || hash === undefined)
    throw new Error("a stored password has a scheme that this version doesn't know");
  const derived = await derive(password, Buffer.from(salt, "base64"));
  return timingSafeEqual(derived, Buffer.from(hash, "base64"));
}

/** Runs in a thread of its own, so that a request that hashes doesn't hold up the others. */
function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
