import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Kysely } from "kysely";
import { isLocked } from "../rows/stored-lock.ts";
import type { BucketRow, ObjectRow, S3Tables, UploadRow, VersionRow } from "../tables.ts";
import { abortOf, isMarkerDue, isNoncurrentDue } from "./lifecycle-rules.ts";

/*
 * What rules may take of a bucket, page by page, and whether they still take it when it is looked
 * at again in the transaction that removes it.
 */

/** Rows that are in memory at a time, and are looked at in one turn of the event loop. */
const PAGE_SIZE = 200;
/** Source: S3 API, NoncurrentVersionExpiration: NewerNoncurrentVersions is at most 100. */
const NEWER_MAX = 101;
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

export type ListedObject = Pick<ObjectRow, (typeof COLUMNS)[number]>;
export type ListedVersion = ListedObject & Pick<VersionRow, "is_delete_marker">;

/** The bucket's latest objects in the order of their keys. */
export async function* pagesOfObjects(
  { bucket_name: bucket }: BucketRow,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly ListedObject[]> {
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

/** The latest object of the listed one's key, if it is the listed one. */
export function findAgain(
  { bucket_name: bucket, object_key: key, object_id: id }: ListedObject,
  db: Kysely<S3Tables>,
): Promise<ListedObject | undefined> {
  return db
    .selectFrom("s3_objects")
    .select(COLUMNS)
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .where("object_id", "=", id)
    .executeTakeFirst();
}

/**
 * Older versions, and delete markers that nothing is left below, which rules remove for good: one
 * page for each page that was read, the oldest version of a key first, so that removing one changes
 * nothing of since when the next isn't the latest any more.
 */
export async function* dueVersions(
  bucket: BucketRow,
  rules: readonly LifecycleRule[],
  nowMs: number,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly ListedVersion[]> {
  let above: { readonly key: string; readonly sinceMs: number; readonly newer: number } | undefined;
  /** A marker on top of its key: due if the next row is another key's. */
  let marker: ListedVersion | undefined;
  for await (const page of pagesOfVersions(bucket, db)) {
    const due: ListedVersion[] = [];
    const latest = await modifiedTimes(bucket, page, db);
    for (const version of page) {
      const { object_key: key, modified_ms: modifiedMs } = version;
      if (above?.key !== key) {
        if (marker) due.push(marker);
        marker = undefined;
        const sinceMs = latest.get(key);
        above = sinceMs === undefined ? undefined : { key, sinceMs, newer: 0 };
        if (!above && isMarkerDue(version, rules, nowMs)) marker = version;
      } else marker = undefined;
      if (above && !isLocked(version, nowMs) && isNoncurrentDue(version, above, rules, nowMs))
        due.push(version);
      above = { key, sinceMs: modifiedMs, newer: above ? above.newer + 1 : 0 };
    }
    if (page.length < PAGE_SIZE && marker) due.push(marker);
    yield due.reverse();
  }
}

/** Whether rules still remove the version, as the transaction sees it and those around it. */
export async function isStillDue(
  { bucket_name: bucket, object_key: key, version_id: versionId, object_id: id }: ListedVersion,
  rules: readonly LifecycleRule[],
  nowMs: number,
  db: Kysely<S3Tables>,
): Promise<boolean> {
  const others = db
    .selectFrom("s3_versions")
    .select([...COLUMNS, "is_delete_marker"])
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key);
  // Null versions replace one another under one id.
  const version = await others
    .where("version_id", "=", versionId)
    .where("object_id", "=", id)
    .executeTakeFirst();
  if (!version || isLocked(version, nowMs)) return false;
  const latest = await db
    .selectFrom("s3_objects")
    .select("modified_ms")
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .executeTakeFirst();
  const between = await others
    .where("version_number", ">", version.version_number)
    .orderBy("version_number")
    .limit(NEWER_MAX)
    .execute();
  const newer = [...between, ...(latest ? [latest] : [])];
  const [successor] = newer;
  if (successor) {
    // An upload has the time of its initiation, and may have taken longer than the rule's days.
    const sinceMs = Math.max(version.modified_ms, successor.modified_ms);
    const place = { sinceMs, newer: newer.length - 1 };
    return isNoncurrentDue(version, place, rules, nowMs);
  }
  const below = others.where("version_number", "<", version.version_number).limit(1);
  return !(await below.executeTakeFirst()) && isMarkerDue(version, rules, nowMs);
}

/** Uploads that nobody completes. */
export async function* dueUploads(
  { bucket_name: bucket }: BucketRow,
  rules: readonly LifecycleRule[],
  nowMs: number,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly UploadRow[]> {
  for (let after: UploadRow | undefined; ; ) {
    let query = db
      .selectFrom("s3_uploads")
      .selectAll()
      .where("bucket_name", "=", bucket)
      .where("created_ms", "<", nowMs - DAY_MS)
      .orderBy("object_key")
      .orderBy("upload_id")
      .limit(PAGE_SIZE);
    if (after) {
      const { object_key: key, upload_id: id } = after;
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("object_key", "upload_id"), ">", tuple(key, id)),
      );
    }
    const page = await query.execute();
    yield page.filter((upload) => {
      const abort = abortOf(upload, rules);
      return abort !== undefined && abort.atMs <= nowMs;
    });
    if (page.length < PAGE_SIZE) return;
    after = page.at(-1);
  }
}

/** All of `s3_versions`, by key and the newest of each first. */
async function* pagesOfVersions(
  { bucket_name: bucket }: BucketRow,
  db: Kysely<S3Tables>,
): AsyncGenerator<readonly ListedVersion[]> {
  const query = db
    .selectFrom("s3_versions")
    .select([...COLUMNS, "is_delete_marker"])
    .where("bucket_name", "=", bucket)
    .orderBy("object_key")
    .orderBy("version_number", "desc");
  for (let after: ListedVersion | undefined; ; ) {
    // Two queries: no single condition lets both databases continue in an index of two directions.
    const page = after
      ? await query
          .where("object_key", "=", after.object_key)
          .where("version_number", "<", after.version_number)
          .limit(PAGE_SIZE)
          .execute()
      : [];
    if (page.length < PAGE_SIZE) {
      const rest = query.limit(PAGE_SIZE - page.length);
      page.push(
        ...(await (after ? rest.where("object_key", ">", after.object_key) : rest).execute()),
      );
    }
    yield page;
    if (page.length < PAGE_SIZE) return;
    after = page.at(-1);
  }
}

/** By key of the page that has a latest object: since when it is the latest. */
async function modifiedTimes(
  { bucket_name: bucket }: BucketRow,
  page: readonly ListedVersion[],
  db: Kysely<S3Tables>,
): Promise<ReadonlyMap<string, number>> {
  if (page.length === 0) return new Map();
  const rows = await db
    .selectFrom("s3_objects")
    .select(["object_key", "modified_ms"])
    .where("bucket_name", "=", bucket)
    .where("object_key", "in", [...new Set(page.map((version) => version.object_key))])
    .execute();
  return new Map(rows.map((row) => [row.object_key, row.modified_ms]));
}
