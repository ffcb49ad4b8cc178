import type { Transaction } from "../../../kernel/store.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";

export function selectObject(
  bucket: string,
  key: string,
  db: Transaction<S3Tables>["db"],
): Promise<ObjectRow | undefined> {
  return db
    .selectFrom("s3_objects")
    .selectAll()
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .executeTakeFirst();
}

export async function deleteObjectRow(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  await tx.db
    .deleteFrom("s3_objects")
    .where("bucket_name", "=", row.bucket_name)
    .where("object_key", "=", row.object_key)
    .execute();
}
