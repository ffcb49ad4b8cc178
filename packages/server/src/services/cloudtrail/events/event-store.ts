import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { type DiskSpace, isDiskFull } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import { statement } from "../../../kernel/statements.ts";
import { type Store, StoreUnavailableError, type Transaction } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { WriteBehind } from "../../../kernel/work/write-behind.ts";
import { findableOf, type ParsedRecord } from "../record/event-attributes.ts";
import type { EventRecord } from "../record/event-record.ts";
import type { CloudTrailTables, EventBatchRow, IntentRow } from "../tables.ts";
import { BatchWriter } from "./batch-writer.ts";
import { packBatch, unpackBatch } from "./event-batches.ts";
import type { Journal, JournaledRecord } from "./journal.ts";
import { Retention } from "./retention.ts";
import { batchesOf } from "./unpacked-batches.ts";

/** Records are written together this long after the first of them. */
const FLUSH_DELAY_MS = 1_000;
/** Past this many they are written at once. */
const PENDING_MAX = 5_000;
/** Characters of records that wait to be written; past them calls fail, to bound the memory. */
const PENDING_CHARS_MAX = 64 * 1024 * 1024;
/** A change whose process is gone for that long is recorded by another one. */
const INTENT_ORPHANED_MS = 60 * 60_000;
/** Intents adopted in one transaction. */
const ADOPTED_AT_ONCE = 100;

export interface EventStoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly journal: Journal;
  readonly disk: DiskSpace;
  /** Tells the intents of this data folder's processes from those of others. */
  readonly owner: string;
  /** Events kept of an account, of changes and of reads each. */
  readonly eventsMax: number;
  /** Gets each record once it is in the journal. */
  readonly onJournaled: (record: EventRecord) => void;
  /** Runs in the transaction that adds batches: notes whom they must be delivered to. */
  readonly onBatches: (
    batches: readonly EventBatchRow[],
    tx: Transaction<CloudTrailTables>,
  ) => Promise<void>;
}

const insertIntent = statement<CloudTrailTables, IntentRow>((db, intent) =>
  db
    .insertInto("cloudtrail_intents")
    .values(intent)
    .onConflict((conflict) => conflict.column("event_id").doNothing()),
);

/**
 * The events of all accounts. A record is in the journal before its call is answered, and in the
 * database, in batches, soon after; the record of a change is in the database from its commit on.
 */
export class EventStore {
  readonly #options: EventStoreOptions;
  readonly #store: Store<CloudTrailTables>;
  readonly #retention: Retention;
  readonly #writer: BatchWriter;
  readonly #rows: ReadableRows;
  #arrived: EventRecord[] = [];
  /** The next write to the journal, which still takes records; then the one under way. */
  #journaled: Promise<void> | undefined;
  #journaling: Promise<void> = Promise.resolve();
  #pending: JournaledRecord[] = [];
  #pendingChars = 0;
  readonly #writes: WriteBehind;

