import type { Ids } from "./ids.ts";

/*
 * IAM's unique ids: a prefix that names the kind, then base32. The first 48 bits hold a set bit,
 * the account number in 40 bits and seven random bits, so that an id tells its account as AWS's do
 * (observed; published as "A short note on AWS KEY ID", 2020).
 */

/** Source: IAM User Guide, "Unique identifiers". */
export type UniqueIdPrefix =
  | "ACCA"
  | "AGPA"
  | "AIDA"
  | "AIPA"
  | "AKIA"
  | "ANPA"
  | "APKA"
  | "AROA"
  | "ASCA"
  | "ASIA";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ACCOUNT_BIT = 1n << 47n;
const ACCOUNT_SHIFT = 7n;
/** 48 bits and two random ones make ten whole base32 digits. */
const HEAD_DIGITS = 10;
const BITS_PER_DIGIT = 5n;
/** Access key ids have 20 characters, all others 21. */
const KEY_TAIL_DIGITS = 6;
const TAIL_DIGITS = 7;

/** A new unique id, e.g. `AROAQAAAAAAABXYZ…` for account 000000000000. */
export function newUniqueId(prefix: UniqueIdPrefix, accountId: string, ids: Ids): string {
  const [low = 0, high = 0] = ids.bytes(2);
  const noise = BigInt(low & 0x7f);
  const head = ACCOUNT_BIT | (BigInt(accountId) << ACCOUNT_SHIFT) | noise;
  let value = (head << 2n) | BigInt(high & 3);
  let digits = "";
  for (let index = 0; index < HEAD_DIGITS; index++) {
    digits = BASE32.charAt(Number(value & 31n)) + digits;
    value >>= BITS_PER_DIGIT;
  }
  const isKey = prefix === "AKIA" || prefix === "ASIA";
  return `${prefix}${digits}${ids.base32(isKey ? KEY_TAIL_DIGITS : TAIL_DIGITS)}`;
}

/** The account that an id of `newUniqueId` names; undefined for any other text. */
export function accountOfUniqueId(id: string): string | undefined {
  const digits = id.slice(4, 4 + HEAD_DIGITS);
  if (digits.length < HEAD_DIGITS) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const number = BASE32.indexOf(digit);
    if (number < 0) return undefined;
    value = (value << BITS_PER_DIGIT) | BigInt(number);
  }
  const head = value >> 2n;
  if ((head & ACCOUNT_BIT) === 0n) return undefined;
  const account = ((head ^ ACCOUNT_BIT) >> ACCOUNT_SHIFT).toString().padStart(12, "0");
  return account.length === 12 ? account : undefined;
}
