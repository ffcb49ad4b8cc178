import type { Transaction } from "../../../kernel/store.ts";
import type { S3Tables } from "../tables.ts";

/** Removes the files of rows that are gone. */
export interface FileRemoval {
  readonly leases: {
    removeAfterCommit(
      owner: string,
      blobIds: readonly string[],
      tx: Transaction<S3Tables>,
    ): Promise<void> | undefined;
  };
}

/** Deletes the rows of an upload's parts. Resolves to the blobs that they named. */
export async function takeParts(
  uploadId: string,
  { db }: Transaction<S3Tables>,
): Promise<readonly string[]> {
  const parts = await db
    .selectFrom("s3_parts")
    .select("blob_id")
    .where("upload_id", "=", uploadId)
    .execute();
  await db.deleteFrom("s3_parts").where("upload_id", "=", uploadId).execute();
  return parts.map((part) => part.blob_id);
}
