import type { EventKind, EventRecord } from "../record/event-record.ts";
import type { JournaledRecord } from "./journal.ts";

/** Records of one batch: as many as a page of LookupEvents shows, to unpack little in vain. */
const BATCH_SIZE_MAX = 50;
/** Characters of one batch's records, past which it takes no further one. */
const BATCH_CHARS_MAX = 256 * 1024;
/**
 * Between a batch's first event and its last: a search that begins at some time finds all batches
 * that may hold older events within so much after it.
 */
export const BATCH_SPAN_MAX_MS = 1_000;

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
