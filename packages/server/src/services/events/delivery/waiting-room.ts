import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import type { EventsTables } from "../tables.ts";

/** Deliveries that wait at most, with what they carry. */
const TOTAL = { count: 100_000, bytes: 1024 ** 3 };
const OF_ACCOUNT = { count: 50_000, bytes: 256 * 1024 ** 2 };
/** The database is asked again after so long: what was delivered makes room by then. */
const FRESH_MS = 1_000;

interface Waiting {
  count: number;
  bytes: number;
}

/**
 * Knows how much of each account waits to be delivered. Between two looks into the database only
 * what this node adds is counted, so that several nodes may go beyond the limit by what they add.
 */
export class WaitingRoom {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  #byAccount: Promise<Map<string, Waiting>> = Promise.resolve(new Map());
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: Store<EventsTables>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** False where there is no room for the account's deliveries; else they count from now on. */
  async take(account: string, count: number, bytes: number): Promise<boolean> {
    const byAccount = await this.#current();
    const own = byAccount.get(account) ?? { count: 0, bytes: 0 };
    const all = { count: 0, bytes: 0 };
    for (const each of byAccount.values()) {
      all.count += each.count;
      all.bytes += each.bytes;
    }
    const fits = (waiting: Waiting, limit: Waiting) =>
      waiting.count + count <= limit.count && waiting.bytes + bytes <= limit.bytes;
    if (!fits(own, OF_ACCOUNT) || !fits(all, TOTAL)) return false;
    byAccount.set(account, { count: own.count + count, bytes: own.bytes + bytes });
    return true;
  }

  #current(): Promise<Map<string, Waiting>> {
    const nowMs = this.#clock.nowMs();
    if (Math.abs(nowMs - this.#readAtMs) < FRESH_MS) return this.#byAccount;
    this.#readAtMs = nowMs;
    const read = this.#read();
    read.catch(() => {
      this.#readAtMs = Number.NEGATIVE_INFINITY;
    });
    this.#byAccount = read;
    return read;
  }

  async #read(): Promise<Map<string, Waiting>> {
    const rows = await this.#store.db
      .selectFrom("events_deliveries")
      .select(({ fn }) => [
        "account_id",
        fn.countAll<number>().as("count"),
        fn.sum<number>("bytes").as("bytes"),
      ])
      .groupBy("account_id")
      .execute();
    return new Map(
      rows.map(({ account_id, count, bytes }) => [
        account_id,
        { count: Number(count), bytes: Number(bytes) },
      ]),
    );
  }
}
