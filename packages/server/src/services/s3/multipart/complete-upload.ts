import { createHash } from "node:crypto";
import type * as s3 from "@aws-sdk/client-s3";
import { sql } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { hasCode } from "../blobs/blob-files.ts";
import { CHECKSUM_ALGORITHMS } from "../checksums/checksum-algorithm.ts";
import {
  checksumOutput,
  type ObjectChecksum,
  readChecksum,
  withoutPartsCount,
} from "../checksums/object-checksum.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { checkGivenKey } from "../encryption/customer-key.ts";
import { openDataKey } from "../encryption/kms-encryption.ts";
import { refuseEncryptionHeader, shownEncryption } from "../encryption/object-encryption.ts";
import { unquote } from "../entity-tags.ts";
import { badDigest, invalidRequest, noSuchUpload } from "../errors.ts";
import { expirationHeader } from "../lifecycle/lifecycle-headers.ts";
import { announce } from "../notifications/object-events.ts";
import { checkWriteConditions, putObjectRow } from "../objects/object-writes.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { selectObject } from "../rows/objects.ts";
import { findUpload, requireUpload } from "../rows/uploads.ts";
import { writtenVersion } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow, PartRow, S3Tables, UploadRow } from "../tables.ts";
import { chooseParts, requestedParts } from "./choose-parts.ts";
import { checksumOfUpload, type UploadChecksum } from "./upload-checksum.ts";

/** Rows named in one statement: SQLite takes 32,766 parameters, PostgreSQL twice as many. */
const DELETE_BATCH_SIZE = 1000;

type Input = Checked<s3.CompleteMultipartUploadCommandInput>;

/**
 * CompleteMultipartUpload: the parts' files become the object as they are, so that it takes one
 * transaction and no copying. The same request after its success is answered alike.
 */
export async function completeUpload(
  bucket: BucketRow,
  input: Input,
  context: RequestContext,
  deps: S3Dependencies,
) {
  refuseEncryptionHeader(context);
  checkWriteConditions(input);
  const upload = await findUpload(input, bucket, context.db<S3Tables>());
  // Whoever completes an upload must be able to read it (S3 API, CompleteMultipartUpload).
  const kms = upload && readAttributesOf(upload).kms;
  if (kms) await openDataKey(kms, upload, context);
  await requireWholeParts(input, bucket, context, deps);
  const row = await deps.commits.commit(context, async (tx) => {
    const before = await completedBefore(input, bucket, tx);
    if (!before) return complete(input, bucket, context, tx, deps);
    checkGivenKey(input, readAttributesOf(before).customerKey);
    await requireSameParts(input, tx);
    return before;
  });
  const attributes = readAttributesOf(row);
  return {
    ...writtenVersion(row),
    ...expirationHeader(row, bucket),
    Location: locationOf(bucket.bucket_name, row.object_key, context),
    Bucket: bucket.bucket_name,
    Key: row.object_key,
    ETag: `"${row.etag}"`,
    // A customer's key isn't mentioned here (S3 API, CompleteMultipartUpload, "Response Syntax").
    ...(attributes.customerKey === undefined ? shownEncryption({}, attributes) : {}),
    // AWS doesn't yet know the checksum of its own choosing where a KMS key encrypts the object.
    ...(kms && upload.checksum_algorithm === null
      ? {}
      : checksumOutput(readChecksum(row.checksum))),
  };
}

/**
 * Throws InternalError where the file of a part that the request names isn't as long as when it was
 * uploaded, or is missing.
 */
async function requireWholeParts(
  { UploadId: uploadId, MultipartUpload: named }: Input,
  { bucket_id: bucketId }: BucketRow,
  context: RequestContext,
  { blobs }: S3Dependencies,
): Promise<void> {
  const numbers = new Set(named?.Parts?.map(({ PartNumber }) => PartNumber));
  const find = async () => {
    const stored = await context
      .db<S3Tables>()
      .selectFrom("s3_parts")
      .innerJoin("s3_uploads", "s3_uploads.upload_id", "s3_parts.upload_id")
      .select(["part_number", "blob_id", "size_bytes"])
      .where("s3_parts.upload_id", "=", uploadId)
      .where("bucket_id", "=", bucketId)
      .where("size_bytes", ">", 0)
      .execute();
    return stored
      .filter((part) => numbers.has(part.part_number))
      .map((part) => ({ blobId: part.blob_id, sizeBytes: part.size_bytes }));
  };
  const parts = await find();
  try {
    await blobs.requireWhole(parts);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    // A part that was replaced meanwhile has another file, which is as it was written just now.
    const now = new Set((await find()).map(({ blobId }) => blobId));
    if (parts.every(({ blobId }) => now.has(blobId)))
      throw blobs.damaged(`of upload ${uploadId}`, "no file");
  }
}

