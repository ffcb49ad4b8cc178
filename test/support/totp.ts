import { createHmac } from "node:crypto";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The 30-second period that it is now. */
export function totpPeriod(): number {
  return Math.floor(Date.now() / 30_000);
}

/**
 * The code that an authenticator app shows in a period, independent of the server's code (RFC
 * 6238).
 */
export function totpOf(base32Seed: string, period: number): string {
  const bits = [...base32Seed].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, "0"));
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.from(period.toString(16).padStart(16, "0"), "hex");
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const number = digest.readUInt32BE(offset) % 2 ** 31;
  return String(number % 1_000_000).padStart(6, "0");
}
