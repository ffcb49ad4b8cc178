import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { ownerOf } from "../access/acl.ts";
import { onBucket } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { readChecksum } from "../checksums/object-checksum.ts";
import { refuseEncryptionHeader } from "../encryption/object-encryption.ts";
import type { BucketInput } from "../rows/buckets.ts";
import { firstKeysOfGroups } from "../rows/group-keys.ts";
import { type ListedRow, listObjectRows } from "../rows/object-lists.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { listPage, type PageSource, startAfter } from "./list-page.ts";
import { keyEncoder, readMaxKeys, readToken, writeToken } from "./listing-text.ts";

type ListingInput = BucketInput &
  Pick<s3.ListObjectsV2CommandInput, "Prefix" | "Delimiter" | "MaxKeys">;

/** ListObjectsV2 and ListObjects. */
export function objectListingOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    ListObjectsV2: bucketOperation(listingDecision("ListBucket"), listObjectsV2),
    ListObjects: bucketOperation(listingDecision("ListBucket"), listObjects),
  });
}

/** The permission that a listing needs, with the keys that narrow it. */
export function listingDecision(action: string) {
  return (bucket: BucketRow, input: ListingInput, context: RequestContext): Authorization =>
    onBucket(action, bucket, context, {
      "s3:prefix": input.Prefix,
      "s3:delimiter": input.Delimiter,
      "s3:max-keys": input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
    });
}

async function listObjectsV2(
  bucket: BucketRow,
  input: s3.ListObjectsV2CommandInput,
  context: RequestContext,
) {
  refuseEncryptionHeader(context);
  tellRegion(bucket, context);
  const encode = keyEncoder(input.EncodingType);
  const maxKeys = readMaxKeys(input.MaxKeys);
  const delimiter = input.Delimiter ?? "";
  const prefix = input.Prefix ?? "";
  const start =
    input.ContinuationToken === undefined
      ? startAfter(input.StartAfter ?? "", prefix, delimiter)
      : readToken(input.ContinuationToken);
  const page = await listPage({ prefix, delimiter, start, maxKeys }, sourceOf(bucket, context));
  const owner = input.FetchOwner ? shownOwner(bucket, context) : undefined;
  return {
    Name: bucket.bucket_name,
    Prefix: encode(prefix),
    ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
    MaxKeys: maxKeys,
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    KeyCount: page.rows.length + page.commonPrefixes.length,
    IsTruncated: page.truncated,
    ...(input.ContinuationToken ? { ContinuationToken: input.ContinuationToken } : {}),
    ...(page.truncated && page.next ? { NextContinuationToken: writeToken(page.next) } : {}),
    // A page that a token continues says nothing of the first one's beginning.
    ...(input.StartAfter && input.ContinuationToken === undefined
      ? { StartAfter: encode(input.StartAfter) }
      : {}),
    Contents: page.rows.map((row) => listed(row, encode, owner)),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  };
}

async function listObjects(
  bucket: BucketRow,
  input: s3.ListObjectsCommandInput,
  context: RequestContext,
) {
  refuseEncryptionHeader(context);
  tellRegion(bucket, context);
  const encode = keyEncoder(input.EncodingType);
  const maxKeys = readMaxKeys(input.MaxKeys);
  const delimiter = input.Delimiter ?? "";
  const prefix = input.Prefix ?? "";
  const marker = input.Marker ?? "";
  const start = startAfter(marker, prefix, delimiter);
  const page = await listPage({ prefix, delimiter, start, maxKeys }, sourceOf(bucket, context));
  const owner = shownOwner(bucket, context);
  return {
    Name: bucket.bucket_name,
    Prefix: encode(prefix),
    Marker: encode(marker),
    ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
    MaxKeys: maxKeys,
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    IsTruncated: page.truncated,
    // Without a delimiter the last key is the next marker, and S3 doesn't say it twice.
    ...(page.truncated && page.next && delimiter !== ""
      ? { NextMarker: encode(page.next.after) }
      : {}),
    Contents: page.rows.map((row) => listed(row, encode, owner)),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  };
}

/** Undefined for unsigned requests, which aren't shown whose the objects are. */
function shownOwner(bucket: BucketRow, { caller }: RequestContext): BucketRow | undefined {
  return caller.principal.kind === "anonymous" ? undefined : bucket;
}

/** Listings tell it as HeadBucket does; some clients learn the Region from them. */
function tellRegion({ region }: BucketRow, { response }: RequestContext): void {
  response.headers["x-amz-bucket-region"] = region;
}

function keyOf(row: ListedRow): string {
  return row.object_key;
}

function sourceOf(bucket: BucketRow, context: RequestContext): PageSource<ListedRow> {
  const db = context.db<S3Tables>();
  const { bucket_name: name } = bucket;
  return {
    keyOf,
    readRows: (range) => listObjectRows(db, name, range),
    readGroups: (range) => firstKeysOfGroups(db, name, ["s3_objects"], range),
  };
}

/** The members that all listings give of an object, with its owner where the bucket is given. */
export function listed(
  row: ListedRow,
  encode: (key: string) => string,
  bucket: BucketRow | undefined,
) {
  const checksum = readChecksum(row.checksum);
  return {
    Key: encode(row.object_key),
    LastModified: new Date(wholeSeconds(row.modified_ms)),
    ETag: `"${row.etag}"`,
    ...(checksum ? { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type } : {}),
    Size: row.size_bytes,
    StorageClass: row.storage_class as s3.ObjectStorageClass,
    ...(bucket ? { Owner: { ID: canonicalUserId(ownerOf(row, bucket)) } } : {}),
  };
}
