import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { readAuthorizations } from "../access/read-authorization.ts";
import { BodyDigests, type ChecksumClaim, readChecksumClaim } from "../checksums/body-digests.ts";
import { checksumMembers, type ObjectChecksum } from "../checksums/object-checksum.ts";
import { requireDigest } from "../checksums/required-digest.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { refuseBlockedEncryption } from "../encryption/bucket-default.ts";
import { type CustomerKeyInput, keyOfPart } from "../encryption/customer-key.ts";
import { openDataKey } from "../encryption/kms-encryption.ts";
import { refusePartEncryption, shownEncryption } from "../encryption/object-encryption.ts";
import { entityTooLarge, invalidArgument, invalidRequest } from "../errors.ts";
import type { ByteRange } from "../objects/byte-range.ts";
import { copyBytes } from "../objects/copy-bytes.ts";
import {
  checkSource,
  keyOfSource,
  parseCopySource,
  requireSource,
  requireSourceBucket,
} from "../objects/copy-source.ts";
import { checkPartNumber } from "../objects/part-number.ts";
import { readBody, SINGLE_UPLOAD_BYTES_MAX } from "../objects/request-body.ts";
import { storeBody } from "../objects/store-body.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { requireUpload, type UploadInput } from "../rows/uploads.ts";
import { writtenVersion } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow, PartRow, S3Tables, UploadRow } from "../tables.ts";
import { uploadAuthorizations } from "./upload-authorization.ts";
import { checksumOfUpload, type UploadChecksum } from "./upload-checksum.ts";

const LOCKED_WITHOUT_DIGEST =
  "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Part requests with Object Lock parameters";

/** UploadPart and UploadPartCopy. */
export function partOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    UploadPart: bucketOperation(
      (bucket, input, context) => uploadAuthorizations(input, bucket, context),
      (bucket, input, context) => uploadPart(bucket, input, context, deps),
      { verifiesSha256: true },
    ),
    UploadPartCopy: bucketOperation(authorizePartCopy, (bucket, input, context) =>
      uploadPartCopy(bucket, input, context, deps),
    ),
  });
}

async function authorizePartCopy(
  bucket: BucketRow,
  input: Checked<s3.UploadPartCopyCommandInput>,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const source = await requireSourceBucket(input, context);
  const name = parseCopySource(input.CopySource);
  return [
    ...(await readAuthorizations(["GetObject"], source, name, context)),
    ...(await uploadAuthorizations(input, bucket, context)),
  ];
}

async function uploadPart(
  bucket: BucketRow,
  input: Checked<s3.UploadPartCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
) {
  refusePartEncryption(context);
  const partNumber = checkPartNumber(input.PartNumber);
  const upload = await requireUpload(input, bucket, context.db<S3Tables>());
  if (upload.object_lock !== null) requireDigest(context, LOCKED_WITHOUT_DIGEST);
  const key = await partKey(input, upload, bucket, context);
  const uploadChecksum = checksumOfUpload(upload);
  const claim = readChecksumClaim(input, context);
  checkSameAlgorithm(uploadChecksum, claim);
  const { algorithm } = uploadChecksum;
  const digests = new BodyDigests(deps.digests, algorithm, claim, input.ContentMD5, context);
  const body = readBody(input.Body, input.ContentLength, context);
  const how = { key, ...body.expected };
  const stored = await storeBody(body.bytes, digests, context, deps, how);
  const { blobId, sizeBytes, etag, checksum } = stored;
  const value = checksum.toString("base64");
  const part = {
    part_number: partNumber,
    blob_id: blobId,
    size_bytes: sizeBytes,
    etag,
    checksum: value,
  };
  await putPart(part, input, bucket, context, deps);
  const shown = uploadChecksum.declared || claim?.algorithm === algorithm;
  return {
    ETag: `"${etag}"`,
    ...shownEncryption(input, readAttributesOf(upload)),
    ...(shown ? checksumMembers(asChecksum(uploadChecksum, value)) : claimed(claim, context)),
  };
}

async function uploadPartCopy(
  bucket: BucketRow,
  input: Checked<s3.UploadPartCopyCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
) {
  refusePartEncryption(context);
  const partNumber = checkPartNumber(input.PartNumber);
  const upload = await requireUpload(input, bucket, context.db<S3Tables>());
  const uploadChecksum = checksumOfUpload(upload);
  const targetKey = await partKey(input, upload, bucket, context);
  const row = await requireSource(input, context);
  const copied = await copyBytes(
    row,
    parseCopySource(input.CopySource),
    {
      algorithm: uploadChecksum.algorithm,
      choose: (source) => chooseRange(input, source, context),
      authorize: () => authorizePartCopy(bucket, input, context),
      sourceKey: (source) => keyOfSource(input, source, context),
      targetKey,
    },
    context,
    deps,
  );
  const part = {
    part_number: partNumber,
    blob_id: copied.blobId,
    size_bytes: copied.sizeBytes,
    etag: copied.etag,
    checksum: copied.checksum.value,
  };
  const modifiedMs = await putPart(part, input, bucket, context, deps);
  const { VersionId: CopySourceVersionId } = writtenVersion(copied.source);
  return {
    ...(CopySourceVersionId === undefined ? {} : { CopySourceVersionId }),
    CopyPartResult: {
      ETag: `"${copied.etag}"`,
      LastModified: new Date(wholeSeconds(modifiedMs)),
      ...(uploadChecksum.declared ? checksumMembers(copied.checksum) : {}),
    },
    ...shownEncryption(input, readAttributesOf(upload)),
  };
}

