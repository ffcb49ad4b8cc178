import { CompiledQuery } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { CloudTrailTables, EventBatchRow, EventCountRow } from "../tables.ts";
import { packBatch } from "./event-batches.ts";
import { keyRowsOf } from "./event-keys.ts";
import type { JournaledRecord } from "./journal.ts";
import { batchesOf } from "./unpacked-batches.ts";

/** Batches in one transaction: nothing else is served during it. */
const BATCHES_AT_ONCE = 8;
/** Records sorted into batches in one go. */
const RECORDS_AT_ONCE = 1_000;
/** Written out, since it runs with each part. Both databases take `$1`. */
const COUNT = `insert into cloudtrail_event_counts (account_id, kind, events, chars)
  values ($1, $2, $3, $4)
  on conflict (account_id, kind) do update set
    events = cloudtrail_event_counts.events + excluded.events,
    chars = cloudtrail_event_counts.chars + excluded.chars`;
/** Rows in one statement: below SQLite's and PostgreSQL's limits for parameters. */
const ROWS_PER_STATEMENT = 100;

export interface BatchWriterOptions {
  readonly store: Store<CloudTrailTables>;
  readonly ids: Ids;
  /** Runs in the transaction that adds batches: notes the trails that they must be delivered to. */
  readonly onBatches: (
    batches: readonly EventBatchRow[],
    tx: Transaction<CloudTrailTables>,
  ) => Promise<void>;
}

/** Puts records into the database, a few batches at a time. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  /** Statements by table and number of rows: building one costs more than running it. */
  readonly #inserts = new Map<string, CompiledQuery>();

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the records are in the database, and no longer intents. `written` is called for
   * each part of them: if this rejects, the others aren't there.
   */
  async write(
    records: readonly JournaledRecord[],
    written: (records: readonly string[]) => void,
  ): Promise<void> {
    for (let from = 0; from < records.length; from += RECORDS_AT_ONCE)
      await this.#writeSome(records.slice(from, from + RECORDS_AT_ONCE), written);
  }

  async #writeSome(
    records: readonly JournaledRecord[],
    written: (records: readonly string[]) => void,
  ): Promise<void> {
    const { store, ids } = this.#options;
    const batches = batchesOf(records);
    for (let from = 0; from < batches.length; from += BATCHES_AT_ONCE) {
      const part = batches.slice(from, from + BATCHES_AT_ONCE);
      const rows = await Promise.all(part.map((batch) => packBatch(batch, ids)));
      const events = part.flatMap((batch) => batch.records);
      const changes = events.filter(({ readOnly }) => !readOnly).map(({ eventId }) => eventId);
      await store.transaction((tx) => this.insert(rows, changes, tx));
      written(events.map(({ eventId }) => eventId));
      // Others are served between the parts of a flood.
      await nextTurn();
    }
  }

  /** `taken`: ids of intents that the batches hold now. */
  async insert(
    batches: readonly EventBatchRow[],
    taken: readonly string[],
    tx: Transaction<CloudTrailTables>,
  ): Promise<void> {
    for (const batch of batches)
      await tx.db.executeQuery(this.#insertOf("cloudtrail_batches", [batch], tx));
    for (const rows of parts(batches.flatMap(keyRowsOf)))
      await tx.db.executeQuery(this.#insertOf("cloudtrail_event_keys", rows, tx));
    await count(batches, 1, tx);
    for (const some of parts(taken))
      await tx.db.deleteFrom("cloudtrail_intents").where("event_id", "in", some).execute();
    await this.#options.onBatches(batches, tx);
  }

  #insertOf<Table extends "cloudtrail_batches" | "cloudtrail_event_keys">(
    table: Table,
    rows: readonly CloudTrailTables[Table][],
    { db }: Transaction<CloudTrailTables>,
  ): CompiledQuery {
    const name = `${table} ${rows.length}`;
    let insert = this.#inserts.get(name);
    if (!insert) {
      insert = db
        .insertInto<"cloudtrail_batches" | "cloudtrail_event_keys">(table)
        .values(rows)
        .compile();
      this.#inserts.set(name, insert);
    }
    // All rows of a table are made in one place, and so have their columns in the same order.
    return { ...insert, parameters: rows.flatMap((row) => Object.values(row)) };
  }
}

/** Counts batches as kept, or as gone with `sign` -1. */
export async function count(
  batches: readonly CountedBatch[],
  sign: 1 | -1,
  tx: Transaction<CloudTrailTables>,
): Promise<void> {
  const sums = new Map<string, EventCountRow>();
  for (const { account_id, kind, event_count, stored_chars } of batches) {
    const sum = sums.get(`${account_id} ${kind}`) ?? { account_id, kind, events: 0, chars: 0 };
    sum.events += sign * event_count;
    sum.chars += sign * stored_chars;
    sums.set(`${account_id} ${kind}`, sum);
  }
  for (const sum of sums.values()) {
    const { account_id, kind, events, chars } = sum;
    await tx.db.executeQuery(CompiledQuery.raw(COUNT, [account_id, kind, events, chars]));
  }
}

export type CountedBatch = Pick<
  EventBatchRow,
  "account_id" | "kind" | "event_count" | "stored_chars"
>;

/** A list in parts that one statement takes. */
export function parts<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const all: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += ROWS_PER_STATEMENT)
    all.push(items.slice(from, from + ROWS_PER_STATEMENT));
  return all;
}
