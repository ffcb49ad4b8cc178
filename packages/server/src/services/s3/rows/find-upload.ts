import type { Kysely } from "kysely";
import { noSuchUpload } from "../errors.ts";
import type { BucketRow, S3Tables, UploadRow } from "../tables.ts";

/** The input's names of an upload in progress. */
export interface UploadInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

/** Throws NoSuchUpload also for an id that belongs to another key. */
export async function requireUpload(
  input: UploadInput,
  bucket: BucketRow,
  db: Kysely<S3Tables>,
): Promise<UploadRow> {
  const uploadId = input.UploadId ?? "";
  const row = await db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("upload_id", "=", uploadId)
    .executeTakeFirst();
  if (!row || row.object_key !== input.Key || row.bucket_id !== bucket.bucket_id) {
    throw noSuchUpload(uploadId);
  }
  return row;
}
