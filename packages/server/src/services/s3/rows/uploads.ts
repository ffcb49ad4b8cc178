import type { Kysely } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { noSuchUpload } from "../errors.ts";
import type { BucketRow, S3Tables, UploadRow } from "../tables.ts";
import { type FileRemoval, takeParts } from "./parts.ts";

/** The input's names of an upload in progress. */
export interface UploadInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

/** Throws NoSuchUpload also for an id that belongs to another key. */
export async function requireUpload(
  input: UploadInput,
  bucket: BucketRow,
  db: Kysely<S3Tables>,
): Promise<UploadRow> {
  const row = await findUpload(input, bucket, db);
  if (!row) throw noSuchUpload(input.UploadId);
  return row;
}

export async function findUpload(
  input: UploadInput,
  bucket: BucketRow,
  db: Kysely<S3Tables>,
): Promise<UploadRow | undefined> {
  const row = await selectUpload(input.UploadId, db);
  return row && isNamed(row, input, bucket) ? row : undefined;
}

function selectUpload(uploadId: string, db: Kysely<S3Tables>): Promise<UploadRow | undefined> {
  return db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("upload_id", "=", uploadId)
    .executeTakeFirst();
}

function isNamed(row: UploadRow, { Key: key }: UploadInput, { bucket_id }: BucketRow): boolean {
  return row.object_key === key && row.bucket_id === bucket_id;
}

/** The form of an upload's id; ids of one key sort by the time they were made, as S3 lists them. */
const UPLOAD_ID = /^[0-9a-z]{9}[0-9A-Za-z]{55}$/;

export function newUploadId(nowMs: number, ids: Ids): string {
  return `${nowMs.toString(36).padStart(9, "0")}${ids.alphanumeric(55)}`;
}

/**
 * Ends an upload and deletes its parts. One that has ended before, aborted or completed, is ended
 * already. Throws NoSuchUpload for an id that was never made, and for another key's.
 */
export async function abortUpload(
  input: UploadInput,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  removal: FileRemoval,
): Promise<void> {
  const row = await selectUpload(input.UploadId, tx.db);
  if (row && isNamed(row, input, bucket)) await removeUpload(row, tx, removal);
  else if (row || !UPLOAD_ID.test(input.UploadId)) throw noSuchUpload(input.UploadId);
}

/**
 * Deletes an upload that isn't completed, with its parts' rows; their files go after the commit.
 */
export async function removeUpload(
  { upload_id: uploadId }: UploadRow,
  tx: Transaction<S3Tables>,
  { leases }: FileRemoval,
): Promise<void> {
  const blobIds = await takeParts(uploadId, tx);
  await tx.db.deleteFrom("s3_uploads").where("upload_id", "=", uploadId).execute();
  await leases.removeAfterCommit(uploadId, blobIds, tx);
}
