import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AwsError } from "../../../kernel/aws-error.ts";
import { accessDenied, invalidArgumentOf, invalidRequest } from "../errors.ts";

/*
 * Encryption with customer-provided keys (SSE-C). A key comes with each request and is never kept;
 * what is kept shows whether another one is the same. Source: S3 user guide, "Using server-side
 * encryption with customer-provided keys (SSE-C)".
 */

/** The members by which inputs give a key. */
export interface CustomerKeyInput {
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
}

/** The headers by which copies describe their source's. */
export interface SourceKeyInput {
  readonly CopySourceSSECustomerAlgorithm?: string | undefined;
  readonly CopySourceSSECustomerKey?: string | undefined;
  readonly CopySourceSSECustomerKeyMD5?: string | undefined;
}

const ALGORITHM = "AES256";
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const HEADER = "x-amz-server-side-encryption";
const WITH_KEYS =
  "Requests specifying Server Side Encryption with Customer provided keys must provide";

export function namesCustomerKey(input: CustomerKeyInput): boolean {
  return (
    (input.SSECustomerAlgorithm ?? input.SSECustomerKey ?? input.SSECustomerKeyMD5) !== undefined
  );
}

/**
 * The key that bytes are to be written with; undefined for none. Throws InvalidArgument and
 * InvalidEncryptionAlgorithmError.
 */
export function keyToWrite(input: CustomerKeyInput): Buffer | undefined {
  const key = givenKey(input);
  if (!key) return undefined;
  if (input.SSECustomerKeyMD5 === undefined)
    throw refused(`${WITH_KEYS} the client calculated MD5 of the secret key.`);
  if (key.length !== KEY_BYTES)
    throw refused("The secret key was invalid for the specified algorithm.");
  return key;
}

/**
 * The key to read with what was written with `kept`'s. Throws InvalidRequest when one is missing or
 * none is needed, AccessDenied for another one, and what is said of malformed ones.
 */
export function keyToRead(input: CustomerKeyInput, kept: string | undefined): Buffer | undefined {
  const key = givenKey(input);
  if (kept === undefined && !key) return undefined;
  if (kept === undefined)
    throw invalidRequest("The encryption parameters are not applicable to this object.");
  if (!key)
    throw invalidRequest(
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  if (!isKeptKey(key, kept)) throw accessDenied(`${WITH_KEYS} the correct secret key.`);
  return key;
}

/**
 * The key to write a part with: its upload's. Throws InvalidRequest, and what `keyToWrite` throws.
 */
export function keyOfPart(input: CustomerKeyInput, kept: string | undefined): Buffer | undefined {
  const key = keyToWrite(input);
  if ((key === undefined) !== (kept === undefined))
    throw invalidRequest(
      "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
    );
  if (key && kept !== undefined && !isKeptKey(key, kept))
    throw invalidRequest(
      "The provided encryption parameters did not match the ones used originally.",
    );
  return key;
}

/**
 * Lists and completions may come without their upload's key. Throws InvalidRequest when one comes
 * that isn't it, and what `keyToWrite` throws.
 */
export function checkGivenKey(input: CustomerKeyInput, kept: string | undefined): void {
  if (namesCustomerKey(input)) keyOfPart(input, kept);
}

export function sourceKey(input: SourceKeyInput): CustomerKeyInput {
  return {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  };
}

/**
 * The digest that is kept of a key: salted, so that equal keys don't show, and no way back to it.
 */
export function keptOfKey(key: Buffer): string {
  const salt = randomBytes(SALT_BYTES);
  return Buffer.concat([salt, saltedHash(key, salt)]).toString("base64");
}

/** The members of answers that say how an object is encrypted. */
export function encryptionOutput(input: CustomerKeyInput) {
  const key = givenKey(input);
  return key
    ? { SSECustomerAlgorithm: ALGORITHM, SSECustomerKeyMD5: md5Of(key) }
    : { ServerSideEncryption: "AES256" as const };
}

function isKeptKey(key: Buffer, kept: string): boolean {
  const bytes = Buffer.from(kept, "base64");
  const salt = bytes.subarray(0, SALT_BYTES);
  return timingSafeEqual(saltedHash(key, salt), bytes.subarray(SALT_BYTES));
}

function saltedHash(key: Buffer, salt: Buffer): Buffer {
  return createHmac("sha256", salt).update(key).digest();
}

function givenKey(input: CustomerKeyInput): Buffer | undefined {
  if (!namesCustomerKey(input)) return undefined;
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: text, SSECustomerKeyMD5: md5 } = input;
  if (algorithm === undefined) throw refused(`${WITH_KEYS} a valid encryption algorithm.`);
  if (algorithm !== ALGORITHM)
    throw new AwsError(
      "InvalidEncryptionAlgorithmError",
      "The Encryption request you specified is not valid. Supported value: AES256.",
      { status: 400, fields: { ArgumentName: HEADER, ArgumentValue: algorithm } },
    );
  if (text === undefined) throw refused(`${WITH_KEYS} an appropriate secret key.`);
  const key = Buffer.from(text, "base64");
  if (md5 !== undefined && md5 !== md5Of(key))
    throw refused("The calculated MD5 hash of the key did not match the hash that was provided.");
  return key;
}

function md5Of(key: Buffer): string {
  return createHash("md5").update(key).digest("base64");
}

function refused(message: string): AwsError {
  return invalidArgumentOf(message, HEADER);
}
