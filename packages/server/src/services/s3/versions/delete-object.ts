import type { AwsError } from "../../../kernel/aws-error.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { noSuchKey, noSuchVersion, preconditionFailed } from "../errors.ts";
import {
  announce,
  type DeletionReason,
  type EventObject,
  type Requester,
} from "../notifications/object-events.ts";
import { deleteObjectRow, removeBytes, selectObject } from "../rows/objects.ts";
import { isLocked, protectedByLock } from "../rows/stored-lock.ts";
import { NULL_VERSION } from "../rows/version-id.ts";
import {
  deleteVersionRow,
  findAmongAll,
  insertVersion,
  promoteNewest,
  selectVersion,
} from "../rows/versions.ts";
import type { BucketRow, ObjectRow, S3Tables, VersionRow } from "../tables.ts";
import { makeRoom } from "./make-room.ts";

/** The ETag of a delete marker in its event. */
const MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

export interface Deletion {
  readonly Key: string;
  readonly VersionId?: string | undefined;
  /** Whether the object that is there may have this ETag; undefined where there needn't be one. */
  readonly acceptsEtag?: ((etag: string) => boolean) | undefined;
  /** The caller may delete it in spite of a retention in governance mode. */
  readonly bypassesGovernance?: boolean | undefined;
}

/** On whose behalf it goes. */
export interface DeletionOccasion {
  readonly requester: Requester;
  readonly reason: DeletionReason;
}

/** The outcome, as DeleteObject and DeleteObjects answer it. */
export interface Deleted {
  /** The version that was named, or the delete marker that was made. */
  readonly versionId: string | undefined;
  /** True if a delete marker was made or deleted. */
  readonly isDeleteMarker: boolean;
}

/** Why the object mustn't be deleted: it is locked, or isn't the one that the client means. */
export async function refusalOfDeletion(
  { Key: key, VersionId: versionId, acceptsEtag, bypassesGovernance: bypass }: Deletion,
  bucket: BucketRow,
  nowMs: number,
  tx: Transaction<S3Tables>,
): Promise<AwsError | undefined> {
  const mayBeLocked = bucket.object_lock !== null && versionId !== undefined;
  if (!acceptsEtag && !mayBeLocked) return undefined;
  const row = await findAmongAll(bucket.bucket_name, key, versionId, tx.db);
  if (row && mayBeLocked && isLocked(row, nowMs, { bypass })) return protectedByLock();
  if (!acceptsEtag) return undefined;
  if (!row || row.is_delete_marker === 1) {
    return versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  return acceptsEtag(row.etag) ? undefined : preconditionFailed("If-Match");
}

/**
 * Without a version: the object goes, or where the bucket has versions a delete marker becomes the
 * latest of them, also of a key that never was. With one: that version is gone for good, if it is
 * there. `bucket` is as the transaction sees it.
 */
export async function deleteObject(
  { Key: key, VersionId: versionId }: Deletion,
  bucket: BucketRow,
  { requester, reason }: DeletionOccasion,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<Deleted> {
  const announceDeletion = (
    object: EventObject,
    deletion: "Delete Marker Created" | "Permanently Deleted",
  ) => {
    const occurrence = { type: "Object Deleted", reason, deletion } as const;
    announce(occurrence, object, bucket, requester, tx, deps);
  };
  const current = await selectObject(bucket.bucket_name, key, tx.db);
  if (versionId !== undefined) {
    const isCurrent = current?.version_id === versionId;
    const row = isCurrent
      ? current
      : await selectVersion(bucket.bucket_name, key, versionId, tx.db);
    if (!row) return { versionId, isDeleteMarker: false };
    if (isCurrent) await deleteCurrent(row, tx, deps);
    else await deleteOlder(row, current, tx, deps);
    announceDeletion({ object_key: key, version_id: versionId }, "Permanently Deleted");
    return { versionId, isDeleteMarker: "is_delete_marker" in row && row.is_delete_marker === 1 };
  }
  if (bucket.versioning === null) {
    if (current) {
      await deleteCurrent(current, tx, deps);
      announceDeletion({ object_key: key, version_id: NULL_VERSION }, "Permanently Deleted");
    }
    return { versionId: undefined, isDeleteMarker: false };
  }
  const place = { bucket_name: bucket.bucket_name, object_key: key };
  const version = await makeRoom(place, current, bucket.versioning, tx, deps);
  if (current) await deleteObjectRow(current, tx);
  await insertVersion(deleteMarker({ ...place, ...version }, bucket, deps), tx);
  const { version_id } = version;
  announceDeletion({ object_key: key, version_id, etag: MD5_OF_NOTHING }, "Delete Marker Created");
  return { versionId: version.version_id, isDeleteMarker: true };
}

async function deleteCurrent(
  current: ObjectRow,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<void> {
  await removeBytes(current, tx, deps);
  await deleteObjectRow(current, tx);
  await promoteNewest(current.bucket_name, current.object_key, tx);
}

async function deleteOlder(
  row: ObjectRow,
  current: ObjectRow | undefined,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<void> {
  await removeBytes(row, tx, deps);
  await deleteVersionRow(row, tx);
  if (!current) await promoteNewest(row.bucket_name, row.object_key, tx);
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
    object_lock: null,
    acl: null,
  };
}