/** The encryption of a part. Throws where it isn't the one that its upload began with. */
function partKey(
  input: CustomerKeyInput & UploadInput,
  upload: UploadRow,
  bucket: BucketRow,
  context: RequestContext,
): Buffer | undefined | Promise<Buffer> {
  const { customerKey, kms } = readAttributesOf(upload);
  const key = keyOfPart(input, customerKey);
  if (kms) return openDataKey(kms, upload, context);
  if (key) refuseBlockedEncryption(bucket, upload.object_key, context);
  return key;
}

type NewPart = Pick<PartRow, "part_number" | "blob_id" | "size_bytes" | "etag" | "checksum">;

/**
 * Adds or replaces the part while its upload is in progress. Resolves with the time of it; a part
 * that isn't added leaves no bytes.
 */
async function putPart(
  part: NewPart,
  input: UploadInput,
  bucket: BucketRow,
  context: RequestContext,
  deps: S3Dependencies,
): Promise<number> {
  try {
    const put = (tx: Transaction<S3Tables>) => putPartRow(part, input, bucket, tx, deps);
    return await deps.commits.commit(context, put, { blobId: part.blob_id });
  } catch (error) {
    await deps.blobs.discard([part.blob_id], error);
    throw error;
  }
}

async function putPartRow(
  part: NewPart,
  input: UploadInput,
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  { clock, leases }: S3Dependencies,
): Promise<number> {
  const upload = await requireUpload(input, bucket, tx.db);
  const row: PartRow = {
    ...part,
    upload_id: upload.upload_id,
    account_id: upload.account_id,
    region: upload.region,
    modified_ms: clock.nowMs(),
    offset_bytes: null,
  };
  const replaced = await tx.db
    .selectFrom("s3_parts")
    .select("blob_id")
    .where("upload_id", "=", row.upload_id)
    .where("part_number", "=", row.part_number)
    .executeTakeFirst();
  await tx.db
    .deleteFrom("s3_parts")
    .where("upload_id", "=", row.upload_id)
    .where("part_number", "=", row.part_number)
    .execute();
  await tx.db.insertInto("s3_parts").values(row).execute();
  if (replaced) await leases.removeAfterCommit(replaced.blob_id, [replaced.blob_id], tx);
  return row.modified_ms;
}

/** A part must have its upload's checksum; for one of the whole object S3 makes it by itself. */
function checkSameAlgorithm(upload: UploadChecksum, claim: ChecksumClaim | undefined): void {
  if (!upload.declared || claim?.algorithm === upload.algorithm) return;
  if (!claim && upload.type === "FULL_OBJECT") return;
  const actual = claim?.algorithm.name.toLowerCase() ?? "null";
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.name.toLowerCase()}, actual checksum Type: ${actual}`,
  );
}

/** The checksum that the client verified with, though the upload keeps another algorithm. */
function claimed(claim: ChecksumClaim | undefined, context: RequestContext) {
  if (!claim) return {};
  const { algorithm, value = context.http?.trailers()[algorithm.header] } = claim;
  return value === undefined ? {} : { [algorithm.member]: value };
}

function asChecksum({ algorithm, type }: UploadChecksum, value: string): ObjectChecksum {
  return { algorithm: algorithm.name, type, value };
}

/** `bytes=first-last`, both there, inside the source. Throws InvalidArgument, EntityTooLarge. */
function chooseRange(
  input: Checked<s3.UploadPartCopyCommandInput>,
  source: ObjectRow,
  context: RequestContext,
): ByteRange | undefined {
  checkSource(input, source, context);
  const text = input.CopySourceRange;
  if (text === undefined) {
    if (source.size_bytes > SINGLE_UPLOAD_BYTES_MAX)
      throw entityTooLarge(source.size_bytes, SINGLE_UPLOAD_BYTES_MAX);
    return undefined;
  }
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || start > end) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      text,
    );
  }
  if (start >= source.size_bytes)
    throw invalidRequest("The specified copy range is invalid for the source object size");
  if (end >= source.size_bytes) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${source.size_bytes}`,
      "x-amz-copy-source-range",
      text,
    );
  }
  return { start, end };
}
