import type * as s3 from "@aws-sdk/client-s3";
import { parseQuery } from "@rolecast/wire";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { aclOfNew } from "../access/acl-of-new.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { onDeletion } from "../access/deletion-authorization.ts";
import { readAuthorizations } from "../access/read-authorization.ts";
import { writeAuthorizations } from "../access/write-authorization.ts";
import { requireRestored } from "../archive/archived-objects.ts";
import { BodyDigests, readChecksumClaim } from "../checksums/body-digests.ts";
import {
  CHECKSUM_ALGORITHMS,
  DEFAULT_CHECKSUM_ALGORITHM,
} from "../checksums/checksum-algorithm.ts";
import { checksumOutput, type ObjectChecksum } from "../checksums/object-checksum.ts";
import { requireDigest } from "../checksums/required-digest.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { keyToRead } from "../encryption/customer-key.ts";
import {
  encryptionToWrite,
  keyOfObject,
  refuseEncryptionHeader,
} from "../encryption/object-encryption.ts";
import { matchesEtag } from "../entity-tags.ts";
import { invalidArgument, invalidRequest, notImplemented } from "../errors.ts";
import { expirationHeader } from "../lifecycle/lifecycle-headers.ts";
import { announce } from "../notifications/object-events.ts";
import { bypassAuthorizations, checkBypass, shownLock } from "../object-lock/object-locks.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import { readAttributesOf } from "../rows/object-attributes.ts";
import { checkKey } from "../rows/object-key.ts";
import { requireObject } from "../rows/objects.ts";
import { lockOfNew } from "../rows/stored-lock.ts";
import { parseTaggingHeader } from "../rows/tag-set.ts";
import { checkVersionId, readVersion, writtenVersion } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { deleteObject, refusalOfDeletion } from "../versions/delete-object.ts";
import { adoptBody } from "./adopt-body.ts";
import { readAttributes, readStorageClass } from "./object-attributes.ts";
import { openObject } from "./object-bytes.ts";
import { checkWriteConditions, putObjectRow } from "./object-writes.ts";
import { checkReadConditions } from "./preconditions.ts";
import { type ReadInput, readOutput, responseOverrides, shownTagCount } from "./read-output.ts";
import { chooseRange } from "./read-range.ts";
import { readBody } from "./request-body.ts";
import { storeBody } from "./store-body.ts";

const LOCKED_WITHOUT_DIGEST =
  "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters";

/** PutObject, GetObject, HeadObject, DeleteObject. */
export function objectOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutObject: bucketOperation(
      (bucket, input, context) => writeAuthorizations(input, bucket, context),
      (bucket, input, context) => putObject(bucket, input, context, deps),
      { verifiesSha256: true },
    ),
    GetObject: bucketOperation(
      authorizeRead,
      (bucket, input, context) => getObject(bucket, input, context, deps),
      { embeddable: true },
    ),
    HeadObject: bucketOperation(authorizeRead, headObject, { embeddable: true }),
    DeleteObject: bucketOperation(
      (bucket, input, context) => {
        const keys = input.VersionId === undefined ? { "s3:if-match": input.IfMatch } : {};
        const bypasses = bypassAuthorizations(input, bucket, context);
        const deletion = onDeletion(bucket, input, context, keys);
        return deletion instanceof Promise
          ? deletion.then((own) => [own, ...bypasses])
          : [deletion, ...bypasses];
      },
      async (bucket, input, context) => {
        const { Key, VersionId, IfMatch } = input;
        checkVersionId(VersionId);
        if (input.IfMatchSize !== undefined) throw notImplemented("x-amz-if-match-size");
        if (input.IfMatchLastModifiedTime !== undefined)
          throw notImplemented("x-amz-if-match-last-modified-time");
        checkBypass(input, bucket);
        const { versionId, isDeleteMarker } = await deps.commits.commit(context, async (tx) => {
          const current = { ...bucket, ...(await assertBucketStays(bucket, tx)) };
          const bypassesGovernance = input.BypassGovernanceRetention;
          const acceptsEtag =
            IfMatch === undefined ? undefined : (etag: string) => matchesEtag(IfMatch, etag);
          const deletion = { Key, VersionId, acceptsEtag, bypassesGovernance };
          const refusal = await refusalOfDeletion(deletion, current, context.nowMs, tx);
          if (refusal) throw refusal;
          const occasion = { requester: context, reason: "DeleteObject" } as const;
          return deleteObject(deletion, current, occasion, tx, deps);
        });
        return {
          ...(versionId === undefined ? {} : { VersionId: versionId }),
          ...(isDeleteMarker ? { DeleteMarker: true } : {}),
        };
      },
    ),
  });
}

