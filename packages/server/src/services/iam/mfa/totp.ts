import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * Time-based one-time passwords as virtual MFA devices show them: RFC 6238 with HMAC-SHA-1, six
 * digits and 30 seconds.
 */

export const TOTP_PERIOD_MS = 30_000;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BITS_PER_DIGIT = 5;

/** The number of the period at a moment. */
export function totpStep(nowMs: number): number {
  return Math.floor(nowMs / TOTP_PERIOD_MS);
}

/** The codes of a device by the period's number; `seed` is Base32 without padding. */
export function totpCodes(seed: string): (step: number) => string {
  const key = decodeBase32(seed);
  return (step) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac("sha1", key).update(counter).digest();
    // Source: RFC 4226, section 5.3: the last four bits say where the code's 31 bits begin.
    const offset = digest.readUInt8(digest.length - 1) & 0x0f;
    const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
    return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
  };
}

/**
 * Finds the first step from `from` to `to` at which the device shows `codes` one after another. Any
 * run of n steps holds one of every n steps, so only these are computed, and the others only beside
 * one that shows a code.
 */
export function findTotpStep(
  codeAt: (step: number) => string,
  codes: readonly string[],
  from: number,
  to: number,
): number | undefined {
  const last = codes.length - 1;
  for (let step = Math.max(0, from) + last; step <= to + last; step += codes.length) {
    const shown = codeAt(step);
    for (let start = step - last; start <= Math.min(step, to); start++) {
      if (!equal(shown, codes[step - start] ?? "")) continue;
      if (codes.every((code, index) => equal(codeAt(start + index), code))) return start;
    }
  }
  return undefined;
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function decodeBase32(text: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((text.length * BITS_PER_DIGIT) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of text) {
    bits = ((bits << BITS_PER_DIGIT) | BASE32.indexOf(digit)) & 0xfff;
    held += BITS_PER_DIGIT;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
}
