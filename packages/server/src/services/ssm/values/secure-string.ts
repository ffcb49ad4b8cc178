import { createCipheriv, createDecipheriv } from "node:crypto";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { SsmDependencies } from "../dependencies.ts";
import { accessDenied, invalidKeyId } from "../errors.ts";
import { parameterArn } from "../names/parameter-name.ts";
import type { ParameterPlace, ParameterTier, VersionRow } from "../tables.ts";

/*
 * SecureStrings. SSM asks KMS as its caller, who therefore needs the key's permission; the
 * parameter's ARN is the encryption context. A standard parameter's value is what KMS's Encrypt
 * answers; an advanced one's is encrypted with a data key that lies beside it. Source: Systems
 * Manager user guide, "AWS KMS encryption for AWS Systems Manager Parameter Store SecureString
 * parameters".
 */

/** The key that SSM uses for an account that names none. */
export const DEFAULT_KEY = "alias/aws/ssm";

const INVOKED_BY = "ssm.amazonaws.com";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 2;

interface Encrypted {
  readonly CiphertextBlob: Uint8Array;
}

interface Decrypted {
  readonly Plaintext: Uint8Array;
}

/** The ciphertext that is kept, in base64. Rejects with KMS's refusal in SSM's words. */
export async function encryptValue(
  value: string,
  keyId: string,
  tier: ParameterTier,
  place: ParameterPlace,
  context: RequestContext,
  { ids, managedKeys }: Pick<SsmDependencies, "ids" | "managedKeys">,
): Promise<string> {
  const { account_id: accountId, region } = place;
  const KeyId =
    keyId === DEFAULT_KEY
      ? await managedKeys.require("ssm", { accountId, region }, context)
      : keyId;
  const plaintext = Buffer.from(value);
  if (tier === "Standard") {
    const input = { KeyId, Plaintext: plaintext, ...contextOf(place) };
    const { CiphertextBlob } = await askKms<Encrypted>("Encrypt", input, context);
    return Buffer.from(CiphertextBlob).toString("base64");
  }
  const input = { KeyId, KeySpec: "AES_256", ...contextOf(place) };
  const made = await askKms<Encrypted & Decrypted>("GenerateDataKey", input, context);
  return sealed(plaintext, made, ids.bytes(NONCE_BYTES)).toString("base64");
}

/** The plain value of a version. Rejects with KMS's refusal in SSM's words. */
export async function decryptValue(
  { type, tier, value }: Pick<VersionRow, "type" | "tier" | "value">,
  place: ParameterPlace,
  context: RequestContext,
): Promise<string> {
  if (type !== "SecureString") return value;
  const bytes = Buffer.from(value, "base64");
  if (tier === "Standard") return (await decrypt(bytes, place, context)).toString();
  const dataKeyEnd = LENGTH_BYTES + bytes.readUInt16BE(0);
  const dataKey = await decrypt(bytes.subarray(LENGTH_BYTES, dataKeyEnd), place, context);
  return opened(bytes.subarray(dataKeyEnd), dataKey).toString();
}

/** The data key's length, the encrypted data key, the nonce, the tag and the encrypted value. */
function sealed(
  plaintext: Buffer,
  { CiphertextBlob, Plaintext }: Encrypted & Decrypted,
  nonce: Uint8Array,
): Buffer {
  const cipher = createCipheriv(CIPHER, Plaintext, nonce);
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(CiphertextBlob.length);
  return Buffer.concat([length, CiphertextBlob, nonce, cipher.getAuthTag(), encrypted]);
}

function opened(bytes: Buffer, key: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  const start = NONCE_BYTES + TAG_BYTES;
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, start));
  return Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]);
}

async function decrypt(blob: Buffer, place: ParameterPlace, context: RequestContext) {
  const input = { CiphertextBlob: blob, ...contextOf(place) };
  const { Plaintext } = await askKms<Decrypted>("Decrypt", input, context);
  return Buffer.from(Plaintext);
}

function contextOf(place: ParameterPlace) {
  return { EncryptionContext: { PARAMETER_ARN: parameterArn(place) } };
}

/** KMS's denials are SSM's own; all else that it refuses is the fault of the key. */
async function askKms<Output>(
  operation: string,
  input: object,
  context: RequestContext,
): Promise<Output> {
  try {
    return await context.forward<Output>("kms", operation, input, { invokedBy: INVOKED_BY });
  } catch (error) {
    if (!(error instanceof AwsError) || error.fault === "server") throw error;
    if (error.code === "AccessDeniedException") throw accessDenied(error.message, error);
    throw invalidKeyId(error.message, error);
  }
}
