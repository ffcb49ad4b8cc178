import type { Readable } from "node:stream";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { hasCode } from "../blobs/blob-files.ts";
import type { BlobReadOptions, BlobSlice } from "../blobs/blob-store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { findObject, type ObjectInput, requireObject } from "../rows/objects.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";
import type { ByteRange } from "./byte-range.ts";

/** How often an object may be overwritten between reading its row and opening its file. */
const OPEN_ATTEMPTS_MAX = 8;

export interface OpenedObject<Range extends ByteRange> {
  readonly row: ObjectRow;
  readonly range: Range | undefined;
  readonly body: Readable;
}

export interface OpenOptions<Range extends ByteRange> {
  /** Checks the row and picks the range; throws when the object isn't what it was to be. */
  readonly choose: (row: ObjectRow) => Range | undefined | Promise<Range | undefined>;
  /** Gives the key that the object's bytes are encrypted with. */
  readonly key: (row: ObjectRow) => Buffer | undefined | Promise<Buffer>;
  /** As of `BlobReadOptions`: left out, the bytes are those of their place. */
  readonly mayBeCached?: boolean;
  /** The permissions that the request needs, by the object as it is found now. */
  readonly authorize: () => Promise<readonly Authorization[]>;
}

/**
 * Opens the bytes of the object that `input` names, which stay as they are until the stream ends,
 * whatever happens to the object. Where it was replaced meanwhile, the other one is decided on and
 * chosen from again: it may be somebody else's. Throws what `requireObject`, `choose` and the
 * decision throw.
 */
export async function openObject<Range extends ByteRange>(
  input: ObjectInput,
  context: RequestContext,
  deps: S3Dependencies,
  { choose, key, authorize, mayBeCached = false }: OpenOptions<Range>,
): Promise<OpenedObject<Range>> {
  for (let attempt = 1; ; attempt++) {
    const current = await requireObject(input, context);
    const range = await choose(current);
    const asked = key(current);
    const opening = asked instanceof Promise ? await asked : asked;
    const how = { key: opening, mayBeCached };
    const body = await openBytes(current, range, context, deps, how);
    if (body) return { row: current, range, body };
    if (attempt === OPEN_ATTEMPTS_MAX)
      throw deps.blobs.damaged(current.blob_id ?? `of upload ${current.upload_id}`, "no file");
    await findObject(input, context, { fresh: true });
    for (const needed of await authorize()) await context.authorize(needed, { isCall: false });
  }
}

/**
 * Undefined when the files are gone, because the object was replaced or deleted. Rejects with
 * InternalError where one of them isn't whole, so that the answer's head isn't sent.
 */
async function openBytes(
  row: ObjectRow,
  range: ByteRange | undefined,
  context: RequestContext,
  { blobs, leases }: S3Dependencies,
  how: BlobReadOptions,
): Promise<Readable | undefined> {
  const release = leases.hold(row.object_id);
  if (!release) return undefined;
  try {
    const found = slicesOf(row, range, context);
    const slices = found instanceof Promise ? await found : found;
    return await blobs.read(slices, release, how);
  } catch (error) {
    release();
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function slicesOf(
  row: ObjectRow,
  range: ByteRange | undefined,
  context: RequestContext,
): readonly BlobSlice[] | Promise<readonly BlobSlice[]> {
  const start = range?.start ?? 0;
  const end = range?.end ?? row.size_bytes - 1;
  if (end < start) return [];
  if (row.blob_id !== null) {
    return [{ blobId: row.blob_id, blobBytes: row.size_bytes, start, length: end - start + 1 }];
  }
  return slicesOfParts(row, start, end, context);
}

async function slicesOfParts(
  row: ObjectRow,
  start: number,
  end: number,
  context: RequestContext,
): Promise<readonly BlobSlice[]> {
  const parts = await context
    .db<S3Tables>()
    .selectFrom("s3_parts")
    .select(["blob_id", "offset_bytes", "size_bytes"])
    .where("upload_id", "=", row.upload_id ?? "")
    .where("offset_bytes", "<=", end)
    .orderBy("part_number")
    .execute();
  return parts.flatMap((part) => {
    const offset = part.offset_bytes ?? 0;
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + part.size_bytes - 1);
    const blob = { blobId: part.blob_id, blobBytes: part.size_bytes };
    return to < from ? [] : [{ ...blob, start: from - offset, length: to - from + 1 }];
  });
}
