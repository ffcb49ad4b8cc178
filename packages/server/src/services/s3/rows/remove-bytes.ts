import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";

/** For a version that goes away: its parts' rows go now, its files after the commit. */
export async function removeBytes(
  row: ObjectRow,
  tx: Transaction<S3Tables>,
  { leases }: S3Dependencies,
): Promise<void> {
  const blobIds = row.blob_id === null ? [] : [row.blob_id];
  if (row.upload_id !== null) {
    const parts = await tx.db
      .selectFrom("s3_parts")
      .select("blob_id")
      .where("upload_id", "=", row.upload_id)
      .execute();
    await tx.db.deleteFrom("s3_parts").where("upload_id", "=", row.upload_id).execute();
    blobIds.push(...parts.map((part) => part.blob_id));
  }
  if (blobIds.length > 0) tx.afterCommit(() => leases.remove(row.object_id, blobIds));
}
