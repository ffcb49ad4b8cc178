import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Kysely } from "kysely";
import { isLocked } from "../object-lock/stored-lock.ts";
import type { BucketRow, ObjectRow, S3Tables, UploadRow, VersionRow } from "../tables.ts";
import { abortOf, isMarkerDue, isNoncurrentDue } from "./lifecycle-rules.ts";

/** Rows that are in memory at a time. */
const PAGE_SIZE = 500;
/** Uploads that are looked at in one bucket at a time; the others follow when these have gone. */
const UPLOADS_MAX = 10_000;
const DAY_MS = 24 * 3_600_000;

const COLUMNS = [
  "bucket_name",
  "object_key",
  "object_id",
  "size_bytes",
  "tags",
  "modified_ms",
  "storage_class",
  "object_lock",
  "version_id",
  "version_number",
] as const;

type Listed = Pick<ObjectRow, (typeof COLUMNS)[number]>;

/** The bucket's objects, page by page in the order of their keys. */
export async function* pagesOfKeys(
  { bucket_name: bucket }: BucketRow,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly Listed[]> {
  for (let after: string | undefined; ; ) {
    let query = db
      .selectFrom("s3_objects")
      .select(COLUMNS)
      .where("bucket_name", "=", bucket)
      .orderBy("object_key")
      .limit(PAGE_SIZE);
    if (after !== undefined) query = query.where("object_key", ">", after);
    const page = await query.execute();
    yield page;
    if (page.length < PAGE_SIZE) return;
    after = page.at(-1)?.object_key;
  }
}

type ListedVersion = Listed & Pick<VersionRow, "is_delete_marker">;

/** Older versions, and delete markers that nothing is left below, which rules remove for good. */
export async function* dueVersions(
  bucket: BucketRow,
  rules: readonly LifecycleRule[],
  nowMs: number,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly ListedVersion[]> {
  for (let after: string | undefined; ; ) {
    let query = db
      .selectFrom("s3_versions")
      .select("object_key")
      .distinct()
      .where("bucket_name", "=", bucket.bucket_name)
      .orderBy("object_key")
      .limit(PAGE_SIZE);
    if (after !== undefined) query = query.where("object_key", ">", after);
    const keys = await query.execute();
    for (const { object_key: key } of keys) {
      const due = dueOfKey(await versionsOf(bucket, key, db), rules, nowMs);
      if (due.length > 0) yield due;
    }
    if (keys.length < PAGE_SIZE) return;
    after = keys.at(-1)?.object_key;
  }
}

/** Uploads that nobody completes, oldest first. */
export async function dueUploads(
  { bucket_name: bucket }: BucketRow,
  rules: readonly LifecycleRule[],
  nowMs: number,
  db: Kysely<S3Tables>,
): Promise<readonly UploadRow[]> {
  const uploads = await db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("bucket_name", "=", bucket)
    .where("created_ms", "<", nowMs - DAY_MS)
    .orderBy("created_ms")
    .limit(UPLOADS_MAX)
    .execute();
  return uploads.filter((upload) => {
    const abort = abortOf(upload, rules);
    return abort !== undefined && abort.atMs <= nowMs;
  });
}

/** All versions of a key, the newest first. */
async function versionsOf(
  { bucket_name: bucket }: BucketRow,
  key: string,
  db: Kysely<S3Tables>,
): Promise<readonly ListedVersion[]> {
  const latest = await db
    .selectFrom("s3_objects")
    .select(COLUMNS)
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .executeTakeFirst();
  const older = await db
    .selectFrom("s3_versions")
    .select([...COLUMNS, "is_delete_marker"])
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .orderBy("version_number", "desc")
    .execute();
  return [...(latest ? [{ ...latest, is_delete_marker: 0 }] : []), ...older];
}

function dueOfKey(
  versions: readonly ListedVersion[],
  rules: readonly LifecycleRule[],
  nowMs: number,
): readonly ListedVersion[] {
  const [latest] = versions;
  if (versions.length === 1 && latest?.is_delete_marker === 1)
    return isMarkerDue(latest, rules, nowMs) ? [latest] : [];
  return versions.filter((version, index) => {
    const successor = versions[index - 1];
    if (!successor || isLocked(version, nowMs)) return false;
    const place = { sinceMs: successor.modified_ms, newer: index - 1 };
    return isNoncurrentDue(version, place, rules, nowMs);
  });
}
