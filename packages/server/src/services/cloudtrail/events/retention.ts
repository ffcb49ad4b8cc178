import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import type { CloudTrailTables, EventBatchRow } from "../tables.ts";

/** Source: CloudTrail user guide, "Working with CloudTrail event history". */
export const EVENT_HISTORY_MS = 90 * 24 * 60 * 60_000;
const PRUNE_INTERVAL_MS = 60_000;
/** Batches removed in one transaction. */
const PRUNED_AT_ONCE = 100;

const KINDS: readonly number[] = [0, 1];

/** Removes what is older than the event history, and the oldest of what is too much. */
export class Retention {
  readonly #store: Store<CloudTrailTables>;
  readonly #clock: Clock;
  readonly #eventsMax: number;
  /** Events by `read_only`: reads, however many, never drive out changes. */
  readonly #counts = new Map<number, number>();
  #prunedMs = 0;

  constructor(store: Store<CloudTrailTables>, clock: Clock, eventsMax: number) {
    this.#store = store;
    this.#clock = clock;
    this.#eventsMax = eventsMax;
  }

  async count(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom("cloudtrail_batches")
      .select(({ fn }) => ["read_only", fn.sum<number>("event_count").as("events")])
      .groupBy("read_only")
      .execute();
    this.#counts.clear();
    for (const { read_only, events } of rows) this.#counts.set(read_only, Number(events));
  }

  added(batches: readonly Pick<EventBatchRow, "read_only" | "event_count">[]): void {
    for (const { read_only, event_count } of batches) this.#add(read_only, event_count);
  }

  /** Does its work once in a while; tells whether it did. */
  async prune(): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_INTERVAL_MS) return false;
    this.#prunedMs = nowMs;
    for (const kind of KINDS) {
      while (await this.#pruneSome(kind, nowMs - EVENT_HISTORY_MS)) {
        // Once more: there may be others.
      }
    }
    return true;
  }

  async #pruneSome(kind: number, expiredBeforeMs: number): Promise<boolean> {
    const oldest = await this.#store.db
      .selectFrom("cloudtrail_batches")
      .select(["batch_id", "last_ms", "event_count"])
      .where("read_only", "=", kind)
      .orderBy("last_ms")
      .limit(PRUNED_AT_ONCE)
      .execute();
    let surplus = (this.#counts.get(kind) ?? 0) - this.#eventsMax;
    const gone = oldest.filter(({ last_ms, event_count }) => {
      const goes = last_ms < expiredBeforeMs || surplus > 0;
      if (goes) surplus -= event_count;
      return goes;
    });
    if (gone.length === 0) return false;
    const ids = gone.map(({ batch_id }) => batch_id);
    await this.#store.transaction(async ({ db }) => {
      await db.deleteFrom("cloudtrail_batches").where("batch_id", "in", ids).execute();
      await db.deleteFrom("cloudtrail_deliveries").where("batch_id", "in", ids).execute();
    });
    for (const { event_count } of gone) this.#add(kind, -event_count);
    return gone.length === PRUNED_AT_ONCE;
  }

  #add(kind: number, events: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + events);
  }
}
