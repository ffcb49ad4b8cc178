import type { Clock } from "../../../kernel/clock.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { EventKind } from "../record/event-record.ts";
import type { CloudTrailTables, EventBatchRow, EventCountRow } from "../tables.ts";
import { count, parts } from "./batch-writer.ts";
import { keyNumbers } from "./event-keys.ts";

/** Source: CloudTrail user guide, "Working with CloudTrail event history". */
export const EVENT_HISTORY_MS = 90 * 24 * 60 * 60_000;
const PRUNE_INTERVAL_MS = 60_000;
/** After this many events more, what is too much goes at once. */
const PRUNE_AFTER_MAX = 2_000;
/** Batches removed in one transaction: nothing else is served during it. */
const PRUNED_AT_ONCE = 4;
/** Refused calls, and those of strangers, have a tenth of the room of their account's others. */
const REFUSED_SHARE = 0.1;
/** Yet at least as many as the setting takes. */
const REFUSED_EVENTS_MIN = 1_000;
/** An event of the usual size takes a third of this; of large ones fewer are kept. */
const CHARS_PER_EVENT = 2_000;

/**
 * Removes what is older than the event history, and the oldest of what an account has too much of a
 * kind: a flood of events drives out only events of the same account and kind.
 */
export class Retention {
  readonly #store: Store<CloudTrailTables>;
  readonly #clock: Clock;
  readonly #eventsMax: number;
  #prunedMs = 0;
  #added = 0;

  constructor(store: Store<CloudTrailTables>, clock: Clock, eventsMax: number) {
    this.#store = store;
    this.#clock = clock;
    this.#eventsMax = eventsMax;
  }

  added(events: number): void {
    this.#added += events;
  }

  /** Does its work once in a while, and after a flood. True: it did. */
  async prune(): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_INTERVAL_MS && this.#added < PRUNE_AFTER_MAX) return false;
    this.#prunedMs = nowMs;
    this.#added = 0;
    const counts = await this.#store.db
      .selectFrom("cloudtrail_event_counts")
      .select(["account_id", "kind"])
      .execute();
    for (const place of counts) {
      while (await this.#pruneSome(place, nowMs - EVENT_HISTORY_MS)) {
        // Others are served before the next ones go.
        await nextTurn();
      }
    }
    return true;
  }

  /** True: there may be more. It counts in the transaction, since another node may prune too. */
  #pruneSome(
    { account_id, kind }: Pick<EventCountRow, "account_id" | "kind">,
    expiredBeforeMs: number,
  ): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const oldest = await tx.db
        .selectFrom("cloudtrail_batches")
        .select([
          "batch_id",
          "account_id",
          "kind",
          "last_ms",
          "event_count",
          "stored_chars",
          "keys",
        ])
        .where("account_id", "=", account_id)
        .where("kind", "=", kind)
        .orderBy("last_ms")
        .limit(PRUNED_AT_ONCE)
        .execute();
      const kept = await tx.db
        .selectFrom("cloudtrail_event_counts")
        .select(["events", "chars"])
        .where("account_id", "=", account_id)
        .where("kind", "=", kind)
        .executeTakeFirst();
      const eventsMax = this.#eventsMaxOf(kind);
      let events = (kept?.events ?? 0) - eventsMax;
      let chars = (kept?.chars ?? 0) - eventsMax * CHARS_PER_EVENT;
      const gone = oldest.filter(({ last_ms, event_count, stored_chars }) => {
        const goes = last_ms < expiredBeforeMs || events > 0 || chars > 0;
        if (!goes) return false;
        events -= event_count;
        chars -= stored_chars;
        return true;
      });
      for (const batch of gone) await remove(batch, tx);
      await count(gone, -1, tx);
      return gone.length === PRUNED_AT_ONCE;
    });
  }

  #eventsMaxOf(kind: EventKind): number {
    switch (kind) {
      case "change":
      case "read":
      case "foreign":
        return this.#eventsMax;
      case "refused":
      case "stranger":
        return Math.max(REFUSED_EVENTS_MIN, Math.floor(this.#eventsMax * REFUSED_SHARE));
      default:
        return kind satisfies never;
    }
  }
}

async function remove(
  batch: Pick<EventBatchRow, "batch_id" | "last_ms" | "keys">,
  tx: Transaction<CloudTrailTables>,
): Promise<void> {
  const { batch_id, last_ms } = batch;
  for (const keys of parts(keyNumbers(batch)))
    await tx.db
      .deleteFrom("cloudtrail_event_keys")
      .where("key", "in", keys)
      .where("last_ms", "=", last_ms)
      .where("batch_id", "=", batch_id)
      .execute();
  await tx.db.deleteFrom("cloudtrail_batches").where("batch_id", "=", batch_id).execute();
  await tx.db.deleteFrom("cloudtrail_deliveries").where("batch_id", "=", batch_id).execute();
}
