import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type Kysely, sql } from "kysely";
import { randomIds } from "../../../kernel/ids.ts";
import type { Tables } from "../../../kernel/store.ts";
import { findableOf, type ParsedRecord } from "../record/event-attributes.ts";
import type { EventKind, EventRecord } from "../record/event-record.ts";
import { parts } from "./batch-writer.ts";
import { keysOf } from "./event-keys.ts";
import { batchesOf, type UnpackedBatch } from "./unpacked-batches.ts";

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A batch of earlier versions: up to 500 events of any time, all with the same `read_only`. */
interface EarlierBatch {
  account_id: string;
  region: string;
  read_only: number;
  segment: string;
  body: string;
}

interface EarlierRecord extends ParsedRecord {
  readonly errorCode?: string;
  readonly userIdentity: ParsedRecord["userIdentity"] & { readonly accountId?: string };
}

/** The migration to batches that are kept by kind and found by key. */
export async function keepByKind(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("cloudtrail_event_keys")
    .addColumn("key", "bigint", (c) => c.notNull())
    .addColumn("last_ms", "bigint", (c) => c.notNull())
    .addColumn("batch_id", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("cloudtrail_event_keys_key", ["key", "last_ms", "batch_id"])
    .execute();
  await schema
    .createTable("cloudtrail_event_counts")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("events", "bigint", (c) => c.notNull())
    .addColumn("chars", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("cloudtrail_event_counts_key", ["account_id", "kind"])
    .execute();
  await addColumn(db, "cloudtrail_intents", "kind", "text", "change");
  await addColumn(db, "cloudtrail_batches", "kind", "text", "change");
  await addColumn(db, "cloudtrail_batches", "keys", "text", "");
  await addColumn(db, "cloudtrail_batches", "stored_chars", "integer", 0);
  await schema.dropIndex("cloudtrail_batches_by_place").execute();
  await schema.dropIndex("cloudtrail_batches_by_time").execute();
  await schema
    .createIndex("cloudtrail_batches_by_kind")
    .on("cloudtrail_batches")
    .columns(["account_id", "kind", "last_ms"])
    .execute();
  await schema
    .createIndex("cloudtrail_batches_by_segment")
    .on("cloudtrail_batches")
    .columns(["segment"])
    .execute();
  await schema
    .createIndex("cloudtrail_deliveries_by_batch")
    .on("cloudtrail_deliveries")
    .columns(["batch_id"])
    .execute();
  const earlier = await sql<{ batch_id: string }>`select batch_id from cloudtrail_batches`.execute(
    db,
  );
  for (const { batch_id } of earlier.rows) await repack(batch_id, db);
  await sql`insert into cloudtrail_event_counts (account_id, kind, events, chars)
    select account_id, kind, sum(event_count), sum(stored_chars)
    from cloudtrail_batches group by account_id, kind`.execute(db);
}

async function addColumn(
  { schema }: Kysely<Tables>,
  table: string,
  name: string,
  type: "text" | "integer",
  value: string | number,
): Promise<void> {
  await schema
    .alterTable(table)
    .addColumn(name, type, (c) => c.notNull().defaultTo(value))
    .execute();
}

/** Puts a batch's events into new batches, which are delivered to where it was to be. */
async function repack(batchId: string, db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<EarlierBatch>`select account_id, region, read_only, segment, body
    from cloudtrail_batches where batch_id = ${batchId}`.execute(db);
  const [earlier] = rows;
  if (!earlier) return;
  const lines = (await unpack(Buffer.from(earlier.body, "base64"))).toString("utf8").split("\n");
  const { segment } = earlier;
  const records = lines.map((line) => ({ record: recordOf(line, earlier), segment }));
  for (const batch of batchesOf(records)) await insert(batch, batchId, earlier, db);
  await sql`delete from cloudtrail_batches where batch_id = ${batchId}`.execute(db);
  await sql`delete from cloudtrail_deliveries where batch_id = ${batchId}`.execute(db);
}

/** Column by column: what a later version writes isn't there yet. */
async function insert(
  batch: UnpackedBatch,
  earlierId: string,
  { account_id, region, read_only, segment }: EarlierBatch,
  db: Kysely<Tables>,
): Promise<void> {
  const id = randomIds.uuid();
  const { records, kind } = batch;
  const text = records.map((record) => `${record.atMs}\t${record.text}`).join("\n");
  const body = (await pack(text, { level: 1 })).toString("base64");
  const keys = [...new Set(keysOf(batch))];
  const firstMs = Math.floor(records[0]?.atMs ?? 0);
  const lastMs = Math.ceil(records.at(-1)?.atMs ?? 0);
  const chars = body.length + keys.join().length;
  await sql`insert into cloudtrail_batches (batch_id, account_id, region, kind, read_only,
      first_ms, last_ms, event_count, segment, body, keys, stored_chars)
    values (${id}, ${account_id}, ${region}, ${kind}, ${read_only}, ${firstMs}, ${lastMs},
      ${records.length}, ${segment}, ${body}, ${keys.join()}, ${chars})`.execute(db);
  for (const some of parts(keys)) {
    const rows = some.map((key) => sql`(${key}, ${lastMs}, ${id})`);
    await sql`insert into cloudtrail_event_keys (key, last_ms, batch_id)
      values ${sql.join(rows)}`.execute(db);
  }
  await sql`insert into cloudtrail_deliveries (trail_arn, batch_id, owner, created_ms)
    select trail_arn, ${id}, owner, created_ms
    from cloudtrail_deliveries where batch_id = ${earlierId}`.execute(db);
}

function recordOf(line: string, earlier: EarlierBatch): EventRecord {
  const tab = line.indexOf("\t");
  const text = line.slice(tab + 1);
  const parsed = JSON.parse(text) as EarlierRecord;
  return {
    eventId: parsed.eventID,
    accountId: earlier.account_id,
    region: earlier.region,
    kind: kindOf(parsed),
    readOnly: earlier.read_only === 1,
    atMs: Number(line.slice(0, tab)),
    findable: findableOf(parsed),
    text,
  };
}

function kindOf({ errorCode, userIdentity, readOnly }: EarlierRecord): EventKind {
  const { type, accountId } = userIdentity;
  if (accountId === "ANONYMOUS_PRINCIPAL") return "stranger";
  if (type === "AWSAccount" || type === "WebIdentityUser" || type === "SAMLUser") return "foreign";
  if (errorCode !== undefined) return "refused";
  return readOnly ? "read" : "change";
}
