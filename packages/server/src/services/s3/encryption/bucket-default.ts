import type * as s3 from "@aws-sdk/client-s3";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { accessDenied } from "../errors.ts";
import { objectArn } from "../resource-arn.ts";
import type { BucketRow } from "../tables.ts";
import type { KmsAlgorithm, KmsWish } from "./kms-encryption.ts";

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

/** The bucket's wish for objects that name no encryption; undefined where it isn't KMS. */
export function kmsDefault({ encryption }: BucketRow): KmsWish | undefined {
  if (encryption === null) return undefined;
  const { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled } = readRule(encryption);
  const algorithm = kmsAlgorithm(byDefault?.SSEAlgorithm);
  if (algorithm === undefined) return undefined;
  const bucketKey = algorithm === "aws:kms" && BucketKeyEnabled === true;
  return { algorithm, keyId: byDefault?.KMSMasterKeyID, bucketKey, context: undefined };
}

/** Undefined for an algorithm that isn't KMS's. */
export function kmsAlgorithm(algorithm: string | undefined): KmsAlgorithm | undefined {
  return algorithm === "aws:kms" || algorithm === "aws:kms:dsse" ? algorithm : undefined;
}

export function readRule(encryption: string | null): s3.ServerSideEncryptionRule {
  if (encryption === null) return DEFAULT_RULE;
  const rule: s3.ServerSideEncryptionRule = JSON.parse(encryption);
  return { ...DEFAULT_RULE, ...rule };
}
