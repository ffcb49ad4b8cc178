import type * as s3 from "@aws-sdk/client-s3";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { aclOfNew } from "../access/acl-of-new.ts";
import { onObject } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { writeAuthorizations } from "../access/write-authorization.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { encryptionToWrite } from "../encryption/object-encryption.ts";
import { abortHeaders } from "../lifecycle/lifecycle-headers.ts";
import { readAttributes, readStorageClass } from "../objects/object-attributes.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import { checkKey } from "../rows/object-key.ts";
import { selectObject } from "../rows/objects.ts";
import { lockOfNew } from "../rows/stored-lock.ts";
import { parseTaggingHeader } from "../rows/tag-set.ts";
import { abortUpload, newUploadId } from "../rows/uploads.ts";
import type { BucketRow, S3Tables, UploadRow } from "../tables.ts";
import { completeUpload } from "./complete-upload.ts";
import { uploadAuthorizations } from "./upload-authorization.ts";
import { chooseUploadChecksum } from "./upload-checksum.ts";

/** CreateMultipartUpload, CompleteMultipartUpload, AbortMultipartUpload. */
export function multipartUploadOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    CreateMultipartUpload: bucketOperation(
      (bucket, input, context) => writeAuthorizations(input, bucket, context),
      (bucket, input, context) => createUpload(bucket, input, context, deps),
    ),
    CompleteMultipartUpload: bucketOperation(
      (bucket, input, context) => uploadAuthorizations(input, bucket, context),
      (bucket, input, context) => completeUpload(bucket, input, context, deps),
    ),
    AbortMultipartUpload: bucketOperation(
      (bucket, input, context) => onObject("AbortMultipartUpload", bucket, input.Key, context),
      async (bucket, input, context) => {
        await context.transaction<S3Tables, void>(async (tx) => {
          await abortUpload(input, bucket, tx, deps);
        });
        return {};
      },
    ),
  });
}

async function createUpload(
  bucket: BucketRow,
  input: Checked<s3.CreateMultipartUploadCommandInput>,
  context: RequestContext,
  deps: S3Dependencies,
) {
  const { ids, clock } = deps;
  const key = input.Key;
  checkKey(key);
  const checksum = chooseUploadChecksum(input.ChecksumAlgorithm, input.ChecksumType);
  const tags = parseTaggingHeader(input.Tagging);
  const encryption = await encryptionToWrite(input, bucket, context, deps);
  const nowMs = clock.nowMs();
  const row: Omit<UploadRow, "object_at_start"> = {
    upload_id: newUploadId(nowMs, ids),
    bucket_name: bucket.bucket_name,
    bucket_id: bucket.bucket_id,
    object_key: key,
    account_id: bucket.account_id,
    region: bucket.region,
    initiator_arn: initiatorOf(context),
    created_ms: nowMs,
    storage_class: readStorageClass(input),
    attributes: JSON.stringify(readAttributes(input, encryption.kept, context)),
    tags: tags ? JSON.stringify(tags) : null,
    checksum_algorithm: checksum.algorithm,
    checksum_type: checksum.type,
    object_lock: lockOfNew(input, bucket, nowMs),
    acl: aclOfNew(input, bucket, context),
  };
  await context.transaction<S3Tables, void>(async (tx) => {
    await assertBucketStays(bucket, tx);
    const replaced = await selectObject(bucket.bucket_name, key, tx.db);
    const object_at_start = replaced?.object_id ?? "";
    await tx.db
      .insertInto("s3_uploads")
      .values({ ...row, object_at_start })
      .execute();
  });
  return {
    Bucket: bucket.bucket_name,
    Key: key,
    UploadId: row.upload_id,
    ...abortHeaders(row, bucket),
    ...encryption.output,
    ...(checksum.algorithm
      ? {
          ChecksumAlgorithm: checksum.algorithm as s3.ChecksumAlgorithm,
          ChecksumType: checksum.type as s3.ChecksumType,
        }
      : {}),
  };
}

function initiatorOf({ caller: { principal } }: RequestContext): string {
  return "arn" in principal ? principal.arn : principal.kind;
}
