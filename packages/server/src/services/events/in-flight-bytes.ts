import { throttled } from "./errors.ts";

/** Of entries that are being routed, each of which is in memory more than once meanwhile. */
const BYTES_MAX = 32 * 1024 * 1024;
const ACCOUNT_BYTES_MAX = BYTES_MAX / 2;

/** Bounds what PutEvents holds in memory at a time, over all accounts and for each. */
export class InFlightBytes {
  readonly #byAccount = new Map<string, number>();
  #bytes = 0;

  /** Throws ThrottlingException, after which clients try again. */
  async hold<Result>(account: string, bytes: number, run: () => Promise<Result>): Promise<Result> {
    const own = this.#byAccount.get(account) ?? 0;
    if (this.#bytes + bytes > BYTES_MAX || own + bytes > ACCOUNT_BYTES_MAX) throw throttled();
    this.#add(account, bytes);
    try {
      return await run();
    } finally {
      this.#add(account, -bytes);
    }
  }

  #add(account: string, bytes: number): void {
    const own = (this.#byAccount.get(account) ?? 0) + bytes;
    this.#bytes += bytes;
    if (own === 0) this.#byAccount.delete(account);
    else this.#byAccount.set(account, own);
  }
}
