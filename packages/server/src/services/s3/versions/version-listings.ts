import type * as s3 from "@aws-sdk/client-s3";
import { MIXED_ITEMS } from "@rolecast/wire";
import { type Kysely, sql } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { invalidArgument, invalidArgumentOf } from "../errors.ts";
import { type KeyRange, listPage, startAfter } from "../listing/list-page.ts";
import { keyEncoder, readMaxKeys, refuseNull } from "../listing/listing-text.ts";
import { listed, listingDecision } from "../listing/object-listings.ts";
import { firstKeysOfGroups } from "../rows/group-keys.ts";
import { isVersionId, versionNumberOf } from "../rows/version-id.ts";
import { selectVersion } from "../rows/versions.ts";
import type { BucketRow, S3Tables, VersionRow } from "../tables.ts";

const COLUMNS = [
  "object_key",
  "modified_ms",
  "etag",
  "size_bytes",
  "storage_class",
  "checksum",
  "acl",
  "version_id",
  "version_number",
] as const;

type ListedVersion = Pick<VersionRow, (typeof COLUMNS)[number] | "is_delete_marker"> & {
  readonly is_latest: number;
};

/** ListObjectVersions. */
export function versionListingOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    ListObjectVersions: bucketOperation(listingDecision("ListBucketVersions"), listObjectVersions),
  });
}

async function listObjectVersions(
  bucket: BucketRow,
  input: Checked<s3.ListObjectVersionsCommandInput>,
  context: RequestContext,
) {
  const db = context.db<S3Tables>();
  const { Prefix: prefix = "", Delimiter: delimiter = "", KeyMarker: marker = "" } = input;
  // Of several mistakes S3 answers the first in this order, as recorded.
  if ((input.MaxKeys ?? 0) < 0) throw invalidArgumentOf("max-keys cannot be negative", "max-keys");
  const maxKeys = readMaxKeys(input.MaxKeys);
  checkIdMarker(input);
  const encode = keyEncoder(input.EncodingType);
  refuseNull({ prefix, "key-marker": marker });
  const older = await numberOfMarker(input, db);
  const start = startAfter(marker, prefix, delimiter);
  const page = await listPage<ListedVersion>(
    { prefix, delimiter, start, maxKeys },
    {
      keyOf: ({ object_key: key }) => key,
      readRows: (range) => readVersions(bucket, range, older, db),
      readGroups: (range) =>
        firstKeysOfGroups(db, bucket.bucket_name, ["s3_objects", "s3_versions"], range),
    },
  );
  const { next, truncated } = page;
  const items = page.rows.map((row) => listedItem(row, encode, bucket));
  const lastId = page.rows.findLast((row) => row.object_key === next?.after)?.version_id;
  return {
    Name: bucket.bucket_name,
    Prefix: encode(prefix),
    KeyMarker: encode(marker),
    VersionIdMarker: input.VersionIdMarker ?? "",
    ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
    MaxKeys: maxKeys,
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    IsTruncated: truncated,
    ...(truncated && next ? { NextKeyMarker: encode(next.after) } : {}),
    ...(truncated && next && !next.skipPrefix ? { NextVersionIdMarker: lastId } : {}),
    Versions: items.flatMap((item) => (item[0] === "Versions" ? [item[1]] : [])),
    DeleteMarkers: items.flatMap((item) => (item[0] === "DeleteMarkers" ? [item[1]] : [])),
    [MIXED_ITEMS]: items,
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  };
}

function listedItem(row: ListedVersion, encode: (text: string) => string, bucket: BucketRow) {
  const place = { VersionId: row.version_id, IsLatest: row.is_latest === 1 };
  if (row.is_delete_marker === 1) {
    const marker = {
      Owner: { ID: canonicalUserId(bucket.account_id) },
      Key: encode(row.object_key),
      ...place,
      LastModified: new Date(wholeSeconds(row.modified_ms)),
    };
    return ["DeleteMarkers", marker] as const;
  }
  const version = {
    ...listed(row, encode, bucket),
    ...place,
    StorageClass: row.storage_class as s3.ObjectVersionStorageClass,
  };
  return ["Versions", version] as const;
}

/** Throws InvalidArgument. */
function checkIdMarker({
  KeyMarker: key,
  VersionIdMarker: id,
}: s3.ListObjectVersionsRequest): void {
  if (id === undefined) return;
  const refusal = (message: string) => invalidArgument(message, "version-id-marker", id);
  const without = "A version-id marker cannot be specified without a key marker.";
  if (key === undefined) throw refusal(without);
  if (id === "") throw refusal("A version-id marker cannot be empty.");
  if (!isVersionId(id)) throw refusal("Invalid version id specified");
  if (key === "") throw refusal(without);
}