async function completedBefore(
  input: Input,
  { versioning }: BucketRow,
  tx: Transaction<S3Tables>,
): Promise<ObjectRow | undefined> {
  const { Bucket: bucket, Key: key, UploadId: uploadId } = input;
  const row = await selectObject(bucket, key, tx.db);
  if (row?.upload_id === uploadId) return row;
  if (versioning === null) return undefined;
  return tx.db
    .selectFrom("s3_versions")
    .selectAll()
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .where("upload_id", "=", uploadId)
    .executeTakeFirst();
}

/** Throws NoSuchUpload unless the upload was completed of exactly the parts that are named. */
async function requireSameParts(input: Input, tx: Transaction<S3Tables>): Promise<void> {
  const requested = requestedParts(input);
  const used = await tx.db
    .selectFrom("s3_parts")
    .select(["part_number", "etag"])
    .where("upload_id", "=", input.UploadId)
    .orderBy("part_number")
    .execute();
  const isSame = used.every(
    (part, index) =>
      part.part_number === requested[index]?.PartNumber &&
      part.etag === unquote(requested[index]?.ETag ?? ""),
  );
  if (!isSame || used.length !== requested.length) throw noSuchUpload(input.UploadId);
}

async function complete(
  input: Input,
  bucket: BucketRow,
  context: RequestContext,
  tx: Transaction<S3Tables>,
  deps: S3Dependencies,
): Promise<ObjectRow> {
  // S3 looks at the list of parts once it knows the upload.
  const upload = await requireUpload(input, bucket, tx.db);
  checkGivenKey(input, readAttributesOf(upload).customerKey);
  const requested = requestedParts(input);
  const stored = await tx.db
    .selectFrom("s3_parts")
    .selectAll()
    .where("upload_id", "=", upload.upload_id)
    .orderBy("part_number")
    .execute();
  const uploadChecksum = checksumOfUpload(upload);
  checkMode(input, upload);
  const parts = chooseParts(requested, stored, uploadChecksum, upload.upload_id);
  const checksum = checksumOfParts(parts, uploadChecksum);
  const sizeBytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  checkClaims(input, checksum, uploadChecksum, sizeBytes);
  const row = await putObjectRow(
    {
      object_key: upload.object_key,
      blob_id: null,
      upload_id: upload.upload_id,
      parts_count: parts.length,
      // S3 user guide, "Working with object metadata": an upload's date is that of its initiation.
      modified_ms: upload.created_ms,
      size_bytes: sizeBytes,
      etag: etagOfParts(parts),
      storage_class: upload.storage_class,
      attributes: upload.attributes,
      tags: upload.tags,
      checksum: isShown(upload, uploadChecksum) ? JSON.stringify(checksum) : null,
      object_lock: upload.object_lock,
      acl: upload.acl,
    },
    bucket,
    { ...input, objectAtStart: upload.object_at_start },
    tx,
    deps,
  );
  await settleParts(upload, parts, stored, tx, deps);
  const occurrence = { type: "Object Created", reason: "CompleteMultipartUpload" } as const;
  announce(occurrence, row, bucket, context, tx, deps);
  return row;
}

/**
 * Whether the object has its checksum: S3 shows none of its own choosing where the customer has the
 * key.
 */
function isShown({ attributes }: UploadRow, { declared }: UploadChecksum): boolean {
  return declared || readAttributesOf({ attributes }).customerKey === undefined;
}

