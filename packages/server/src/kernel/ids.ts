import { randomBytes, randomFillSync, randomUUID } from "node:crypto";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Random bytes are fetched by this many: a fetch costs as much as a hundred of them. */
const POOL_BYTES = 4096;

/** The source of random identifiers, so that tests can choose them. */
export interface Ids {
  uuid(): string;
  /** `length` characters of `[A-Za-z0-9]`, unbiased. */
  alphanumeric(length: number): string;
  /** `length` characters of `[A-Z2-7]`, the alphabet of IAM's unique ids. */
  base32(length: number): string;
  bytes(length: number): Uint8Array;
}

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  alphanumeric: (length) => pick(ALPHANUMERIC, length),
  base32: (length) => pick(BASE32, length),
  bytes: pooledBytes,
};

/** Rejection sampling: a byte at or past the last whole multiple of the alphabet is thrown away. */
function pick(alphabet: string, length: number): string {
  const bound = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of pooledBytes(length * 2)) {
      if (byte < bound && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

const pool = Buffer.alloc(POOL_BYTES);
let poolUsed = POOL_BYTES;

/** Gives each byte out once and wipes it, so that a secret exists in one place only. */
function pooledBytes(length: number): Uint8Array {
  if (length > POOL_BYTES) return randomBytes(length);
  if (poolUsed + length > POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const bytes = new Uint8Array(pool.subarray(poolUsed, poolUsed + length));
  pool.fill(0, poolUsed, poolUsed + length);
  poolUsed += length;
  return bytes;
}
