import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Ids } from "../../../kernel/ids.ts";
import type { EventKind, EventRecord } from "../record/event-record.ts";
import type { EventBatchRow } from "../tables.ts";
import { keysOf } from "./event-keys.ts";
import type { JournaledRecord } from "./journal.ts";

/** Records of one batch: as many as a page of LookupEvents shows, so that it unpacks little in vain. */
const BATCH_SIZE_MAX = 50;
/** Characters of one batch's records, past which it takes no further one. */
const BATCH_CHARS_MAX = 256 * 1024;
/**
 * Between a batch's first event and its last: a search that begins at some time finds all batches
 * that may hold older events within so much after it.
 */
export const BATCH_SPAN_MAX_MS = 1_000;

/** Records are so alike that packing them harder costs much time and saves little room. */
const PACKING = { level: 1 };

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A record as it comes out of a batch. */
export interface StoredEvent {
  readonly atMs: number;
  readonly text: string;
}

/** Records that go into one batch, and what they have in common. */
export interface UnpackedBatch {
  readonly accountId: string;
  readonly region: string;
  readonly kind: EventKind;
  readonly readOnly: boolean;
  readonly segment: string;
  readonly records: readonly EventRecord[];
}

/** Parts records by account, Region, kind and segment, and into batches in the order of time. */
export function batchesOf(journaled: readonly JournaledRecord[]): readonly UnpackedBatch[] {
  const groups = new Map<string, JournaledRecord[]>();
  for (const each of journaled) {
    const { accountId, region, kind, readOnly } = each.record;
    const name = `${accountId} ${region} ${kind} ${readOnly} ${each.segment}`;
    const group = groups.get(name);
    if (group) group.push(each);
    else groups.set(name, [each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { accountId, region, kind, readOnly } = first.record;
    const place = { accountId, region, kind, readOnly, segment: first.segment };
    const records = group.map(({ record }) => record);
    return cut(records).map((part) => ({ ...place, records: part }));
  });
}

function cut(records: readonly EventRecord[]): readonly (readonly EventRecord[])[] {
  const parts: EventRecord[][] = [];
  let part: EventRecord[] = [];
  let firstMs = 0;
  let chars = 0;
  for (const record of [...records].sort((one, other) => one.atMs - other.atMs)) {
    const isFull =
      part.length >= BATCH_SIZE_MAX ||
      chars >= BATCH_CHARS_MAX ||
      Math.ceil(record.atMs) - firstMs > BATCH_SPAN_MAX_MS;
    if (part.length === 0 || isFull) {
      part = [];
      parts.push(part);
      firstMs = Math.floor(record.atMs);
      chars = 0;
    }
    part.push(record);
    chars += record.text.length;
  }
  return parts;
}

export async function packBatch(batch: UnpackedBatch, ids: Ids): Promise<EventBatchRow> {
  const { accountId, region, kind, readOnly, segment, records } = batch;
  const lines = records.map(({ atMs, text }) => `${atMs}\t${text}`).join("\n");
  const body = (await pack(lines, PACKING)).toString("base64");
  const keys = keysOf(batch).join(",");
  return {
    batch_id: ids.uuid(),
    account_id: accountId,
    region,
    kind,
    read_only: readOnly ? 1 : 0,
    first_ms: Math.floor(records[0]?.atMs ?? 0),
    last_ms: Math.ceil(records.at(-1)?.atMs ?? 0),
    event_count: records.length,
    segment,
    body,
    keys,
    stored_chars: body.length + keys.length,
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
