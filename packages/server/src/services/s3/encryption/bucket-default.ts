import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { accessDenied } from "../errors.ts";
import { objectArn } from "../resource-arn.ts";
import type { BucketRow } from "../tables.ts";

/**
 * Since April 2026 nobody may write with keys of their own (S3 user guide, "Default SSE-C
 * setting").
 */
const DEFAULT_RULE: s3.ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
  BucketKeyEnabled: false,
  BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
};

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

export interface EncryptionInput {
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

export function readRule(encryption: string | null): s3.ServerSideEncryptionRule {
  if (encryption === null) return DEFAULT_RULE;
  const rule: s3.ServerSideEncryptionRule = JSON.parse(encryption);
  return { ...DEFAULT_RULE, ...rule };
}
