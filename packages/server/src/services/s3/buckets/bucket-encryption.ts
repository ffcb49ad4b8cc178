import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { objectArn, onBucket } from "../access/authorization.ts";
import { accessDenied, invalidArgumentOf, malformedXml } from "../errors.ts";
import { type BucketInput, requireBucket } from "../rows/find-bucket.ts";
import { updateBucket } from "../rows/update-bucket.ts";
import type { BucketRow } from "../tables.ts";

/** Since April 2026 nobody may write with keys of their own (S3 user guide, "Default SSE-C setting"). */
const DEFAULT_RULE: s3.ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
  BucketKeyEnabled: false,
  BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
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
        const given = checkedRule(input.ServerSideEncryptionConfiguration?.Rules);
        const bucket = await requireBucket(input, context);
        // What isn't said stays: the default, and whether customers' keys are taken.
        const rule = { ...readRule(bucket.encryption), ...given };
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

/** Throws AccessDenied where objects mustn't be encrypted with customers' keys. */
export function refuseBlockedEncryption(
  bucket: BucketRow,
  key: string,
  { caller: { principal }, operation }: RequestContext,
): void {
  const { BlockedEncryptionTypes: blocked } = readRule(bucket.encryption);
  if (!blocked?.EncryptionType?.includes("SSE-C")) return;
  const caller = "arn" in principal ? principal.arn : "anonymous";
  const action = operation === "CopyObject" ? operation : "PutObject";
  throw accessDenied(
    `User: ${caller} is not authorized to perform: s3:${action} on resource: "${objectArn(bucket.bucket_name, key)}" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`,
  );
}

interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

/** Whether an object that names no encryption of its own would need a KMS. */
export function wantsKms(bucket: BucketRow, input: EncryptionInput): boolean {
  const encryption = input.ServerSideEncryption ?? input.SSECustomerAlgorithm;
  return encryption === undefined && kmsDefault(bucket) !== undefined;
}

/**
 * Writing to a bucket whose default is a customer's key needs that key too. AWS's own key is for
 * everybody in the account.
 */
export function keyAuthorizations(
  bucket: BucketRow,
  input: EncryptionInput,
): readonly Authorization[] {
  const keyId = wantsKms(bucket, input) ? kmsDefault(bucket)?.KMSMasterKeyID : undefined;
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
  return { ...DEFAULT_RULE, ...rule };
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

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}
