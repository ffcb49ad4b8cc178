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
    const byte = nextByte();
    if (byte < bound) text += alphabet.charAt(byte % alphabet.length);
  }
  return text;
}

const pool = new Uint8Array(POOL_BYTES);
let poolUsed = POOL_BYTES;

/** Gives each byte out once and wipes it, so that a secret exists in one place only. */
function nextByte(): number {
  if (poolUsed === POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const byte = pool[poolUsed] ?? 0;
  pool[poolUsed++] = 0;
  return byte;
}

function pooledBytes(length: number): Uint8Array {
  if (length > POOL_BYTES) return randomBytes(length);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = nextByte();
  return bytes;
}
