import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { makeRoom, removeBytes, selectObject } from "../object-writes.ts";
import type { BucketRow, ObjectRow, S3Tables, VersionRow } from "../tables.ts";
import { deleteVersionRow, promoteNewest, selectVersion } from "./version-rows.ts";

export interface Deletion {
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

/** What was done, as DeleteObject and DeleteObjects tell it. */
export interface Deleted {
  /** The version that was named, or the delete marker that was made. */
  readonly versionId: string | undefined;
  /** What was made or deleted is a delete marker. */
  readonly isDeleteMarker: boolean;
}

/**
 * Without a version: the object goes, or where the bucket has versions a delete marker becomes the
 * latest of them, also of a key that never was. With one: that version is gone for good, if it is
 * there. `bucket` is as the transaction sees it.
 */
export async function deleteObject(
  { Key: key, VersionId: versionId }: Deletion,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<Deleted> {
  const current = await selectObject(bucket.bucket_name, key, tx.db);
  if (versionId !== undefined) {
    const isDeleteMarker =
      current?.version_id === versionId
        ? await deleteCurrent(current, tx, deps)
        : await deleteOlder(bucket.bucket_name, key, versionId, current, tx, deps);
    return { versionId, isDeleteMarker };
  }
  if (bucket.versioning === null) {
    if (current) await deleteCurrent(current, tx, deps);
    return { versionId: undefined, isDeleteMarker: false };
  }
  const place = { bucket_name: bucket.bucket_name, object_key: key };
  const version = await makeRoom(place, current, bucket.versioning, tx, deps);
  if (current) await deleteObjectRow(current, tx);
  await tx.db
    .insertInto("s3_versions")
    .values(deleteMarker({ ...place, ...version }, bucket, deps))
    .execute();
  return { versionId: version.version_id, isDeleteMarker: true };
}

async function deleteCurrent(
  current: ObjectRow,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<false> {
  await removeBytes(current, tx, deps);
  await deleteObjectRow(current, tx);
  await promoteNewest(current.bucket_name, current.object_key, tx);
  return false;
}

async function deleteOlder(
  bucket: string,
  key: string,
  versionId: string,
  current: ObjectRow | undefined,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<boolean> {
  const row = await selectVersion(bucket, key, versionId, tx.db);
  if (!row) return false;
  await removeBytes(row, tx, deps);
  await deleteVersionRow(row, tx);
  if (!current) await promoteNewest(bucket, key, tx);
  return row.is_delete_marker === 1;
}

async function deleteObjectRow(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  await tx.db
    .deleteFrom("s3_objects")
    .where("bucket_name", "=", row.bucket_name)
    .where("object_key", "=", row.object_key)
    .execute();
}

function deleteMarker(
  version: Pick<VersionRow, "bucket_name" | "object_key" | "version_id" | "version_number">,
  bucket: BucketRow,
  { ids, clock }: S3Dependencies,
): VersionRow {
  return {
    ...version,
    is_delete_marker: 1,
    account_id: bucket.account_id,
    region: bucket.region,
    object_id: ids.alphanumeric(16),
    blob_id: null,
    upload_id: null,
    parts_count: null,
    size_bytes: 0,
    etag: "",
    modified_ms: clock.nowMs(),
    storage_class: "STANDARD",
    attributes: "{}",
    tags: null,
    checksum: null,
  };
}
