import type { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { statement } from "../../../kernel/statements.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { methodNotAllowed, noSuchKey, noSuchVersion } from "../errors.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";
import { findBucket } from "./buckets.ts";
import { checkKey } from "./object-key.ts";
import { type FileRemoval, takeParts } from "./parts.ts";
import { checkVersionId, NULL_VERSION } from "./version-id.ts";
import { findAmongAll } from "./versions.ts";

/** The members that name an object, or one version of it, in inputs. */
export interface ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

/** The key and version that an input names in a bucket. */
export type VersionInput = Pick<ObjectInput, "Key" | "VersionId">;

/** An object, or the delete marker that stands in its place. */
export interface FoundVersion extends ObjectRow {
  readonly is_delete_marker?: number;
}

/** `authorize` and `handle` of one request see the same row. */
const found = new WeakMap<RequestContext, Map<string, Promise<FoundVersion | undefined>>>();

/**
 * The version that is named, or the latest: a delete marker too. `fresh` looks again, for whoever
 * found an object's files gone.
 */
export function findVersion(
  { Bucket: bucket, Key: key, VersionId: versionId }: ObjectInput,
  context: RequestContext,
  { fresh = false } = {},
): Promise<FoundVersion | undefined> {
  let ofRequest = found.get(context);
  if (!ofRequest) {
    ofRequest = new Map();
    found.set(context, ofRequest);
  }
  const name = JSON.stringify([bucket, key, versionId]);
  const known = fresh ? undefined : ofRequest.get(name);
  if (known) return known;
  const row = readVersion(bucket, key, versionId, context);
  ofRequest.set(name, row);
  return row;
}

/** The object that can be read; undefined where there is none, or a delete marker in its place. */
export async function findObject(
  input: ObjectInput,
  context: RequestContext,
  options?: { readonly fresh: boolean },
): Promise<ObjectRow | undefined> {
  const row = await findVersion(input, context, options);
  return row && isObject(row) ? row : undefined;
}

/**
 * The object that is named. Throws NoSuchKey, NoSuchVersion, InvalidArgument for an id that no
 * version can have, MethodNotAllowed for a delete marker's.
 */
export async function requireObject(
  input: ObjectInput,
  context: RequestContext,
): Promise<ObjectRow> {
  const { Key: key, VersionId: versionId } = input;
  checkVersionId(versionId);
  const row = await findVersion(input, context);
  if (row && isObject(row)) return row;
  if (versionId === undefined) throw noSuchKey(key, row ? markerHeaders(row) : {});
  if (!row) throw noSuchVersion(key, versionId);
  throw deleteMarkerRefused(row, context);
}

/**
 * For what S3 refuses to do to a delete marker also where that is the latest, and nobody named it.
 */
export async function requireNoMarker(input: ObjectInput, context: RequestContext): Promise<void> {
  checkVersionId(input.VersionId);
  const row = await findVersion(input, context);
  if (row && !isObject(row)) throw deleteMarkerRefused(row, context);
}

function deleteMarkerRefused(row: FoundVersion, context: RequestContext): AwsError {
  return methodNotAllowed(
    { Method: context.http?.method ?? "GET", ResourceType: "DeleteMarker" },
    {
      ...markerHeaders(row),
      allow: "DELETE",
      "last-modified": new Date(row.modified_ms).toUTCString(),
    },
  );
}

export function isObject(row: FoundVersion): boolean {
  return row.is_delete_marker !== 1;
}

async function readVersion(
  bucket: string,
  key: string,
  versionId: string | undefined,
  context: RequestContext,
): Promise<FoundVersion | undefined> {
  checkKey(key);
  const db = context.db<S3Tables>();
  const { versioning = null } = (await findBucket(bucket, context)) ?? {};
  if (versioning !== null) return findAmongAll(bucket, key, versionId, db);
  return (versionId ?? NULL_VERSION) === NULL_VERSION ? selectObject(bucket, key, db) : undefined;
}

function markerHeaders(row: FoundVersion): Readonly<Record<string, string>> {
  return { "x-amz-delete-marker": "true", "x-amz-version-id": row.version_id };
}

type ObjectPlace = Pick<ObjectRow, "bucket_name" | "object_key">;

const selection = statement<S3Tables, ObjectPlace, ObjectRow>((db, place) =>
  db
    .selectFrom("s3_objects")
    .selectAll()
    .where("bucket_name", "=", place.bucket_name)
    .where("object_key", "=", place.object_key),
);

export async function selectObject(
  bucket: string,
  key: string,
  db: Transaction<S3Tables>["db"],
): Promise<ObjectRow | undefined> {
  const [row] = await selection(db, { bucket_name: bucket, object_key: key });
  return row;
}

const insertion = statement<S3Tables, ObjectRow>((db, row) =>
  db.insertInto("s3_objects").values(row),
);

export async function insertObjectRow(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  await insertion(tx.db, row);
}

const replacement = statement<S3Tables, ObjectRow>(
  (db, { bucket_name: bucket, object_key: key, ...changed }) =>
    db
      .updateTable("s3_objects")
      .set(changed)
      .where("bucket_name", "=", bucket)
      .where("object_key", "=", key),
);

/** Puts a row in the place of the one that its key has. */
export async function replaceObjectRow(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  await replacement(tx.db, row);
}

export async function deleteObjectRow(row: ObjectRow, tx: Transaction<S3Tables>): Promise<void> {
  await tx.db
    .deleteFrom("s3_objects")
    .where("bucket_name", "=", row.bucket_name)
    .where("object_key", "=", row.object_key)
    .execute();
}

/** Deletes the rows of a version's parts; its files go after the commit. Its own row stays. */
export async function removeBytes(
  row: ObjectRow,
  tx: Transaction<S3Tables>,
  { leases }: FileRemoval,
): Promise<void> {
  const blobIds = [
    ...(row.blob_id === null ? [] : [row.blob_id]),
    ...(row.upload_id === null ? [] : await takeParts(row.upload_id, tx)),
  ];
  const noted = leases.removeAfterCommit(row.object_id, blobIds, tx);
  if (noted) await noted;
}
