import type { Ids } from "./ids.ts";

/*
 * IAM's unique ids: a prefix that names the kind, then base32. The first 48 bits hold a set bit,
 * the account number in 40 bits and seven random bits, so that an id holds its account as AWS's do
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
/** A number holds 53 bits exactly, but its bitwise operators see 32 of them. */
const ACCOUNT_BIT = 2 ** 47;
const ACCOUNT_UNIT = 2 ** 7;
/** 48 bits and two random ones make ten whole base32 digits. */
const HEAD_DIGITS = 10;
/** Access key ids have 20 characters, all others 21. */
const KEY_TAIL_DIGITS = 6;
const TAIL_DIGITS = 7;

/** A new unique id, e.g. `AROAQAAAAAAABXYZ…` for account 000000000000. */
export function newUniqueId(prefix: UniqueIdPrefix, accountId: string, ids: Ids): string {
  const [low = 0, high = 0] = ids.bytes(2);
  const head = ACCOUNT_BIT + Number(accountId) * ACCOUNT_UNIT + (low & 0x7f);
  let value = head * 4 + (high & 3);
  let digits = "";
  for (let index = 0; index < HEAD_DIGITS; index++) {
    digits = BASE32.charAt(value % 32) + digits;
    value = Math.floor(value / 32);
  }
  const isKey = prefix === "AKIA" || prefix === "ASIA";
  return `${prefix}${digits}${ids.base32(isKey ? KEY_TAIL_DIGITS : TAIL_DIGITS)}`;
}

/** The account that an id of `newUniqueId` names; undefined for any other text. */
export function accountOfUniqueId(id: string): string | undefined {
  const digits = id.slice(4, 4 + HEAD_DIGITS);
  if (digits.length < HEAD_DIGITS) return undefined;
  let value = 0;
  for (const digit of digits) {
    const number = BASE32.indexOf(digit);
    if (number < 0) return undefined;
    value = value * 32 + number;
  }
  const head = Math.floor(value / 4);
  if (head < ACCOUNT_BIT) return undefined;
  const account = String(Math.floor((head - ACCOUNT_BIT) / ACCOUNT_UNIT)).padStart(12, "0");
  return account.length === 12 ? account : undefined;
}
