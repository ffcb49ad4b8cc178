import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onKey } from "../access/key-authorization.ts";
import { onNothing } from "../access/key-operation.ts";
import type { CiphertextBlob, EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
import { readKeyName } from "../key-name.ts";
import { findKey, findLivingKey } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";

/** A blob, with the key that the request names for it: else it is the one that the blob names. */
interface BlobInput {
  readonly blob: CiphertextBlob;
  readonly keyId: string | undefined;
  readonly encryptionContext: EncryptionContext | undefined;
  readonly grantTokens: readonly string[] | undefined;
  readonly keys?: ContextEntries;
}

interface DecidedKey {
  readonly pairs: Authorization;
  /** Undefined: the named key is another account's, and the decision will refuse it. */
  readonly key: KeyRow | undefined;
}

/**
 * The key that decrypts, and what must be allowed on it. Throws NotFoundException for a named key
 * that isn't there, AccessDeniedException for a blob's.
 */
export async function keyOfBlob(
  operation: string,
  { blob, keyId, encryptionContext, grantTokens, keys }: BlobInput,
  context: RequestContext,
): Promise<DecidedKey> {
  const name = keyId === undefined ? undefined : readKeyName(keyId, context);
  const key = name
    ? await findKey(name, context)
    : await findLivingKey(
        { region: context.region, key_id: blob.keyId },
        context.nowMs,
        context.db<KmsTables>(),
      );
  if (!key && name) return { pairs: onNothing(operation, name, context), key: undefined };
  if (!key) throw unknownKey();
  const asked = {
    encryptionContext,
    grantTokens,
    keys: {
      ...cryptographyKeys(encryptionContext),
      "kms:requestalias": name?.alias,
      ...keys,
    },
  };
  const authorization = await onKey(operation, key, context, asked);
  const pairs = name ? authorization : { ...authorization, resourceLabel: OF_CIPHERTEXT };
  return { pairs, key };
}

const OF_CIPHERTEXT = "the resource associated with this ciphertext";

/** No answer shows whether there is such a key elsewhere. */
function unknownKey(): AwsError {
  const message = [
    "The ciphertext refers to a customer master key that does not exist,",
    "does not exist in this region, or you are not allowed to access.",
  ].join(" ");
  return new AwsError("AccessDeniedException", message, { status: 400 });
}
