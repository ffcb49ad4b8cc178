import { splitArn } from "../../../kernel/arn.ts";
import type { ManagedKeys } from "../../../kernel/ports/managed-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidArgument } from "../errors.ts";
import { bucketArn, objectArn } from "../resource-arn.ts";
import type { BucketRow } from "../tables.ts";
import { asS3Refusal } from "./kms-errors.ts";

/*
 * Encryption with KMS keys (SSE-KMS). Each object has a data key, made by KMS and kept encrypted by
 * it; S3 asks KMS as its caller, who therefore needs the key's permission. Source: S3 user guide,
 * "Using server-side encryption with AWS KMS keys (SSE-KMS)".
 */

export type KmsAlgorithm = "aws:kms" | "aws:kms:dsse";

/** A wish to encrypt with KMS, of a request or of its bucket's default. */
export interface KmsWish {
  readonly algorithm: KmsAlgorithm;
  /** In any form; undefined: the key that S3 uses for the account. */
  readonly keyId: string | undefined;
  /** The encryption context names the bucket rather than the object. */
  readonly bucketKey: boolean;
  /** The caller's own pairs of the encryption context. */
  readonly context: Readonly<Record<string, string>> | undefined;
}

/** The encryption of an object, as its attributes keep it. */
export interface KmsEncryption {
  readonly algorithm: KmsAlgorithm;
  readonly keyArn: string;
  /** The data key, encrypted by KMS, in base64. */
  readonly dataKey: string;
  readonly bucketKey?: true;
  readonly context?: Readonly<Record<string, string>>;
}

/** The place of an object; of a row, or of what is to become one. */
interface Place {
  readonly bucket_name: string;
  readonly object_key: string;
}

/** The answer of GenerateDataKey. */
interface MadeDataKey {
  readonly CiphertextBlob: Uint8Array;
  /** The key's ARN. */
  readonly KeyId: string;
  readonly Plaintext: Uint8Array;
}

const INVOKED_BY = "s3.amazonaws.com";
const SIGNATURE = "Authorization";
const UNSIGNED = [
  "Requests specifying Server Side Encryption with AWS KMS managed keys",
  "require AWS Signature Version 4.",
].join(" ");
const ACCOUNT_ID = /^\d{12}$/;

/** A new data key, and what is kept of it. Rejects with KMS's refusal in S3's words. */
export async function newDataKey(
  wish: KmsWish,
  key: string,
  bucket: BucketRow,
  context: RequestContext,
  managedKeys: ManagedKeys,
): Promise<{ readonly key: Buffer; readonly kms: KmsEncryption }> {
  refuseUnsigned(context);
  const place = { bucket_name: bucket.bucket_name, object_key: key };
  const { region } = bucket;
  const KeyId =
    wish.keyId === undefined
      ? await managedKeys.require("s3", { accountId: ownerOfKey(bucket, context), region }, context)
      : qualified(wish.keyId, bucket, context);
  const input = {
    KeyId,
    KeySpec: "AES_256",
    EncryptionContext: contextOf(wish, place),
  };
  const options = { invokedBy: INVOKED_BY, region };
  const made = await asS3Refusal(
    context.forward<MadeDataKey>("kms", "GenerateDataKey", input, options),
  );
  return {
    key: Buffer.from(made.Plaintext),
    kms: {
      algorithm: wish.algorithm,
      keyArn: made.KeyId,
      dataKey: Buffer.from(made.CiphertextBlob).toString("base64"),
      ...(wish.bucketKey ? { bucketKey: true } : {}),
      ...(wish.context ? { context: wish.context } : {}),
    },
  };
}

/** The data key of an object or an upload. Rejects with KMS's refusal in S3's words. */
export async function openDataKey(
  kept: KmsEncryption,
  place: Place,
  context: RequestContext,
): Promise<Buffer> {
  refuseUnsigned(context);
  const input = {
    KeyId: kept.keyArn,
    CiphertextBlob: Buffer.from(kept.dataKey, "base64"),
    EncryptionContext: contextOf(kept, place),
  };
  const region = splitArn(kept.keyArn)?.region ?? context.region;
  const opened = await asS3Refusal(
    context.forward<Pick<MadeDataKey, "Plaintext">>("kms", "Decrypt", input, {
      invokedBy: INVOKED_BY,
      region,
    }),
  );
  return Buffer.from(opened.Plaintext);
}

/** Its members of answers. The encryption context is shown to nobody. */
export function kmsOutput({ algorithm, keyArn, bucketKey }: KmsEncryption) {
  return {
    ServerSideEncryption: algorithm,
    SSEKMSKeyId: keyArn,
    ...(bucketKey ? { BucketKeyEnabled: true } : {}),
  };
}

function contextOf(
  { bucketKey, context }: { readonly bucketKey?: boolean; readonly context?: KmsWish["context"] },
  { bucket_name, object_key }: Place,
): Readonly<Record<string, string>> {
  const arn = bucketKey ? bucketArn(bucket_name) : objectArn(bucket_name, object_key);
  return { ...context, "aws:s3:arn": arn };
}

/**
 * The account whose key is meant where none is named: the caller's. A service has no account, and
 * means the bucket's.
 */
function ownerOfKey({ account_id }: BucketRow, { accountId }: RequestContext): string {
  return ACCOUNT_ID.test(accountId) ? accountId : account_id;
}

/** Names the key for a service's call, for which KMS knows no account to look in. */
function qualified(keyId: string, bucket: BucketRow, context: RequestContext): string {
  const account = ownerOfKey(bucket, context);
  if (keyId.startsWith("arn:") || account === context.accountId) return keyId;
  const resource = keyId.startsWith("alias/") ? keyId : `key/${keyId}`;
  return `arn:aws:kms:${bucket.region}:${account}:${resource}`;
}

/** Throws InvalidArgument: KMS needs to know who asks. */
function refuseUnsigned({ caller }: RequestContext): void {
  if (caller.principal.kind !== "anonymous") return;
  throw invalidArgument(UNSIGNED, SIGNATURE, "null");
}
