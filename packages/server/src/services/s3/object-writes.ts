import type { Transaction } from "../../kernel/store.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { noSuchKey, notImplemented, preconditionFailed } from "./errors.ts";
import { assertBucketStays } from "./find-bucket.ts";
import { matchesEtag } from "./preconditions.ts";
import type { BucketRow, ObjectRow, S3Tables } from "./tables.ts";

/** What a conditional write demands of what it replaces. */
export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

export type NewObject = Omit<
  ObjectRow,
  "bucket_name" | "account_id" | "region" | "object_id" | "modified_ms"
>;

/** Throws NotImplemented for an If-None-Match other than `*`: S3 takes no other on writes. */
export function checkWriteConditions({ IfNoneMatch }: WriteConditions): void {
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*") throw notImplemented("If-None-Match");
}

/**
 * Makes `object` the bucket's object of that key: whoever reads sees the old or the new one, whole.
 * The replaced one's files are removed after the commit. Throws before the first write.
 */
export async function putObjectRow(
  object: NewObject,
  bucket: BucketRow,
  conditions: WriteConditions,
  tx: Transaction<S3Tables>,
  { ids, clock, leases }: S3Dependencies,
): Promise<ObjectRow> {
  await assertBucketStays(bucket, tx);
  const replaced = await selectObject(bucket.bucket_name, object.object_key, tx.db);
  checkReplaced(object.object_key, replaced, conditions);
  const row: ObjectRow = {
    ...object,
    bucket_name: bucket.bucket_name,
    account_id: bucket.account_id,
    region: bucket.region,
    object_id: ids.alphanumeric(16),
    modified_ms: clock.nowMs(),
  };
  const { bucket_name: _name, object_key: _key, ...values } = row;
  if (replaced) {
    const blobIds = await takeBlobs(replaced, tx);
    await tx.db
      .updateTable("s3_objects")
      .set(values)
      .where("bucket_name", "=", row.bucket_name)
      .where("object_key", "=", row.object_key)
      .execute();
    tx.afterCommit(() => leases.remove(replaced.object_id, blobIds));
  } else {
    await tx.db.insertInto("s3_objects").values(row).execute();
  }
  return row;
}

/** Deletes the object if there is one; its files are removed after the commit. */
export async function deleteObjectRow(
  bucket: string,
  key: string,
  tx: Transaction<S3Tables>,
  { leases }: S3Dependencies,
): Promise<void> {
  const row = await selectObject(bucket, key, tx.db);
  if (!row) return;
  const blobIds = await takeBlobs(row, tx);
  await tx.db
    .deleteFrom("s3_objects")
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .execute();
  tx.afterCommit(() => leases.remove(row.object_id, blobIds));
}

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

function checkReplaced(
  key: string,
  replaced: ObjectRow | undefined,
  { IfMatch, IfNoneMatch }: WriteConditions,
): void {
  if (IfNoneMatch !== undefined && replaced) throw preconditionFailed("If-None-Match");
  if (IfMatch === undefined) return;
  if (!replaced) throw noSuchKey(key);
  if (!matchesEtag(IfMatch, replaced.etag)) throw preconditionFailed("If-Match");
}

/** The files of an object that goes away; rows of its parts go with it. */
async function takeBlobs(row: ObjectRow, tx: Transaction<S3Tables>): Promise<string[]> {
  const blobIds = row.blob_id === null ? [] : [row.blob_id];
  if (row.upload_id === null) return blobIds;
  const parts = await tx.db
    .selectFrom("s3_parts")
    .select("blob_id")
    .where("upload_id", "=", row.upload_id)
    .execute();
  await tx.db.deleteFrom("s3_parts").where("upload_id", "=", row.upload_id).execute();
  return [...blobIds, ...parts.map((part) => part.blob_id)];
}
