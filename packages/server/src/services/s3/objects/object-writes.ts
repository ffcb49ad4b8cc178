import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import {
  conditionalRequestConflict,
  conditionNotImplemented,
  noSuchKey,
  preconditionFailed,
} from "../errors.ts";
import { assertBucketStays } from "../rows/find-bucket.ts";
import { isLocked, protectedByLock } from "../rows/stored-lock.ts";
import { NULL_VERSION, newVersionId } from "../rows/version-id.ts";
import { archive, deleteVersionRow, selectNewest, selectVersion } from "../rows/version-rows.ts";
import type { BucketRow, ObjectRow, S3Tables } from "../tables.ts";
import { matchesEtag } from "./preconditions.ts";

/** What a conditional write demands of what it replaces. */
export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  /** What an upload was to replace when it began, as its row tells. */
  readonly objectAtStart?: string | null;
}

export type NewObject = Omit<
  ObjectRow,
  | "bucket_name"
  | "account_id"
  | "region"
  | "object_id"
  | "modified_ms"
  | "version_id"
  | "version_number"
>;

/** Throws NotImplemented: writes take one of the conditions, `*` with If-None-Match and only there. */
export function checkWriteConditions({ IfMatch, IfNoneMatch }: WriteConditions): void {
  if (IfMatch !== undefined && IfNoneMatch !== undefined)
    throw conditionNotImplemented(
      "If-Match,If-None-Match",
      "Multiple conditional request headers present in the request",
    );
  const refused = (header: string) =>
    conditionNotImplemented(
      header,
      `We don't accept the provided value of ${header} header for this API`,
    );
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*") throw refused("If-None-Match");
  if (IfMatch === "*") throw refused("If-Match");
}

/**
 * Makes `object` the latest version of its key: whoever reads sees the old or the new one, whole.
 * The files of what it replaces are removed after the commit. Throws before the first write.
 */
export async function putObjectRow(
  object: NewObject,
  bucket: BucketRow,
  conditions: WriteConditions,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<ObjectRow> {
  const { versioning } = await assertBucketStays(bucket, tx);
  const { bucket_name: name, account_id, region } = bucket;
  const current = await selectObject(name, object.object_key, tx.db);
  checkReplaced(object.object_key, current, conditions);
  const place = { bucket_name: name, object_key: object.object_key };
  const version = await makeRoom(place, current, versioning, tx, deps);
  const values = {
    ...object,
    ...version,
    account_id,
    region,
    object_id: deps.ids.alphanumeric(16),
    modified_ms: deps.clock.nowMs(),
  };
  if (current) {
    const { object_key: _key, ...changed } = values;
    await tx.db
      .updateTable("s3_objects")
      .set(changed)
      .where("bucket_name", "=", name)
      .where("object_key", "=", object.object_key)
      .execute();
  } else {
    await tx.db
      .insertInto("s3_objects")
      .values({ ...place, ...values })
      .execute();
  }
  return { ...place, ...values };
}

interface Place {
  readonly bucket_name: string;
  readonly object_key: string;
}

/**
 * Before a new latest version: the current object joins the older ones, unless it is to be replaced,
 * as the null version is, and isn't locked. Gives the new version's id and number. `current`'s row itself stays.
 */
export async function makeRoom(
  place: Place,
  current: ObjectRow | undefined,
  versioning: string | null,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<Pick<ObjectRow, "version_id" | "version_number">> {
  const replace = async (row: ObjectRow) => {
    if (isLocked(row, deps.clock.nowMs())) throw protectedByLock();
    await removeBytes(row, tx, deps);
  };
  if (versioning === null) {
    if (current) await replace(current);
    return { version_id: NULL_VERSION, version_number: 0 };
  }
  const { bucket_name: bucket, object_key: key } = place;
  const newest = current ?? (await selectNewest(bucket, key, tx.db));
  const versionNumber = (newest?.version_number ?? 0) + 1;
  if (versioning === "Enabled") {
    if (current) await archive(current, tx);
    return { version_id: newVersionId(versionNumber, deps.ids), version_number: versionNumber };
  }
  if (current?.version_id === NULL_VERSION) await replace(current);
  else {
    const replaced = await selectVersion(bucket, key, NULL_VERSION, tx.db);
    if (replaced) {
      await replace(replaced);
      await deleteVersionRow(replaced, tx);
    }
    if (current) await archive(current, tx);
  }
  return { version_id: NULL_VERSION, version_number: versionNumber };
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
  { IfMatch, IfNoneMatch, objectAtStart }: WriteConditions,
): void {
  if (IfNoneMatch !== undefined && replaced) throw preconditionFailed("If-None-Match");
  if (IfMatch !== undefined && !replaced) throw noSuchKey(key);
  if (IfMatch !== undefined && replaced && !matchesEtag(IfMatch, replaced.etag))
    throw preconditionFailed("If-Match");
  if ((IfMatch ?? IfNoneMatch) === undefined || objectAtStart == null) return;
  if (objectAtStart === (replaced?.object_id ?? "")) return;
  throw conditionalRequestConflict(IfMatch === undefined ? "If-None-Match" : "If-Match", key);
}

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
