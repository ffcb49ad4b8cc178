import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { readRule } from "../encryption/bucket-default.ts";
import { invalidArgumentOf, malformedXml } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";

/**
 * PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption. A KMS key is shown as it was
 * put, and looked for when an object is written.
 */
export function bucketEncryptionOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketEncryption: bucketOperation(
      "PutEncryptionConfiguration",
      async (bucket, input, context) => {
        const given = checkedRule(input.ServerSideEncryptionConfiguration?.Rules);
        // What isn't said stays: the default, and whether customers' keys are taken.
        const rule = { ...readRule(bucket.encryption), ...given };
        await updateBucket(bucket, { encryption: JSON.stringify(rule) }, context);
        return {};
      },
    ),
    GetBucketEncryption: bucketOperation("GetEncryptionConfiguration", ({ encryption }) => {
      return { ServerSideEncryptionConfiguration: { Rules: [readRule(encryption)] } };
    }),
    DeleteBucketEncryption: bucketOperation(
      "PutEncryptionConfiguration",
      async (bucket, _input, context) => {
        await updateBucket(bucket, { encryption: null }, context);
        return {};
      },
    ),
  });
}

function checkedRule(rules: readonly s3.ServerSideEncryptionRule[] = []) {
  const [rule] = rules;
  const { ApplyServerSideEncryptionByDefault: byDefault, BlockedEncryptionTypes: blocked } =
    rule ?? {};
  const { SSEAlgorithm, KMSMasterKeyID } = byDefault ?? {};
  const isKnown = ["AES256", "aws:kms", "aws:kms:dsse"].includes(SSEAlgorithm ?? "");
  const types = blocked?.EncryptionType ?? [];
  if (rule === undefined || rules.length > 1 || !(byDefault ?? blocked)) throw malformedXml();
  if ((byDefault && !isKnown) || types.some((type) => type !== "NONE" && type !== "SSE-C"))
    throw malformedXml();
  if (SSEAlgorithm === "AES256" && KMSMasterKeyID !== undefined) {
    throw invalidArgumentOf(
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
      "ApplyServerSideEncryptionByDefault",
    );
  }
  return {
    ...(byDefault ? { ApplyServerSideEncryptionByDefault: byDefault } : {}),
    ...(types.length > 0 ? { BlockedEncryptionTypes: { EncryptionType: types } } : {}),
    BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
  };
}
