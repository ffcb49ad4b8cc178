import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { invalidArgumentOf, malformedXml } from "../errors.ts";
import type { BucketRow } from "../tables.ts";
import { type BucketInput, requireBucket } from "./find-bucket.ts";
import { updateBucket } from "./update-bucket.ts";

const DEFAULT_RULE: s3.ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
  BucketKeyEnabled: false,
};

/**
 * PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption. There is no KMS here: a bucket
 * may say that it wants one, and then takes no object that doesn't say otherwise.
 */
export function bucketEncryptionOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketEncryption: {
      authorize: needs("PutEncryptionConfiguration"),
      handle: async (input, context) => {
        const rule = checkedRule(input.ServerSideEncryptionConfiguration?.Rules);
        const bucket = await requireBucket(input, context);
        await updateBucket(bucket, { encryption: JSON.stringify(rule) }, context);
        return {};
      },
    },
    GetBucketEncryption: {
      authorize: needs("GetEncryptionConfiguration"),
      handle: async (input, context) => {
        const { encryption } = await requireBucket(input, context);
        return { ServerSideEncryptionConfiguration: { Rules: [readRule(encryption)] } };
      },
    },
    DeleteBucketEncryption: {
      authorize: needs("PutEncryptionConfiguration"),
      handle: async (input, context) => {
        await updateBucket(await requireBucket(input, context), { encryption: null }, context);
        return {};
      },
    },
  });
}

/** Whether an object that names no encryption of its own would need a KMS. */
export function wantsKms(bucket: BucketRow, encryption: string | undefined): boolean {
  return encryption === undefined && kmsDefault(bucket) !== undefined;
}

/**
 * Writing to a bucket whose default is a customer's key needs that key too. AWS's own key is for
 * everybody in the account.
 */
export function keyAuthorizations(
  bucket: BucketRow,
  encryption: string | undefined,
): readonly Authorization[] {
  const keyId = wantsKms(bucket, encryption) ? kmsDefault(bucket)?.KMSMasterKeyID : undefined;
  if (!keyId) return [];
  const { region, account_id: accountId } = bucket;
  const resource = keyId.startsWith("arn:")
    ? keyId
    : `arn:aws:kms:${region}:${accountId}:${keyId.startsWith("alias/") ? "" : "key/"}${keyId}`;
  return [{ action: "kms:GenerateDataKey", resource, resourceAccountId: accountId }];
}

function kmsDefault(bucket: BucketRow): s3.ServerSideEncryptionByDefault | undefined {
  const byDefault = readRule(bucket.encryption).ApplyServerSideEncryptionByDefault;
  return byDefault?.SSEAlgorithm?.startsWith("aws:kms") ? byDefault : undefined;
}

function readRule(encryption: string | null): s3.ServerSideEncryptionRule {
  if (encryption === null) return DEFAULT_RULE;
  const rule: s3.ServerSideEncryptionRule = JSON.parse(encryption);
  return rule;
}

function checkedRule(rules: readonly s3.ServerSideEncryptionRule[] = []) {
  const [rule] = rules;
  const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  const isKnown = ["AES256", "aws:kms", "aws:kms:dsse"].includes(SSEAlgorithm ?? "");
  if (rule === undefined || rules.length > 1 || !isKnown) {
    throw malformedXml();
  }
  if (SSEAlgorithm === "AES256" && KMSMasterKeyID !== undefined) {
    throw invalidArgumentOf(
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
      "ApplyServerSideEncryptionByDefault",
    );
  }
  return { ...rule, BucketKeyEnabled: rule.BucketKeyEnabled ?? false };
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}
