import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Transaction } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { removeUpload } from "../rows/uploads.ts";
import type { BucketRow, S3Tables, UploadRow } from "../tables.ts";
import { type Deletion, deleteObject } from "../versions/delete-object.ts";
import {
  dueUploads,
  dueVersions,
  findAgain,
  isStillDue,
  type ListedObject,
  type ListedVersion,
  pagesOfObjects,
} from "./due-objects.ts";
import { enabledRules, expirationOf, transitionOf } from "./lifecycle-rules.ts";

/** Items that one transaction changes, so that requests needn't wait long for it. */
const BATCH_SIZE = 20;

/** One bucket as it was when the rules began to be applied to it. */
interface Run {
  readonly bucket: BucketRow;
  readonly rules: readonly LifecycleRule[];
  readonly nowMs: number;
  readonly deps: S3Dependencies;
  readonly closing: AbortSignal;
}

/** Looks at an item again and changes it; `bucket` is as the transaction sees it. */
type Change<T> = (item: T, bucket: BucketRow, tx: Transaction<S3Tables>, run: Run) => Promise<void>;

/**
 * Expires a bucket's objects, versions, delete markers and uploads, and moves objects between
 * storage classes. Ends early when the bucket has gone or has other rules.
 */
export async function applyLifecycle(
  bucket: BucketRow,
  deps: S3Dependencies,
  closing: AbortSignal,
): Promise<void> {
  const rules = enabledRules(bucket);
  const run = { bucket, rules, nowMs: deps.clock.nowMs(), deps, closing };
  const { db } = deps.store.tables<S3Tables>();
  const timed = rules.filter(({ Expiration, Transitions }) => Expiration ?? Transitions);
  if (timed.length > 0) {
    const pages = dueObjects({ ...run, rules: timed });
    if (!(await inBatches(pages, changeObject, { ...run, rules: timed }))) return;
  }
  const removing = rules.filter((rule) => rule.Expiration ?? rule.NoncurrentVersionExpiration);
  if (bucket.versioning !== null && removing.length > 0) {
    const pages = dueVersions(bucket, removing, run.nowMs, db);
    if (!(await inBatches(pages, removeVersion, { ...run, rules: removing }))) return;
  }
  if (rules.some((rule) => rule.AbortIncompleteMultipartUpload))
    await inBatches(dueUploads(bucket, rules, run.nowMs, db), abortUpload, run);
}

async function* dueObjects(run: Run): AsyncGenerator<readonly ListedObject[]> {
  const { db } = run.deps.store.tables<S3Tables>();
  for await (const page of pagesOfObjects(run.bucket, db))
    yield page.filter(
      (row) =>
        isExpired(row, run) || transitionOf(row, run.rules, run.bucket, run.nowMs) !== undefined,
    );
}

function isExpired(row: ListedObject, { rules, nowMs }: Run): boolean {
  const expiration = expirationOf(row, rules);
  return expiration !== undefined && expiration.atMs <= nowMs;
}

async function changeObject(
  listed: ListedObject,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  run: Run,
): Promise<void> {
  const row = await findAgain(listed, tx.db);
  if (!row) return;
  if (isExpired(row, run)) return expire({ Key: row.object_key }, bucket, tx, run);
  const storageClass = transitionOf(row, run.rules, bucket, run.nowMs);
  if (storageClass === undefined) return;
  await tx.db
    .updateTable("s3_objects")
    .set({ storage_class: storageClass })
    .where("bucket_name", "=", bucket.bucket_name)
    .where("object_key", "=", row.object_key)
    .execute();
}

async function removeVersion(
  version: ListedVersion,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  run: Run,
): Promise<void> {
  if (!(await isStillDue(version, run.rules, run.nowMs, tx.db))) return;
  const { object_key: Key, version_id: VersionId } = version;
  await expire({ Key, VersionId }, bucket, tx, run);
}

/** An upload that was completed meanwhile is no more: its parts are an object's. */
async function abortUpload(
  { upload_id: id }: UploadRow,
  _bucket: BucketRow,
  tx: Transaction<S3Tables>,
  { deps }: Run,
): Promise<void> {
  const upload = await tx.db
    .selectFrom("s3_uploads")
    .selectAll()
    .where("upload_id", "=", id)
    .executeTakeFirst();
  if (upload) await removeUpload(upload, tx, deps);
}

async function expire(
  deletion: Deletion,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  { deps }: Run,
): Promise<void> {
  const requestId = deps.ids.uuid();
  const requester = { requestId, accountId: "s3.amazonaws.com", sourceIp: undefined };
  const occasion = { requester, reason: "Lifecycle Expiration" } as const;
  await deleteObject(deletion, bucket, occasion, tx, deps);
}

/**
 * Changes each batch in a transaction. Others have a turn after each batch and each page, since
 * SQLite answers without one. False: the bucket is gone or has other rules, or the server ends.
 */
async function inBatches<T>(
  pages: AsyncIterable<readonly T[]>,
  change: Change<T>,
  run: Run,
): Promise<boolean> {
  const { bucket, deps } = run;
  const store = deps.store.tables<S3Tables>();
  for await (const page of pages) {
    for (let at = 0; at < page.length; at += BATCH_SIZE) {
      const isSame = await store.transaction(async (tx) => {
        const current = await tx.db
          .selectFrom("s3_buckets")
          .selectAll()
          .where("bucket_name", "=", bucket.bucket_name)
          .executeTakeFirst();
        if (current?.bucket_id !== bucket.bucket_id) return false;
        if (current.lifecycle !== bucket.lifecycle) return false;
        for (const item of page.slice(at, at + BATCH_SIZE)) await change(item, current, tx, run);
        return true;
      });
      if (!isSame) return false;
      await nextTurn();
      if (run.closing.aborted) return false;
    }
    await nextTurn();
    if (run.closing.aborted) return false;
  }
  return true;
}
