import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { limitExceeded } from "../errors.ts";
import type { CloudWatchTables, SeriesRow } from "../tables.ts";
import { type SeriesKey, seriesId, textOf } from "./series.ts";

/** Metrics that PutMetricData names in one account, counted for each unit. The limits are ours. */
const SERIES_MAX = 20_000;
/** Characters of all their names and dimensions: those of one may be 38 KB. */
const CHARS_MAX = 16 * 1024 * 1024;
/** A full account is looked at again after so long: what had no value for 15 days has gone. */
const LOOK_AGAIN_MS = 60_000;
const ROWS_AT_ONCE = 1_000;

export interface SeriesLimits {
  readonly seriesMax?: number;
  readonly charsMax?: number;
}

interface Account {
  /** Characters by the series' id. */
  readonly series: Map<string, number>;
  chars: number;
  readonly readMs: number;
}

/** Bounds what one account's PutMetricData makes the database and memory hold. */
export class SeriesQuota {
  readonly #store: Store<CloudWatchTables>;
  readonly #clock: Clock;
  readonly #seriesMax: number;
  readonly #charsMax: number;
  readonly #accounts = new Map<string, Promise<Account>>();

  constructor(
    store: Store,
    clock: Clock,
    { seriesMax = SERIES_MAX, charsMax = CHARS_MAX }: SeriesLimits = {},
  ) {
    this.#store = store.tables<CloudWatchTables>();
    this.#clock = clock;
    this.#seriesMax = seriesMax;
    this.#charsMax = charsMax;
  }

  /** Notes the series of one account, all or none. Throws LimitExceededException. */
  async admit(accountId: string, keys: readonly SeriesKey[]): Promise<void> {
    const given = new Map(keys.map((key) => [seriesId(textOf(key), key.unit), charsOf(key)]));
    if (note(await this.#account(accountId), given, this.#seriesMax, this.#charsMax)) return;
    const { readMs } = await this.#account(accountId);
    if (this.#clock.nowMs() - readMs >= LOOK_AGAIN_MS) {
      this.#accounts.delete(accountId);
      if (note(await this.#account(accountId), given, this.#seriesMax, this.#charsMax)) return;
    }
    throw limitExceeded(
      `The account has ${this.#seriesMax} custom metrics, or names and dimensions of ${this.#charsMax} characters, and no more are kept. Put values of metrics that exist, with fewer different dimensions; one that gets no value for 15 days makes room.`,
    );
  }

  /** The database has been emptied. */
  clear(): void {
    this.#accounts.clear();
  }

  #account(accountId: string): Promise<Account> {
    let account = this.#accounts.get(accountId);
    if (!account) {
      account = this.#read(accountId);
      this.#accounts.set(accountId, account);
      account.catch(() => this.#accounts.delete(accountId));
    }
    return account;
  }

  async #read(accountId: string): Promise<Account> {
    const account: Account = { series: new Map(), chars: 0, readMs: this.#clock.nowMs() };
    let last: Pick<SeriesRow, "newest_ms" | "id"> = { newest_ms: -1, id: "" };
    for (;;) {
      const { newest_ms: newestMs, id } = last;
      const rows = await this.#store.db
        .selectFrom("cloudwatch_series")
        .select(["id", "newest_ms", "namespace", "name", "dimensions"])
        .where("account_id", "=", accountId)
        .where("of_service", "=", 0)
        .where(({ or, and, eb }) =>
          or([
            eb("newest_ms", ">", newestMs),
            and([eb("newest_ms", "=", newestMs), eb("id", ">", id)]),
          ]),
        )
        .orderBy("newest_ms")
        .orderBy("id")
        .limit(ROWS_AT_ONCE)
        .execute();
      for (const row of rows) {
        const chars = row.namespace.length + row.name.length + row.dimensions.length;
        account.series.set(row.id, chars);
        account.chars += chars;
      }
      const newest = rows.at(-1);
      if (!newest || rows.length < ROWS_AT_ONCE) return account;
      last = newest;
      await nextTurn();
    }
  }
}

function note(
  account: Account,
  given: ReadonlyMap<string, number>,
  seriesMax: number,
  charsMax: number,
): boolean {
  const added = [...given].filter(([id]) => !account.series.has(id));
  const chars = added.reduce((sum, [, each]) => sum + each, account.chars);
  if (added.length > 0 && (account.series.size + added.length > seriesMax || chars > charsMax))
    return false;
  for (const [id, each] of added) account.series.set(id, each);
  account.chars = chars;
  return true;
}

function charsOf({ namespace, name, dimensions }: SeriesKey): number {
  return namespace.length + name.length + JSON.stringify(Object.entries(dimensions)).length;
}