  constructor(options: EventStoreOptions) {
    this.#options = options;
    this.#store = options.store.tables<CloudTrailTables>();
    this.#retention = new Retention(this.#store, options.clock, options.eventsMax);
    const { ids, log, onBatches } = options;
    this.#rows = new ReadableRows("cloudtrail", log);
    this.#writer = new BatchWriter({ store: this.#store, ids, onBatches });
    this.#writes = new WriteBehind({
      afterMs: FLUSH_DELAY_MS,
      write: () => this.#write(),
      written: () => this.#keepHouse(),
      failed: (err) => log.error({ err }, "Events couldn't be written; they are kept."),
    });
  }

  /**
   * Resolves when the records are in the journal. Records that arrive in one turn of the event
   * loop, or while the journal is being written, go there together, which saves system calls.
   */
  append(records: readonly EventRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#pendingChars > PENDING_CHARS_MAX) return Promise.reject(tooManyPending());
    this.#pendingChars += charsOf(records);
    this.#arrived.push(...records);
    this.#journaled ??= this.#journalNext();
    return this.#journaled;
  }

  async #journalNext(): Promise<void> {
    await nextTurn();
    // Its own callers get its failure.
    await Promise.allSettled([this.#journaling]);
    const records = this.#arrived;
    this.#arrived = [];
    this.#journaled = undefined;
    this.#journaling = this.#journal(records);
    await this.#journaling;
  }

  async #journal(records: readonly EventRecord[]): Promise<void> {
    const { journal, disk, log, onJournaled } = this.#options;
    try {
      const journaled = await journal.append(records).catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await disk.makeRoom();
        return journal.append(records);
      });
      this.#pending.push(...journaled);
    } catch (error) {
      this.#pendingChars -= charsOf(records);
      log.error({ err: error }, "The journal of events can't be written.");
      throw error;
    }
    if (this.#pending.length >= PENDING_MAX) this.#writes.hurry();
    else this.#writes.mark();
    for (const record of records) onJournaled(record);
  }

  /** Writes the records of a change in the transaction of its effect. */
  async intend(records: readonly EventRecord[], tx: Transaction): Promise<void> {
    if (records.length === 0) return;
    const { db } = tx.tables<CloudTrailTables>();
    for (const { eventId, accountId, region, kind, atMs, text } of records)
      await insertIntent(db, {
        event_id: eventId,
        account_id: accountId,
        region,
        kind,
        at_ms: Math.floor(atMs),
        owner: this.#options.owner,
        record: text,
      });
  }

  /** Everything recorded before is in the database when it resolves. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Takes over what an earlier process of this data folder left behind. */
  async recover(): Promise<void> {
    const { journal, owner } = this.#options;
    this.#writes.start();
    const left: JournaledRecord[] = [];
    for (const segment of await journal.leftovers()) {
      const known = await this.#written(segment);
      const kept = await journal.read(segment);
      const records = kept.filter(({ record }) => !known.has(record.eventId));
      if (records.length === 0) await journal.remove(segment);
      left.push(...records);
    }
    this.#pending.push(...left);
    this.#pendingChars += charsOf(left.map(({ record }) => record));
    await this.flush();
    await this.#adopt({ owner });
  }

  /** Ids of a segment's events in the database: the process may have ended between two parts. */
  async #written(segment: string): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    const batches = await this.#store.db
      .selectFrom("cloudtrail_batches")
      .select("batch_id")
      .where("segment", "=", segment)
      .execute();
    for (const { batch_id } of batches) {
      const { body } = await this.#store.db
        .selectFrom("cloudtrail_batches")
        .select("body")
        .where("batch_id", "=", batch_id)
        .executeTakeFirstOrThrow();
      for (const { text } of await unpackBatch({ body }))
        known.add((JSON.parse(text) as ParsedRecord).eventID);
    }
    return known;
  }

  /** Writes what waits. Later records stay in the journal, where the next process finds them. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  /** Forgets what isn't written: the database has been emptied. */
  async clear(): Promise<void> {
    this.#writes.forget();
    await this.#writes.settled();
    const segments = new Set(this.#pending.map(({ segment }) => segment));
    this.#pending = [];
    this.#pendingChars = charsOf(this.#arrived);
    this.#options.journal.rotate();
    for (const segment of segments) await this.#options.journal.remove(segment);
  }

  /** After a write in the background: removes what is too old, and adopts what others left. */
  async #keepHouse(): Promise<void> {
    if (await this.#retention.prune())
      await this.#adopt({ beforeMs: this.#options.clock.nowMs() - INTENT_ORPHANED_MS });
  }

  async #write(): Promise<void> {
    const { journal } = this.#options;
    journal.rotate();
    // Records under way go into the segment that has just ended, and are taken along. Later ones go
    // into the next segment, which needs the disk first: they aren't pending yet.
    await Promise.allSettled([this.#journaling]);
    const records = this.#pending;
    this.#pending = [];
    if (records.length === 0) return;
    const left = new Map(records.map((each) => [each.record.eventId, each]));
    try {
      await this.#writer.write(records, (eventIds) => {
        for (const eventId of eventIds) {
          this.#pendingChars -= left.get(eventId)?.record.text.length ?? 0;
          left.delete(eventId);
        }
        this.#retention.added(eventIds.length);
      });
    } catch (error) {
      this.#pending = [...left.values(), ...this.#pending];
      throw error;
    }
    const segments = new Set(records.map(({ segment }) => segment));
    for (const segment of segments) await journal.remove(segment);
  }

  /** Records changes of processes that ended before their answer. */
  async #adopt(whose: { readonly owner: string } | { readonly beforeMs: number }): Promise<void> {
    const { ids } = this.#options;
    // Those that can't be read stay.
    for (let after = ""; ; ) {
      const last = await this.#store.transaction(async (tx) => {
        const query = tx.db
          .selectFrom("cloudtrail_intents")
          .selectAll()
          .where("event_id", ">", after)
          .orderBy("event_id")
          .limit(ADOPTED_AT_ONCE);
        const rows = await ("owner" in whose
          ? query.where("owner", "=", whose.owner)
          : query.where("at_ms", "<", whose.beforeMs)
        ).execute();
        const records = this.#rows.of("intent", rows, (row) => row.event_id, recordOf);
        const journaled = records.map((record) => ({ record, segment: "" }));
        const batches = await Promise.all(
          batchesOf(journaled).map((batch) => packBatch(batch, ids)),
        );
        const taken = records.map(({ eventId }) => eventId);
        await this.#writer.insert(batches, taken, tx);
        return rows.length < ADOPTED_AT_ONCE ? undefined : rows.at(-1)?.event_id;
      });
      if (last === undefined) return;
      after = last;
    }
  }
}

function recordOf(row: IntentRow): EventRecord {
  return {
    eventId: row.event_id,
    accountId: row.account_id,
    region: row.region,
    kind: row.kind,
    readOnly: false,
    atMs: row.at_ms,
    findable: findableOf(JSON.parse(row.record) as ParsedRecord),
    text: row.record,
  };
}

function charsOf(records: readonly EventRecord[]): number {
  return records.reduce((chars, { text }) => chars + text.length, 0);
}

function tooManyPending(): StoreUnavailableError {
  return new StoreUnavailableError("Records of calls wait to be written, and no more may wait.");
}
