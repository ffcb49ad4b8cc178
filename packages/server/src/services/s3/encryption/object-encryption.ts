import type { ManagedKeys } from "../../../kernel/ports/managed-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidArgument } from "../errors.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { kmsAlgorithm, kmsDefault, refuseBlockedEncryption } from "./bucket-default.ts";
import {
  type CustomerKeyInput,
  encryptionOutput,
  keptOfKey,
  keyToRead,
  keyToWrite,
  namesCustomerKey,
} from "./customer-key.ts";
import { readEncryptionContext } from "./encryption-context.ts";
import {
  type KmsEncryption,
  type KmsWish,
  kmsOutput,
  newDataKey,
  openDataKey,
} from "./kms-encryption.ts";

/** The members by which writes say how an object is to be encrypted. */
export interface EncryptionInput extends CustomerKeyInput {
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly Key: string;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSEncryptionContext?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
}

/** The part of an object's attributes that says how its bytes are encrypted. */
export interface KeptEncryption {
  readonly customerKey?: string | undefined;
  readonly kms?: KmsEncryption | undefined;
}

/** The encryption of an object that is being written. */
export interface ObjectEncryption {
  /** Encrypts the bytes; undefined: they are kept as they come. */
  readonly key: Buffer | undefined;
  readonly kept: KeptEncryption;
  /** Its members of answers. */
  readonly output: ReturnType<typeof encryptionOutput> | ReturnType<typeof kmsOutput>;
}

const HEADER = "x-amz-server-side-encryption";
const INCOMPATIBLE = [
  "Server Side Encryption with Customer provided key is incompatible",
  "with the encryption method specified",
].join(" ");
const KMS_NEEDS_HEADER = [
  "Server Side Encryption with AWS KMS managed key",
  "requires HTTP header x-amz-server-side-encryption : aws:kms",
].join(" ");

/** S3's own encryption, which every object has that asks for no other. */
const OWN: ObjectEncryption = {
  key: undefined,
  kept: {},
  output: { ServerSideEncryption: "AES256" },
};

/**
 * The encryption that a write asks for, or else its bucket's default. KMS is asked for a data key
 * where that is needed, and nobody is waited for elsewhere. Throws what S3 answers to encryption
 * that can't be.
 */
export function encryptionToWrite(
  input: EncryptionInput,
  bucket: BucketRow,
  context: RequestContext,
  { managedKeys }: { readonly managedKeys: ManagedKeys },
): ObjectEncryption | Promise<ObjectEncryption> {
  checkEncryption(input);
  const key = keyToWrite(input);
  if (key) {
    refuseBlockedEncryption(bucket, input.Key, context);
    return { key, kept: { customerKey: keptOfKey(key) }, output: encryptionOutput(input) };
  }
  const wish = kmsWish(input, bucket);
  if (!wish) return OWN;
  return newDataKey(wish, input.Key, bucket, context, managedKeys).then((made) => {
    return { key: made.key, kept: { kms: made.kms }, output: kmsOutput(made.kms) };
  });
}

/**
 * The key to read an object's bytes with, or to write an upload's. Throws and rejects with what S3
 * answers to whoever hasn't got it.
 */
export function keyOfObject(
  input: CustomerKeyInput,
  { customerKey, kms }: KeptEncryption,
  place: Pick<ObjectRow, "bucket_name" | "object_key">,
  context: RequestContext,
): Buffer | undefined | Promise<Buffer> {
  const key = keyToRead(input, customerKey);
  return kms ? openDataKey(kms, place, context) : key;
}

/** The members of answers that say how an object is encrypted. */
export function shownEncryption(input: CustomerKeyInput, { kms }: KeptEncryption) {
  return kms ? kmsOutput(kms) : encryptionOutput(input);
}

/** Throws InvalidArgument. What begins an object or an upload says how it is encrypted. */
export function refuseEncryptionHeader({ http }: RequestContext): void {
  const asked = http?.headers[HEADER];
  if (asked !== undefined)
    throw invalidArgument(`${HEADER} header is not supported for this operation.`, HEADER, asked);
}

/** Throws InvalidArgument for a part that says how S3 is to encrypt it, as its upload did. */
export function refusePartEncryption(context: RequestContext): void {
  refuseEncryptionHeader(context);
  if (context.http?.headers[`${HEADER}-aws-kms-key-id`] !== undefined)
    throw invalidArgument(KMS_NEEDS_HEADER, HEADER, "null");
}

export function isEncrypted({ customerKey, kms }: KeptEncryption): boolean {
  return customerKey !== undefined || kms !== undefined;
}

/** The request's wish for KMS, or its bucket's. A request that names an algorithm overrides it. */
function kmsWish(input: EncryptionInput, bucket: BucketRow): KmsWish | undefined {
  const byDefault = kmsDefault(bucket);
  const { ServerSideEncryption: asked } = input;
  if (asked === undefined)
    return byDefault && { ...byDefault, bucketKey: bucketKeyOf(byDefault, input) };
  const algorithm = kmsAlgorithm(asked);
  if (algorithm === undefined) return undefined;
  const context = readEncryptionContext(input.SSEKMSEncryptionContext, bucket, input.Key);
  const wish = { algorithm, keyId: input.SSEKMSKeyId, bucketKey: byDefault?.bucketKey === true };
  return { ...wish, bucketKey: bucketKeyOf(wish, input), context };
}

/** Encryption in two layers has no bucket keys (S3 user guide, "Using DSSE-KMS"). */
function bucketKeyOf(
  { algorithm, bucketKey }: Pick<KmsWish, "algorithm" | "bucketKey">,
  input: EncryptionInput,
): boolean {
  return algorithm === "aws:kms" && (input.BucketKeyEnabled ?? bucketKey);
}

/** Throws InvalidArgument for what doesn't go together. */
function checkEncryption(input: EncryptionInput): void {
  const { ServerSideEncryption: asked } = input;
  if (asked !== undefined && namesCustomerKey(input)) {
    throw invalidArgument(INCOMPATIBLE, HEADER, asked);
  }
  const isKms = kmsAlgorithm(asked) !== undefined;
  if (asked !== undefined && asked !== "AES256" && !isKms)
    throw invalidArgument("The encryption method specified is not supported", HEADER, asked);
  if ((input.SSEKMSKeyId ?? input.SSEKMSEncryptionContext) !== undefined && !isKms)
    throw invalidArgument(KMS_NEEDS_HEADER, HEADER, asked ?? "null");
}
