import { randomBytes, randomUUID } from "node:crypto";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Where random identifiers come from, so that tests own them. */
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
  bytes: (length) => randomBytes(length),
};

/** Rejection sampling: a byte at or past the last whole multiple of the alphabet is thrown away. */
function pick(alphabet: string, length: number): string {
  const bound = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < bound && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
