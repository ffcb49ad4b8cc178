import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import type { S3Tables, UploadRow } from "../tables.ts";

/** An upload that isn't completed goes: its rows now, its parts' files after the commit. */
export async function removeUpload(
  { upload_id: uploadId }: UploadRow,
  tx: Transaction<S3Tables>,
  { leases }: S3Dependencies,
): Promise<void> {
  const parts = await tx.db
    .selectFrom("s3_parts")
    .select("blob_id")
    .where("upload_id", "=", uploadId)
    .execute();
  await tx.db.deleteFrom("s3_parts").where("upload_id", "=", uploadId).execute();
  await tx.db.deleteFrom("s3_uploads").where("upload_id", "=", uploadId).execute();
  tx.afterCommit(() =>
    leases.remove(
      uploadId,
      parts.map((part) => part.blob_id),
    ),
  );
}
