import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { aclOfNew } from "../access/acl-of-new.ts";
import { onObject } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { readAuthorizations } from "../access/read-authorization.ts";
import { requestTagKeys } from "../access/tag-keys.ts";
import { writeAuthorizations } from "../access/write-authorization.ts";
import { declaredAlgorithm } from "../checksums/body-digests.ts";
import { checksumOutput } from "../checksums/object-checksum.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { namesCustomerKey } from "../encryption/customer-key.ts";
import { encryptionToWrite } from "../encryption/object-encryption.ts";
import { invalidArgument, invalidRequest } from "../errors.ts";
import { expirationHeader } from "../lifecycle/lifecycle-headers.ts";
import { announce } from "../notifications/object-events.ts";
import { type ObjectAttributes, readAttributesOf } from "../rows/object-attributes.ts";
import { checkKey } from "../rows/object-key.ts";
import { findObject } from "../rows/objects.ts";
import { lockOfNew } from "../rows/stored-lock.ts";
import { parseTaggingHeader, readTags } from "../rows/tag-set.ts";
import { readVersion, writtenVersion } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { copyBytes } from "./copy-bytes.ts";
import {
  checkSource,
  keyOfSource,
  parseCopySource,
  requireSource,
  requireSourceBucket,
} from "./copy-source.ts";
import { readAttributes, readStorageClass } from "./object-attributes.ts";
import { checkWriteConditions, type NewObject, putObjectRow } from "./object-writes.ts";
import { SINGLE_UPLOAD_BYTES_MAX } from "./request-body.ts";

type CopyInput = Checked<s3.CopyObjectCommandInput>;

/** CopyObject. */
export function objectCopyOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    CopyObject: bucketOperation(authorizeCopy, (bucket, input, context) =>
      copyObject(bucket, input, context, deps),
    ),
  });
}

/** Reading the source, tags included when it has any, and writing the target likewise. */
async function authorizeCopy(
  target: BucketRow,
  input: CopyInput,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const source = await requireSourceBucket(input, context);
  const name = parseCopySource(input.CopySource);
  const row = await findObject(name, context);
  const copiesTags = input.TaggingDirective !== "REPLACE" && row?.tags != null;
  const reads = copiesTags ? ["GetObject", "GetObjectTagging"] : ["GetObject"];
  const tagging = copiesTags ? requestTagKeys(readTags(row.tags)) : {};
  return [
    ...(await readAuthorizations(reads, source, name, context)),
    ...writeAuthorizations(input, target, context),
    ...(copiesTags ? [onObject("PutObjectTagging", target, input.Key, context, tagging)] : []),
  ];
}

async function copyObject(
  bucket: BucketRow,
  input: CopyInput,
  context: RequestContext,
  deps: S3Dependencies,
) {
  const key = input.Key;
  checkKey(key);
  checkWriteConditions(input);
  checkDirective("x-amz-metadata-directive", input.MetadataDirective);
  checkDirective("x-amz-tagging-directive", input.TaggingDirective);
  const row = await requireSource(input, context);
  refuseCopyToItself(input, row, bucket);
  const acl = aclOfNew(input, bucket, context);
  const asked = encryptionToWrite(input, bucket, context, deps);
  const encryption = asked instanceof Promise ? await asked : asked;
  const given = readAttributes(input, encryption.kept, context);
  const storageClass = readStorageClass(input);
  const tags = parseTaggingHeader(input.Tagging);
  const lock = lockOfNew(input, bucket, context.nowMs);
  const copied = await copyBytes(
    row,
    parseCopySource(input.CopySource),
    {
      algorithm: declaredAlgorithm(input.ChecksumAlgorithm),
      choose: (source) => check(input, source, context),
      authorize: () => authorizeCopy(bucket, input, context),
      sourceKey: (source) => keyOfSource(input, source, context),
      targetKey: encryption.key,
      mayBeInline: true,
    },
    context,
    deps,
  );
  const { source, etag, checksum } = copied;
  const object: NewObject = {
    object_key: key,
    blob_id: copied.blobId,
    upload_id: null,
    parts_count: null,
    size_bytes: copied.sizeBytes,
    etag,
    storage_class: storageClass,
    attributes: input.MetadataDirective === "REPLACE" ? JSON.stringify(given) : keep(source, given),
    tags:
      input.TaggingDirective === "REPLACE" ? (tags && JSON.stringify(tags)) || null : source.tags,
    checksum: JSON.stringify(checksum),
    object_lock: lock,
    acl,
  };
  let put: ObjectRow;
  try {
    put = await deps.commits.commit(
      context,
      async (tx) => {
        const row = await putObjectRow(object, bucket, input, tx, deps);
        announce({ type: "Object Created", reason: "CopyObject" }, row, bucket, context, tx, deps);
        return row;
      },
      copied,
    );
  } catch (error) {
    await deps.blobs.discard([copied.blobId], error);
    throw error;
  }
  const { VersionId: CopySourceVersionId } = writtenVersion(source);
  return {
    // Unlike other writes, a copy answers that it made a null version.
    ...readVersion(put, bucket),
    ...expirationHeader(put, bucket),
    ...(CopySourceVersionId === undefined ? {} : { CopySourceVersionId }),
    CopyObjectResult: {
      ETag: `"${etag}"`,
      LastModified: new Date(wholeSeconds(put.modified_ms)),
      ...checksumOutput(checksum),
    },
    ...encryption.output,
  };
}

function check(input: CopyInput, source: ObjectRow, context: RequestContext): undefined {
  checkSource(input, source, context);
  if (source.size_bytes <= SINGLE_UPLOAD_BYTES_MAX) return undefined;
  throw invalidRequest(
    `The specified copy source is larger than the maximum allowable size for a copy source: ${SINGLE_UPLOAD_BYTES_MAX}`,
  );
}

/** The redirect isn't part of what is copied (S3 API, CopyObject), nor how it is kept. */
function keep(source: ObjectRow, given: ObjectAttributes): string {
  const { websiteRedirectLocation, customerKey, kms } = given;
  const { restoredUntilMs: _restoredUntilMs, ...copied } = readAttributesOf(source);
  return JSON.stringify({ ...copied, websiteRedirectLocation, customerKey, kms });
}

function refuseCopyToItself(input: CopyInput, row: ObjectRow, { encryption }: BucketRow): void {
  const source = parseCopySource(input.CopySource);
  if (source.Bucket !== input.Bucket || source.Key !== input.Key) return;
  // A version is copied over the latest to restore it (S3 user guide, "Restoring previous
  // versions").
  if (source.VersionId !== undefined) return;
  const { kms, customerKey } = readAttributesOf(row);
  const changes =
    input.MetadataDirective === "REPLACE" ||
    input.TaggingDirective === "REPLACE" ||
    (input.StorageClass ?? input.WebsiteRedirectLocation ?? input.ServerSideEncryption) !==
      undefined ||
    namesCustomerKey(input) ||
    // The bucket's own encryption applies to the copy, whether it differs or not, and without one
    // S3's own keys take the place of KMS's and customers' ones.
    encryption !== null ||
    kms !== undefined ||
    customerKey !== undefined ||
    input.ChecksumAlgorithm !== undefined;
  if (changes) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function checkDirective(header: string, value: string | undefined): void {
  if (value === undefined || value === "COPY" || value === "REPLACE") return;
  throw invalidArgument(
    header === "x-amz-metadata-directive"
      ? "Unknown metadata directive."
      : "Unknown tagging directive.",
    header,
    value,
  );
}