/**
 * The number of the version that the page before ended with, which may be gone: clean-ups delete
 * page by page. Only a deleted null version doesn't keep its number; what is left of its key
 * follows then.
 */
async function numberOfMarker(
  { Bucket, KeyMarker: key, VersionIdMarker: id }: Checked<s3.ListObjectVersionsCommandInput>,
  db: Kysely<S3Tables>,
): Promise<number | undefined> {
  if (key === undefined || id === undefined) return undefined;
  const known = versionNumberOf(id);
  if (known !== undefined) return known;
  const row = await db
    .selectFrom("s3_objects")
    .select("version_number")
    .where("bucket_name", "=", Bucket)
    .where("object_key", "=", key)
    .where("version_id", "=", id)
    .executeTakeFirst();
  const { version_number: number = Number.MAX_SAFE_INTEGER } =
    row ?? (await selectVersion(Bucket, key, id, db)) ?? {};
  return number;
}

/**
 * In the order of keys, and of a key the newest first. `older`: than this of the page's first key.
 */
async function readVersions(
  bucket: BucketRow,
  range: KeyRange<ListedVersion>,
  older: number | undefined,
  db: Kysely<S3Tables>,
): Promise<readonly ListedVersion[]> {
  const number = range.behind ? range.behind.version_number : older;
  if (range.inclusive || number === undefined) return selectRange(bucket, range, undefined, db);
  const ofKey = await selectRange(bucket, range, number, db);
  if (ofKey.length === range.limit) return ofKey;
  const limit = range.limit - ofKey.length;
  return [...ofKey, ...(await selectRange(bucket, { ...range, limit }, undefined, db))];
}

/**
 * One statement: while it reads, no version moves from one table to the other. Each table is
 * limited by itself, since PostgreSQL sorts all of a union before it limits it.
 */
function selectRange(
  bucket: BucketRow,
  { from, inclusive, before, limit }: KeyRange<ListedVersion>,
  olderOfKey: number | undefined,
  db: Kysely<S3Tables>,
): Promise<ListedVersion[]> {
  const { bucket_name: name } = bucket;
  let objects = db
    .selectFrom("s3_objects")
    .select(COLUMNS)
    .select([sql<number>`0`.as("is_delete_marker"), sql<number>`1`.as("is_latest")])
    .where("bucket_name", "=", name);
  let versions = db
    .selectFrom("s3_versions as version")
    .select(COLUMNS)
    .select("is_delete_marker")
    .select((eb) =>
      eb
        .case()
        .when(
          eb.and([
            eb("is_delete_marker", "=", 1),
            eb.not(
              eb.exists(
                eb
                  .selectFrom("s3_versions as newer")
                  .select("newer.version_number")
                  .whereRef("newer.bucket_name", "=", "version.bucket_name")
                  .whereRef("newer.object_key", "=", "version.object_key")
                  .whereRef("newer.version_number", ">", "version.version_number"),
              ),
            ),
            eb.not(
              eb.exists(
                eb
                  .selectFrom("s3_objects as current")
                  .select("current.version_number")
                  .whereRef("current.bucket_name", "=", "version.bucket_name")
                  .whereRef("current.object_key", "=", "version.object_key"),
              ),
            ),
          ]),
        )
        .then(1)
        .else(0)
        .end()
        .as("is_latest"),
    )
    .where("bucket_name", "=", name);
  if (olderOfKey === undefined) {
    objects = objects.where("object_key", inclusive ? ">=" : ">", from);
    versions = versions.where("object_key", inclusive ? ">=" : ">", from);
  } else {
    objects = objects.where("object_key", "=", from).where("version_number", "<", olderOfKey);
    versions = versions.where("object_key", "=", from).where("version_number", "<", olderOfKey);
  }
  // Also where a marker sorts after the prefix: what is listed is what was authorised.
  if (before !== undefined) {
    objects = objects.where("object_key", "<", before);
    versions = versions.where("object_key", "<", before);
  }
  const ofObjects = objects.orderBy("object_key").limit(limit).as("objects");
  const ofVersions = versions
    .orderBy("object_key")
    .orderBy("version_number", "desc")
    .limit(limit)
    .as("versions");
  return db
    .selectFrom(ofObjects)
    .selectAll()
    .unionAll(db.selectFrom(ofVersions).selectAll())
    .orderBy("object_key")
    .orderBy("version_number", "desc")
    .limit(limit)
    .execute();
}
