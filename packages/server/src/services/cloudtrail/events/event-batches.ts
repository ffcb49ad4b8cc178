import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Ids } from "../../../kernel/ids.ts";
import type { EventBatchRow } from "../tables.ts";
import type { JournaledRecord } from "./journal.ts";

/** Records of one batch: few enough that a page of LookupEvents unpacks little in vain. */
const BATCH_SIZE_MAX = 500;

/** Records are so alike that packing them harder costs much time and saves little room. */
const PACKING = { level: 1 };

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A record as it comes out of a batch. */
export interface StoredEvent {
  readonly atMs: number;
  readonly text: string;
}

/** Packs records into rows, by account, Region, kind and segment. */
export async function packBatches(
  records: readonly JournaledRecord[],
  ids: Ids,
): Promise<readonly EventBatchRow[]> {
  const groups = new Map<string, JournaledRecord[]>();
  let group: JournaledRecord[] = [];
  for (const journaled of records) {
    const [first] = group;
    // Most records are of the place of the one before.
    if (!first || !isTogether(first, journaled)) {
      const { accountId, region, readOnly } = journaled.record;
      const { segment } = journaled;
      const key = `${accountId} ${region} ${readOnly} ${segment}`;
      group = groups.get(key) ?? [];
      groups.set(key, group);
    }
    group.push(journaled);
  }
  const batches = [...groups.values()].flatMap(cut);
  return Promise.all(batches.map((batch) => packBatch(batch, ids)));
}

function isTogether(one: JournaledRecord, other: JournaledRecord): boolean {
  return (
    one.record.accountId === other.record.accountId &&
    one.record.region === other.record.region &&
    one.record.readOnly === other.record.readOnly &&
    one.segment === other.segment
  );
}

function cut(records: readonly JournaledRecord[]): readonly (readonly JournaledRecord[])[] {
  const parts: (readonly JournaledRecord[])[] = [];
  for (let from = 0; from < records.length; from += BATCH_SIZE_MAX) {
    parts.push(records.slice(from, from + BATCH_SIZE_MAX));
  }
  return parts;
}

async function packBatch(records: readonly JournaledRecord[], ids: Ids): Promise<EventBatchRow> {
  const [first] = records;
  if (!first) throw new Error("a batch has at least one record");
  const { accountId, region, readOnly } = first.record;
  const times = records.map(({ record }) => record.atMs);
  const lines = records.map(({ record: { atMs, text } }) => `${atMs}\t${text}`).join("\n");
  return {
    batch_id: ids.uuid(),
    account_id: accountId,
    region,
    read_only: readOnly ? 1 : 0,
    first_ms: Math.floor(Math.min(...times)),
    last_ms: Math.ceil(Math.max(...times)),
    event_count: records.length,
    segment: first.segment,
    body: (await pack(lines, PACKING)).toString("base64"),
  };
}

export async function unpackBatch({
  body,
}: Pick<EventBatchRow, "body">): Promise<readonly StoredEvent[]> {
  const lines = (await unpack(Buffer.from(body, "base64"))).toString("utf8").split("\n");
  return lines.map((line) => {
    const tab = line.indexOf("\t");
    return { atMs: Number(line.slice(0, tab)), text: line.slice(tab + 1) };
  });
}
