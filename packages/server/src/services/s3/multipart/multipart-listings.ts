import type * as s3 from "@aws-sdk/client-s3";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { ownerOf } from "../access/acl.ts";
import { onBucket, onObject } from "../access/authorization.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { requireBucket } from "../buckets/find-bucket.ts";
import { checksumMembers } from "../checksums/object-checksum.ts";
import { invalidArgument } from "../errors.ts";
import { abortHeaders } from "../lifecycle/lifecycle-headers.ts";
import { successorOf } from "../listing/key-order.ts";
import { keyEncoder, readMaxKeys } from "../listing/listing-text.ts";
import type { BucketRow, PartRow, S3Tables, UploadRow } from "../tables.ts";
import { requireUpload } from "./find-upload.ts";
import { checksumOfUpload } from "./upload-checksum.ts";

/** ListParts and ListMultipartUploads. */
export function multipartListingOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    ListParts: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return onObject("ListMultipartUploadParts", bucket, input.Key ?? "", context);
      },
      handle: listParts,
    },
    ListMultipartUploads: {
      authorize: async (input, context) =>
        onBucket("ListBucketMultipartUploads", await requireBucket(input, context), context),
      handle: listUploads,
    },
  });
}

async function listParts(input: s3.ListPartsCommandInput, context: RequestContext) {
  const bucket = await requireBucket(input, context);
  const db = context.db<S3Tables>();
  const upload = await requireUpload(input, bucket, db);
  const maxParts = readMaxKeys(input.MaxParts, "max-parts");
  const marker = Number(input.PartNumberMarker ?? 0) || 0;
  const rows = await db
    .selectFrom("s3_parts")
    .selectAll()
    .where("upload_id", "=", upload.upload_id)
    .where("part_number", ">", marker)
    .orderBy("part_number")
    .limit(maxParts + 1)
    .execute();
  const page = rows.slice(0, maxParts);
  const last = page.at(-1);
  const { algorithm, type, declared } = checksumOfUpload(upload);
  return {
    Bucket: bucket.bucket_name,
    Key: upload.object_key,
    UploadId: upload.upload_id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(last?.part_number ?? 0),
    MaxParts: maxParts,
    IsTruncated: rows.length > page.length && maxParts > 0,
    Parts: page.map((part) => listedPart(part, upload)),
    ...whose(upload, bucket),
    StorageClass: upload.storage_class as s3.StorageClass,
    ...abortHeaders(upload, bucket),
    ...(declared ? { ChecksumAlgorithm: algorithm.name, ChecksumType: type } : {}),
  };
}

function listedPart(part: PartRow, upload: UploadRow): s3.Part {
  const { algorithm, type, declared } = checksumOfUpload(upload);
  const checksum = declared && { algorithm: algorithm.name, type, value: part.checksum ?? "" };
  return {
    PartNumber: part.part_number,
    LastModified: new Date(wholeSeconds(part.modified_ms)),
    ETag: `"${part.etag}"`,
    Size: part.size_bytes,
    ...(checksum ? checksumMembers(checksum) : {}),
  };
}

async function listUploads(input: s3.ListMultipartUploadsCommandInput, context: RequestContext) {
  const bucket = await requireBucket(input, context);
  const encode = keyEncoder(input.EncodingType);
  const maxUploads = readMaxKeys(input.MaxUploads, "max-uploads");
  const { Prefix: prefix = "", Delimiter: delimiter = "", KeyMarker: keyMarker = "" } = input;
  // The upload's marker means nothing without its key's (S3 API, ListMultipartUploads).
  const idMarker = keyMarker === "" ? "" : (input.UploadIdMarker ?? "");
  const request = { prefix, delimiter, keyMarker, idMarker, maxUploads };
  await checkIdMarker(request, context);
  const page = await pageOfUploads(request, bucket, context);
  return {
    Bucket: bucket.bucket_name,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    ...nextMarkers(page, encode),
    ...(input.Prefix === undefined ? {} : { Prefix: encode(prefix) }),
    ...(delimiter === "" ? {} : { Delimiter: encode(delimiter) }),
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    MaxUploads: maxUploads,
    IsTruncated: page.truncated,
    Uploads: page.uploads.map((upload) => ({
      UploadId: upload.upload_id,
      Key: encode(upload.object_key),
      Initiated: new Date(wholeSeconds(upload.created_ms)),
      StorageClass: upload.storage_class as s3.StorageClass,
      ...whose(upload, bucket),
      ...(upload.checksum_algorithm
        ? {
            ChecksumAlgorithm: upload.checksum_algorithm as s3.ChecksumAlgorithm,
            ChecksumType: upload.checksum_type as s3.ChecksumType,
          }
        : {}),
    })),
    CommonPrefixes: page.commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  };
}