/** Drops the parts that weren't named, and writes down where the others begin. */
async function settleParts(
  { upload_id: uploadId }: UploadRow,
  parts: readonly PartRow[],
  stored: readonly PartRow[],
  tx: Transaction<S3Tables>,
  { leases }: S3Dependencies,
): Promise<void> {
  const named = new Set(parts.map((part) => part.part_number));
  const unnamed = stored.filter((part) => !named.has(part.part_number));
  for (let at = 0; at < unnamed.length; at += DELETE_BATCH_SIZE) {
    const numbers = unnamed.slice(at, at + DELETE_BATCH_SIZE).map((part) => part.part_number);
    await tx.db
      .deleteFrom("s3_parts")
      .where("upload_id", "=", uploadId)
      .where("part_number", "in", numbers)
      .execute();
  }
  const placed = tx.db
    .selectFrom("s3_parts as part")
    .select([
      "part.part_number",
      sql<number>`sum(size_bytes) over (order by part_number) - size_bytes`.as("begins"),
    ])
    .where("part.upload_id", "=", uploadId)
    .as("placed");
  await tx.db
    .updateTable("s3_parts")
    .from(placed)
    .set((eb) => ({ offset_bytes: eb.ref("placed.begins") }))
    .where("s3_parts.upload_id", "=", uploadId)
    .whereRef("s3_parts.part_number", "=", "placed.part_number")
    .execute();
  await tx.db.deleteFrom("s3_uploads").where("upload_id", "=", uploadId).execute();
  const blobIds = unnamed.map((part) => part.blob_id);
  await leases.removeAfterCommit(uploadId, blobIds, tx);
}

/** The MD5 of the parts' MD5s, and their number. */
function etagOfParts(parts: readonly PartRow[]): string {
  const hash = createHash("md5");
  for (const part of parts) hash.update(Buffer.from(part.etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}

function checksumOfParts(
  parts: readonly PartRow[],
  { algorithm, type }: UploadChecksum,
): ObjectChecksum {
  const values = parts.map((part) => Buffer.from(part.checksum ?? "", "base64"));
  if (type === "COMPOSITE" || !algorithm.combiner) {
    const digest = algorithm.start();
    for (const value of values) digest.update(value);
    const value = `${digest.digest().toString("base64")}-${parts.length}`;
    return { algorithm: algorithm.name, type: "COMPOSITE", value };
  }
  let whole: Buffer | undefined;
  for (const [index, value] of values.entries()) {
    const sizeBytes = parts[index]?.size_bytes ?? 0;
    whole = whole ? algorithm.combiner.combine(whole, value, sizeBytes) : value;
  }
  return {
    algorithm: algorithm.name,
    type: "FULL_OBJECT",
    value: (whole ?? algorithm.start().digest()).toString("base64"),
  };
}

/** Throws InvalidRequest. An upload for which no algorithm was chosen has no mode either. */
function checkMode({ ChecksumType: mode }: Input, { checksum_type: type }: UploadRow): void {
  if (mode === undefined || mode === type) return;
  throw invalidRequest(
    `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
  );
}

/** Throws BadDigest or InvalidRequest when the client expected another object. */
function checkClaims(
  input: Input,
  checksum: ObjectChecksum,
  { algorithm, declared }: UploadChecksum,
  sizeBytes: number,
): void {
  const claimed = input[algorithm.member];
  const isClaimed = Object.values(CHECKSUM_ALGORITHMS).some(({ member }) => input[member]);
  const fits =
    declared && checksum.type === "FULL_OBJECT"
      ? // S3 compares only what says that it is of the whole object.
        !isClaimed || (claimed === checksum.value && input.ChecksumType === "FULL_OBJECT")
      : claimed === undefined ||
        [checksum.value, withoutPartsCount(checksum.value)].includes(claimed);
  if (!fits) {
    throw badDigest(
      `The ${algorithm.name.toLowerCase()} you specified did not match the calculated checksum.`,
    );
  }
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== sizeBytes) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${sizeBytes}`,
    );
  }
}

function locationOf(bucket: string, key: string, { http }: RequestContext): string {
  // The request came to the object's own address, whether or not the host names the bucket.
  if (http?.headers.host) return `${http.scheme}://${http.headers.host}${http.rawPath}`;
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `http://s3.amazonaws.com/${bucket}/${path}`;
}
