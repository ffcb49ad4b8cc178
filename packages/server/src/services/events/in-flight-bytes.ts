import { TurnQueue } from "../../kernel/work/turns.ts";
import { throttled } from "./errors.ts";

/** Bytes of entries that are being routed, each of which is in memory more than once meanwhile. */
const BYTES_MAX = 96 * 1024 * 1024;
/** Smaller events are parsed in no time. */
export const LARGE_BYTES_MIN = 16 * 1024;
const ACCOUNT_BYTES_MAX = 80 * 1024 * 1024;

/** Bounds what PutEvents holds in memory at a time, over all accounts and for each. */
export class InFlightBytes {
  readonly #byAccount = new Map<string, number>();
  readonly #turns = new TurnQueue();
  #bytes = 0;

  /** Throws ThrottlingException, after which clients try again. */
  async hold<Result>(account: string, bytes: number, run: () => Promise<Result>): Promise<Result> {
    const own = this.#byAccount.get(account) ?? 0;
    if (this.#bytes + bytes > BYTES_MAX || own + bytes > ACCOUNT_BYTES_MAX) throw throttled();
    this.#add(account, bytes);
    try {
      if (bytes >= LARGE_BYTES_MIN) await this.#turns.next();
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
