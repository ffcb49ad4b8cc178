import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import type { InlineBlobRow, S3Tables } from "../tables.ts";

type Db = Kysely<S3Tables>;

/** Begins the ids of blobs whose bytes are rows of the database; no writer has such a prefix. */
const INLINE = "inline/";
/** For SQL's `like`. */
export const INLINE_PATTERN = `${INLINE}%`;
/** In base 36: until the year 5188. */
const TIME_DIGITS = 9;

/** Whether a blob's bytes are in the database. */
export function isInline(blobId: string): boolean {
  return blobId.startsWith(INLINE);
}

/** Names a new blob; `random` makes it unique. Names of one time are neighbours in an index. */
export function nameInline(nowMs: number, random: string): string {
  return `${INLINE}${nowMs.toString(36).padStart(TIME_DIGITS, "0")}${random}`;
}

const insertion = statement<S3Tables, InlineBlobRow>((db, row) =>
  db.insertInto("s3_inline_blobs").values(row),
);

export async function insertInlineBlob(row: InlineBlobRow, db: Db): Promise<void> {
  await insertion(db, row);
}

type InlineId = Pick<InlineBlobRow, "blob_id">;

const selection = statement<S3Tables, InlineId, Pick<InlineBlobRow, "bytes">>((db, named) =>
  db.selectFrom("s3_inline_blobs").select("bytes").where("blob_id", "=", named.blob_id),
);

/** Undefined when the blob was removed. */
export async function selectInlineBytes(blobId: string, db: Db): Promise<Buffer | undefined> {
  const [row] = await selection(db, { blob_id: blobId });
  return row && asBuffer(row.bytes);
}

const deletion = statement<S3Tables, InlineId>((db, named) =>
  db.deleteFrom("s3_inline_blobs").where("blob_id", "=", named.blob_id),
);

export async function deleteInlineBlobs(blobIds: readonly string[], db: Db): Promise<void> {
  for (const blobId of blobIds) await deletion(db, { blob_id: blobId });
}

/** Drivers differ in what they make of bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
