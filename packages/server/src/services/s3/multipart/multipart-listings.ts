import type * as s3 from "@aws-sdk/client-s3";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { ownerOf } from "../access/acl.ts";
import { onObject } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { checksumMembers } from "../checksums/object-checksum.ts";
import { checkGivenKey } from "../encryption/customer-key.ts";
import { openDataKey } from "../encryption/kms-encryption.ts";
import { invalidArgument } from "../errors.ts";
import { abortHeaders } from "../lifecycle/lifecycle-headers.ts";
import { type KeyRange, listPage, type Page, startAfter } from "../listing/list-page.ts";
import { keyEncoder, readMaxKeys, readPartMarker } from "../listing/listing-text.ts";
import { firstKeysOfGroups } from "../rows/group-keys.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { requireUpload } from "../rows/uploads.ts";
import type { BucketRow, PartRow, S3Tables, UploadRow } from "../tables.ts";
import { checksumOfUpload } from "./upload-checksum.ts";

/** ListParts and ListMultipartUploads. */
export function multipartListingOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    ListParts: bucketOperation(
      (bucket, input, context) => onObject("ListMultipartUploadParts", bucket, input.Key, context),
      listParts,
    ),
    ListMultipartUploads: bucketOperation("ListBucketMultipartUploads", listUploads),
  });
}

async function listParts(
  bucket: BucketRow,
  input: Checked<s3.ListPartsCommandInput>,
  context: RequestContext,
) {
  const db = context.db<S3Tables>();
  const upload = await requireUpload(input, bucket, db);
  const { customerKey, kms } = readAttributesOf(upload);
  checkGivenKey(input, customerKey);
  if (kms) await openDataKey(kms, upload, context);
  const maxParts = readMaxKeys(input.MaxParts, "max-parts");
  const marker = readPartMarker(input.PartNumberMarker);
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

async function listUploads(
  bucket: BucketRow,
  input: Checked<s3.ListMultipartUploadsCommandInput>,
  context: RequestContext,
) {
  const encode = keyEncoder(input.EncodingType);
  const maxUploads = readMaxKeys(input.MaxUploads, "max-uploads");
  const { Prefix: prefix = "", Delimiter: delimiter = "", KeyMarker: keyMarker = "" } = input;
  // The upload's marker means nothing without its key's (S3 API, ListMultipartUploads).
  const idMarker = keyMarker === "" ? "" : (input.UploadIdMarker ?? "");
  await checkIdMarker(keyMarker, idMarker, context);
  const start = startAfter(keyMarker, prefix, delimiter);
  const page = await listPage<UploadRow>(
    { prefix, delimiter, start, maxKeys: maxUploads },
    {
      keyOf: ({ object_key: key }) => key,
      readRows: (range) => readUploads(range, idMarker, bucket, context),
      readGroups: (range) =>
        firstKeysOfGroups(context.db(), bucket.bucket_name, ["s3_uploads"], range),
    },
  );
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
    Uploads: page.rows.map((upload) => ({
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
 * S3 names the last upload of a page, also of the last page. Where a common prefix is last, it
 * names nothing, so that its own clients can't go on; here they can.
 */
function nextMarkers({ rows, truncated, next }: Page<UploadRow>, encode: (key: string) => string) {
  const last = rows.at(-1);
  if (truncated && next?.skipPrefix)
    return { NextKeyMarker: encode(next.after), NextUploadIdMarker: "" };
  return {
    NextKeyMarker: encode(last?.object_key ?? ""),
    NextUploadIdMarker: last?.upload_id ?? "",
  };
}

/**
 * Throws InvalidArgument for the id of another key's upload. One that has ended holds its place.
 */
async function checkIdMarker(
  keyMarker: string,
  idMarker: string,
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

/** By key, and of a key by id. `idMarker`: behind this one of the key that the page begins at. */
function readUploads(
  { from, inclusive, before, behind, limit }: KeyRange<UploadRow>,
  idMarker: string,
  bucket: BucketRow,
  context: RequestContext,
): Promise<UploadRow[]> {
  const id = behind ? behind.upload_id : idMarker;
  let query = context
    .db<S3Tables>()
    .selectFrom("s3_uploads")
    .selectAll()
    .where("bucket_name", "=", bucket.bucket_name)
    .orderBy("object_key")
    .orderBy("upload_id")
    .limit(limit);
  if (before !== undefined) query = query.where("object_key", "<", before);
  if (inclusive || id === "")
    return query.where("object_key", inclusive ? ">=" : ">", from).execute();
  return query
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("object_key", "upload_id"), ">", tuple(from, id)),
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
