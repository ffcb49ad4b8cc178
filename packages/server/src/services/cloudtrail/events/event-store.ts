import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/log.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import type { EventRecord } from "../record/event-record.ts";
import type { CloudTrailTables, EventBatchRow } from "../tables.ts";
import { packBatches } from "./event-batches.ts";
import type { Journal, JournaledRecord } from "./journal.ts";
import { Retention } from "./retention.ts";

/** Records are written together this long after the first of them. */
const FLUSH_DELAY_MS = 1_000;
/** Past this many they are written at once. */
const PENDING_MAX = 5_000;
/** A change whose process is gone for that long is recorded by another one. */
const INTENT_ORPHANED_MS = 60 * 60_000;
/** Ids in one statement: below SQLite's and PostgreSQL's limits for parameters. */
const IDS_PER_STATEMENT = 500;

export interface EventStoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly journal: Journal;
  /** Tells the intents of this data folder's processes from those of others. */
  readonly owner: string;
  /** Events kept, of changes and of reads each. */
  readonly eventsMax: number;
  /** Runs in the transaction that adds batches: notes whom they must be delivered to. */
  readonly onBatches: (
    batches: readonly EventBatchRow[],
    tx: Transaction<CloudTrailTables>,
  ) => Promise<void>;
}

/**
 * The events of all accounts. A record is in the journal before its call is answered, and in the
 * database, in batches, soon after; the record of a change is in the database from its commit on.
 */
export class EventStore {
  readonly #options: EventStoreOptions;
  readonly #store: Store<CloudTrailTables>;
  readonly #retention: Retention;
  #arrived: EventRecord[] = [];
  #journaled: Promise<void> | undefined;
  #pending: JournaledRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.#store = options.store.tables<CloudTrailTables>();
    this.#retention = new Retention(this.#store, options.clock, options.eventsMax);
  }

  /**
   * Resolves when the records are in the journal. What arrives in one turn of the event loop goes
   * there together, so that a busy server makes fewer system calls.
   */
  append(records: readonly EventRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    this.#arrived.push(...records);
    this.#journaled ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(this.#journalArrived());
        } catch (error) {
          this.#options.log.error({ err: error }, "The journal of events can't be written.");
          reject(error);
        }
      });
    });
    return this.#journaled;
  }

  #journalArrived(): void {
    const records = this.#arrived;
    this.#arrived = [];
    this.#journaled = undefined;
    this.#pending.push(...this.#options.journal.append(records));
    this.#schedule();
  }

  /** Writes the records of a change in the transaction of its effect. */
  async intend(records: readonly EventRecord[], tx: Transaction): Promise<void> {
    if (records.length === 0) return;
    await tx
      .tables<CloudTrailTables>()
      .db.insertInto("cloudtrail_intents")
      .values(
        records.map(({ eventId, accountId, region, atMs, text }) => ({
          event_id: eventId,
          account_id: accountId,
          region,
          at_ms: Math.floor(atMs),
          owner: this.#options.owner,
          record: text,
        })),
      )
      .onConflict((conflict) => conflict.column("event_id").doNothing())
      .execute();
  }

  /** Everything recorded before is in the database when it resolves. */
  flush(): Promise<void> {
    this.#stopTimer();
    const before = this.#running;
    this.#running = this.#writeAfter(before);
    return this.#running;
  }

  /** Takes over what an earlier process of this data folder left behind. */
  async recover(): Promise<void> {
    const { journal, owner } = this.#options;
    for (const segment of journal.leftovers()) {
      const known = await this.#store.db
        .selectFrom("cloudtrail_batches")
        .select("batch_id")
        .where("segment", "=", segment)
        .executeTakeFirst();
      if (known) await journal.remove(segment);
      else this.#pending.push(...journal.read(segment));
    }
    await this.flush();
    await this.#adopt((intent) => intent.owner === owner);
    await this.#retention.count();
  }

  async close(): Promise<void> {
    await this.flush();
  }

  /** Forgets what isn't written: the database has been emptied. */
  async clear(): Promise<void> {
    this.#stopTimer();
    await this.#running;
    const segments = new Set(this.#pending.map(({ segment }) => segment));
    this.#pending = [];
    this.#options.journal.rotate();
    for (const segment of segments) await this.#options.journal.remove(segment);
    await this.#retention.count();
  }

  #schedule(): void {
    if (this.#pending.length >= PENDING_MAX) this.#stopTimer();
    if (this.#timer !== undefined) return;
    const delayMs = this.#pending.length >= PENDING_MAX ? 0 : FLUSH_DELAY_MS;
    this.#timer = setTimeout(() => void this.#flushInBackground(), delayMs);
    this.#timer.unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #flushInBackground(): Promise<void> {
    try {
      await this.flush();
      if (await this.#retention.prune()) {
        const orphanedBeforeMs = this.#options.clock.nowMs() - INTENT_ORPHANED_MS;
        await this.#adopt((intent) => intent.at_ms < orphanedBeforeMs);
      }
    } catch (error) {
      this.#options.log.error({ err: error }, "Events couldn't be written; they are kept.");
      this.#schedule();
    }
  }

  async #writeAfter(before: Promise<void>): Promise<void> {
    // Who asked for the write before has heard of its failure.
    await Promise.allSettled([before]);
    await this.#write();
  }

  async #write(): Promise<void> {
    const { journal, ids } = this.#options;
    if (this.#pending.length === 0) return;
    const records = this.#pending;
    this.#pending = [];
    journal.rotate();
    try {
      const batches = await packBatches(records, ids);
      const changes = records.flatMap(({ record: { readOnly, eventId } }) =>
        readOnly ? [] : [eventId],
      );
      await this.#store.transaction((tx) => this.#insert(batches, changes, tx));
      this.#retention.added(batches);
    } catch (error) {
      this.#pending = [...records, ...this.#pending];
      throw error;
    }
    const segments = new Set(records.map(({ segment }) => segment));
    for (const segment of segments) await journal.remove(segment);
  }

  async #insert(
    batches: readonly EventBatchRow[],
    changes: readonly string[],
    tx: Transaction<CloudTrailTables>,
  ): Promise<void> {
    for (const batch of batches) {
      await tx.db.insertInto("cloudtrail_batches").values(batch).execute();
    }
    for (let from = 0; from < changes.length; from += IDS_PER_STATEMENT) {
      await tx.db
        .deleteFrom("cloudtrail_intents")
        .where("event_id", "in", changes.slice(from, from + IDS_PER_STATEMENT))
        .execute();
    }
    await this.#options.onBatches(batches, tx);
  }

  /** Records changes of processes that ended before their answer. */
  async #adopt(
    isOurs: (intent: { readonly owner: string; readonly at_ms: number }) => boolean,
  ): Promise<void> {
    const { ids } = this.#options;
    await this.#store.transaction(async (tx) => {
      const rows = await tx.db.selectFrom("cloudtrail_intents").selectAll().execute();
      const adopted = rows.filter(isOurs).map((row) => ({
        eventId: row.event_id,
        accountId: row.account_id,
        region: row.region,
        readOnly: false,
        atMs: row.at_ms,
        text: row.record,
      }));
      const journaled = adopted.map((record) => ({ record, segment: "" }));
      const batches = await packBatches(journaled, ids);
      const taken = adopted.map(({ eventId }) => eventId);
      await this.#insert(batches, taken, tx);
    });
  }
}
