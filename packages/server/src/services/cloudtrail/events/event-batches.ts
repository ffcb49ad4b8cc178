import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Ids } from "../../../kernel/ids.ts";
import type { EventBatchRow } from "../tables.ts";
import { keysOf } from "./event-keys.ts";
import type { UnpackedBatch } from "./unpacked-batches.ts";

/** Records are so alike that packing them harder costs much time and saves little room. */
const PACKING = { level: 1 };

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A record as it comes out of a batch. */
export interface StoredEvent {
  readonly atMs: number;
  readonly text: string;
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