/**
 * S3 names the last upload of a page, also of the last page. Where a common prefix is last, it names
 * nothing, so that its own clients can't go on; here they can.
 */
function nextMarkers(
  { uploads, truncated, nextKey, nextId }: UploadsPage,
  encode: (key: string) => string,
) {
  if (truncated) return { NextKeyMarker: encode(nextKey), NextUploadIdMarker: nextId };
  const last = uploads.at(-1);
  return {
    NextKeyMarker: encode(last?.object_key ?? ""),
    NextUploadIdMarker: last?.upload_id ?? "",
  };
}

/** Throws InvalidArgument for the id of another key's upload. One that has ended holds its place. */
async function checkIdMarker(
  { keyMarker, idMarker }: UploadsRequest,
  context: RequestContext,
): Promise<void> {
  if (idMarker === "") return;
  const upload = await context
    .db<S3Tables>()
    .selectFrom("s3_uploads")
    .select("object_key")
    .where("upload_id", "=", idMarker)
    .executeTakeFirst();
  if (upload && upload.object_key !== keyMarker)
    throw invalidArgument("Invalid uploadId marker", "upload-id-marker", idMarker);
}

interface UploadsPage {
  readonly uploads: readonly UploadRow[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly nextKey: string;
  readonly nextId: string;
}

interface UploadsRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly idMarker: string;
  readonly maxUploads: number;
}

/** Like a listing of objects, but one key may have several uploads. */
async function pageOfUploads(
  { prefix, delimiter, keyMarker, idMarker, maxUploads }: UploadsRequest,
  bucket: BucketRow,
  context: RequestContext,
): Promise<UploadsPage> {
  const uploads: UploadRow[] = [];
  const commonPrefixes: string[] = [];
  let [nextKey, nextId] = [keyMarker, idMarker];
  let group = delimiter !== "" && keyMarker.endsWith(delimiter) ? keyMarker : undefined;
  const done = (truncated: boolean) => ({ uploads, commonPrefixes, truncated, nextKey, nextId });
  if (maxUploads === 0) return done(false);
  let cursor: readonly [string, string] = [keyMarker, idMarker];
  for (;;) {
    const rows = await readUploads(cursor, prefix, maxUploads + 1, bucket, context);
    for (const row of rows) {
      const key = row.object_key;
      if (group !== undefined && key.startsWith(group)) continue;
      if (uploads.length + commonPrefixes.length === maxUploads) return done(true);
      const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      group = at < 0 ? undefined : key.slice(0, at + delimiter.length);
      if (group === undefined) uploads.push(row);
      else commonPrefixes.push(group);
      [nextKey, nextId] = group === undefined ? [key, row.upload_id] : [group, ""];
    }
    const last = rows.at(-1);
    if (!last || rows.length <= maxUploads) return done(false);
    cursor = [last.object_key, last.upload_id];
  }
}

function readUploads(
  [key, uploadId]: readonly [string, string],
  prefix: string,
  limit: number,
  bucket: BucketRow,
  context: RequestContext,
): Promise<UploadRow[]> {
  const before = successorOf(prefix);
  let query = context
    .db<S3Tables>()
    .selectFrom("s3_uploads")
    .selectAll()
    .where("bucket_name", "=", bucket.bucket_name)
    .where("object_key", ">=", prefix)
    .orderBy("object_key")
    .orderBy("upload_id")
    .limit(limit);
  if (before !== undefined) query = query.where("object_key", "<", before);
  if (key === "") return query.execute();
  if (uploadId === "") return query.where("object_key", ">", key).execute();
  return query
    .where((eb) =>
      eb.or([
        eb("object_key", ">", key),
        eb.and([eb("object_key", "=", key), eb("upload_id", ">", uploadId)]),
      ]),
    )
    .execute();
}

function whose(upload: UploadRow, bucket: BucketRow) {
  const { initiator_arn: initiator } = upload;
  const [, account] = /^arn:aws:iam::(\d{12}):root$/.exec(initiator) ?? [];
  const ID = account === undefined ? initiator : canonicalUserId(account);
  return {
    Owner: { ID: canonicalUserId(ownerOf(upload, bucket)) },
    Initiator: { ID, DisplayName: initiator },
  };
}
