import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onKey } from "../access/key-authorization.ts";
import { onNothing } from "../access/key-operation.ts";
import { type EncryptionContext, readBlob } from "../ciphertext/ciphertext-blob.ts";
import { invalidCiphertext } from "../errors.ts";
import { type KeyName, readKeyName } from "../key-name.ts";
import { findKey, findLivingKey } from "../rows/keys.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { requireBytes } from "./ciphertexts.ts";

/** A ciphertext, with the key that the request names for it: else it is the one that it names. */
interface SourceInput {
  readonly bytes: Uint8Array | undefined;
  readonly keyId: string | undefined;
}

/** The key that decrypts. */
export interface SourceKey {
  readonly name: KeyName | undefined;
  /** Undefined: the request names a key that isn't there. */
  readonly key: KeyRow | undefined;
}

/**
 * Finds the key that decrypts. Throws AccessDeniedException for a key that the ciphertext alone
 * names and that isn't there, InvalidCiphertextException for one that names none: those that
 * asymmetric keys have made don't.
 */
export async function findSource(
  { bytes, keyId }: SourceInput,
  context: RequestContext,
): Promise<SourceKey> {
  const ciphertext = requireBytes(bytes);
  if (keyId !== undefined) {
    const name = readKeyName(keyId, context);
    return { name, key: await findKey(name, context) };
  }
  const blob = readBlob(ciphertext);
  if (!blob) throw invalidCiphertext();
  const place = { region: context.region, key_id: blob.keyId };
  const key = await findLivingKey(place, context.nowMs, context.db<KmsTables>());
  if (!key) throw unknownKey();
  return { name: undefined, key };
}

interface Asked {
  readonly encryptionContext: EncryptionContext | undefined;
  readonly algorithm: string | undefined;
  readonly grantTokens: readonly string[] | undefined;
  readonly keys?: ContextEntries;
}

/** The action that must be allowed on the key that decrypts. Throws NotFoundException. */
export async function onSource(
  operation: string,
  { name, key }: SourceKey,
  { encryptionContext, algorithm, grantTokens, keys }: Asked,
  context: RequestContext,
): Promise<Authorization> {
  if (!key) return onNothing(operation, name ?? { accountId: context.accountId }, context);
  const authorization = await onKey(operation, key, context, {
    encryptionContext,
    grantTokens,
    keys: {
      ...cryptographyKeys(encryptionContext, algorithm),
      "kms:requestalias": name?.alias,
      ...keys,
    },
  });
  return name ? authorization : { ...authorization, resourceLabel: OF_CIPHERTEXT };
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
