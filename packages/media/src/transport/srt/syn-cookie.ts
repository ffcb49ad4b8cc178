import { createHmac, randomBytes } from "node:crypto";

/** A cookie is good for this long at least, and for twice that at most. */
const PERIOD_MS = 30_000;

/**
 * Proves that a caller receives what is sent to its address, before anything is kept of it: a keyed
 * hash of the address and the time.
 */
export class SynCookies {
  readonly #key = randomBytes(32);

  issue(address: string, port: number, monotonicMs: number): number {
    return this.#hash(address, port, Math.floor(monotonicMs / PERIOD_MS));
  }

  isValid(cookie: number, address: string, port: number, monotonicMs: number): boolean {
    const period = Math.floor(monotonicMs / PERIOD_MS);
    return [period, period - 1].some((at) => this.#hash(address, port, at) === cookie);
  }

  #hash(address: string, port: number, period: number): number {
    const text = `${address} ${port} ${period}`;
    return createHmac("sha256", this.#key).update(text).digest().readUInt32BE(0);
  }
}
