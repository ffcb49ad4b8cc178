import type { Kysely } from "kysely";
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
  { Key: key, UploadId: uploadId }: UploadInput,
  { bucket_id: bucketId }: BucketRow,
  db: Kysely<S3Tables>,
): Promise<UploadRow | undefined> {
  const row = await db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("upload_id", "=", uploadId)
    .executeTakeFirst();
  return row?.object_key === key && row.bucket_id === bucketId ? row : undefined;
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
  tx.afterCommit(() => leases.remove(uploadId, blobIds));
}
