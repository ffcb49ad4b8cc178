import { type Kysely, sql } from "kysely";
import type { Transaction } from "../../../kernel/store.ts";
import type { ObjectRow, S3Tables, VersionRow } from "../tables.ts";

/*
 * A key's latest version stands in `s3_objects` when it is an object: whoever reads or lists
 * without versions looks there alone. All its other versions, and delete markers also when they are
 * the latest, stand in `s3_versions`. Numbers count up with the age of the key's versions.
 */

/** The newest of a key's versions but the object in `s3_objects`. */
export function selectNewest(
  bucket: string,
  key: string,
  db: Kysely<S3Tables>,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom("s3_versions")
    .selectAll()
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .orderBy("version_number", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** All columns that both tables have, in one order for both. */
const VERSION_COLUMNS = [
  "bucket_name",
  "object_key",
  "account_id",
  "region",
  "object_id",
  "blob_id",
  "upload_id",
  "parts_count",
  "size_bytes",
  "etag",
  "modified_ms",
  "storage_class",
  "attributes",
  "tags",
  "checksum",
  "object_lock",
  "acl",
  "version_id",
  "version_number",
] as const;

/**
 * A version wherever it stands, by default the latest: one statement, so that none moves meanwhile.
 */
export function findAmongAll(
  bucket: string,
  key: string,
  versionId: string | undefined,
  db: Kysely<S3Tables>,
): Promise<VersionRow | undefined> {
  let latest = db
    .selectFrom("s3_objects")
    .select(VERSION_COLUMNS)
    .select(sql<number>`0`.as("is_delete_marker"))
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key);
  let others = db
    .selectFrom("s3_versions")
    .select(VERSION_COLUMNS)
    .select("is_delete_marker")
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key);
  if (versionId !== undefined) {
    latest = latest.where("version_id", "=", versionId);
    others = others.where("version_id", "=", versionId);
  }
  return latest.unionAll(others).orderBy("version_number", "desc").limit(1).executeTakeFirst();
}

/** Among those that aren't the latest object. */
export function selectVersion(
  bucket: string,
  key: string,
  versionId: string,
  db: Kysely<S3Tables>,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom("s3_versions")
    .selectAll()
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .where("version_id", "=", versionId)
    .executeTakeFirst();
}

/** Adds a version that isn't the latest object. */
export async function insertVersion(row: VersionRow, tx: Transaction<S3Tables>): Promise<void> {
  await tx.db.insertInto("s3_versions").values(row).execute();
}

/** Keeps what is about to stop being the latest version. */
export function archive(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  return insertVersion({ ...row, is_delete_marker: 0 }, tx);
}

/**
 * Changes a version wherever it stands by now; false where it has gone. Another object that has its
 * id by now, as ids `null` are given again, is left as it is: the change came before it.
 */
export async function updateVersion(
  row: Pick<VersionRow, "bucket_name" | "object_key" | "version_id" | "object_id">,
  changed: Partial<Pick<ObjectRow, "tags" | "object_lock" | "acl" | "attributes">>,
  tx: Transaction<S3Tables>,
): Promise<boolean> {
  for (const table of ["s3_objects", "s3_versions"] as const) {
    const { numUpdatedRows } = await tx.db
      .updateTable(table)
      .set(changed)
      .where("bucket_name", "=", row.bucket_name)
      .where("object_key", "=", row.object_key)
      .where("version_id", "=", row.version_id)
      .where("object_id", "=", row.object_id)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return true;
  }
  const replacing = await findAmongAll(row.bucket_name, row.object_key, row.version_id, tx.db);
  return replacing?.is_delete_marker === 0;
}

export async function deleteVersionRow(
  row: Pick<VersionRow, "bucket_name" | "object_key" | "version_id">,
  tx: Transaction<S3Tables>,
): Promise<void> {
  await tx.db
    .deleteFrom("s3_versions")
    .where("bucket_name", "=", row.bucket_name)
    .where("object_key", "=", row.object_key)
    .where("version_id", "=", row.version_id)
    .execute();
}

/** After a latest version has gone: the one before it is the latest, if it is an object. */
export async function promoteNewest(
  bucket: string,
  key: string,
  tx: Transaction<S3Tables>,
): Promise<void> {
  const newest = await selectNewest(bucket, key, tx.db);
  if (!newest || newest.is_delete_marker === 1) return;
  await deleteVersionRow(newest, tx);
  const { is_delete_marker: _isDeleteMarker, ...row } = newest;
  await tx.db.insertInto("s3_objects").values(row).execute();
}