async function putObject(
  bucket: BucketRow,
  input: Checked<s3.PutObjectCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
) {
  const key = input.Key;
  checkKey(key);
  refusePart(context);
  checkWriteConditions(input);
  if (input.WriteOffsetBytes !== undefined) throw notImplemented("x-amz-write-offset-bytes");
  const acl = aclOfNew(input, bucket, context);
  const asked = encryptionToWrite(input, bucket, context, deps);
  const encryption = asked instanceof Promise ? await asked : asked;
  const attributes = JSON.stringify(readAttributes(input, encryption.kept, context));
  const storageClass = readStorageClass(input);
  const tags = parseTaggingHeader(input.Tagging);
  const lock = lockOfNew(input, bucket, context.nowMs);
  if (lock !== null) requireDigest(context, LOCKED_WITHOUT_DIGEST);
  const claim = readChecksumClaim(input, context);
  const kept = claim?.algorithm ?? DEFAULT_CHECKSUM_ALGORITHM;
  const body = readBody(input.Body, input.ContentLength, context);
  const isAdoptable = kept === CHECKSUM_ALGORITHMS.CRC32 && encryption.key === undefined;
  let stored = body.file && isAdoptable ? await adoptBody(body.file, context, deps) : undefined;
  if (!stored) {
    const digests = new BodyDigests(deps.digests, kept, claim, input.ContentMD5, context);
    const how = { key: encryption.key, mayBeInline: true, ...body.expected };
    stored = await storeBody(body.bytes, digests, context, deps, how);
  }
  const checksum: ObjectChecksum = {
    algorithm: kept.name,
    type: "FULL_OBJECT",
    value: stored.checksum.toString("base64"),
  };
  const object = {
    object_key: key,
    blob_id: stored.blobId,
    upload_id: null,
    parts_count: null,
    size_bytes: stored.sizeBytes,
    etag: stored.etag,
    storage_class: storageClass,
    attributes,
    tags: tags ? JSON.stringify(tags) : null,
    checksum: JSON.stringify(checksum),
    object_lock: lock,
    acl,
  };
  let row: ObjectRow;
  try {
    row = await deps.commits.commit(
      context,
      async (tx) => {
        const put = await putObjectRow(object, bucket, input, tx, deps);
        announce({ type: "Object Created", reason: "PutObject" }, put, bucket, context, tx, deps);
        return put;
      },
      stored,
    );
  } catch (error) {
    await deps.blobs.discard([stored.blobId], error);
    throw error;
  }
  return {
    ...writtenVersion(row),
    ...expirationHeader(row, bucket),
    ETag: `"${stored.etag}"`,
    ...encryption.output,
    ...checksumOutput(checksum),
  };
}

/** A request that names a part or an upload, and not both, must not become an object. */
function refusePart({ http }: RequestContext): void {
  const query = parseQuery(http?.rawQuery ?? "");
  const name = ["partNumber", "uploadId"].find((each) => query.has(each));
  if (name === undefined) return;
  throw invalidArgument("This operation does not accept a query-string.", "ResourceType", name);
}

function authorizeRead(
  bucket: BucketRow,
  input: ReadInput,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  return readAuthorizations(["GetObject"], bucket, input, context);
}

async function getObject(
  bucket: BucketRow,
  input: Checked<s3.GetObjectCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
) {
  checkReadInput(input, context);
  // Before the file is opened: what is refused must not leave it open.
  const overrides = responseOverrides(input, context);
  const choose = (current: ObjectRow) => {
    keyToRead(input, readAttributesOf(current).customerKey);
    requireRestored(current, context.nowMs);
    checkReadConditions(input, validatorsOf(current), context.nowMs);
    return chooseRange(input, current, context);
  };
  const key = (current: ObjectRow) =>
    keyOfObject(input, readAttributesOf(current), current, context);
  const authorize = () => authorizeRead(bucket, input, context);
  const how = { choose, key, authorize, mayBeCached: true };
  const opened = await openObject(input, context, deps, how);
  return {
    ...readVersion(opened.row, bucket),
    ...(input.VersionId === undefined ? expirationHeader(opened.row, bucket) : {}),
    ...readOutput(opened.row, opened.range, input, context),
    ...(await shownTagCount(opened.row, bucket, input, context)),
    ...(await shownLock(opened.row, bucket, input, context)),
    ...overrides,
    // The SDK's type has methods that its own deserializer mixes into the stream.
    Body: opened.body as unknown as NonNullable<s3.GetObjectCommandOutput["Body"]>,
  };
}

async function headObject(
  bucket: BucketRow,
  input: Checked<s3.HeadObjectCommandInput>,
  context: RequestContext,
) {
  checkReadInput(input, context);
  const row = await requireObject(input, context);
  await requireHeadKey(input, row, context);
  checkReadConditions(input, validatorsOf(row), context.nowMs);
  return {
    ...readVersion(row, bucket),
    ...(input.VersionId === undefined ? expirationHeader(row, bucket) : {}),
    ...readOutput(row, await chooseRange(input, row, context), input, context),
    ...(await shownTagCount(row, bucket, input, context)),
    ...(await shownLock(row, bucket, input, context)),
    ...responseOverrides(input, context),
  };
}

/** KMS is asked only for an object's checksum, which is of its bytes (S3 API, HeadObject). */
async function requireHeadKey(
  input: Checked<s3.HeadObjectCommandInput>,
  row: ObjectRow,
  context: RequestContext,
): Promise<void> {
  const { customerKey, kms } = readAttributesOf(row);
  if (kms && input.ChecksumMode === "ENABLED")
    await keyOfObject(input, { customerKey, kms }, row, context);
  else keyToRead(input, customerKey);
}

function checkReadInput(input: ReadInput, context: RequestContext): void {
  refuseEncryptionHeader(context);
  if (input.Range !== undefined && input.PartNumber !== undefined) {
    throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  }
}

function validatorsOf(row: ObjectRow) {
  return { etag: row.etag, modifiedMs: row.modified_ms };
}
