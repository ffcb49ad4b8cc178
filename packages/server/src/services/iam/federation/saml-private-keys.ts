import { createPrivateKey, type KeyObject } from "node:crypto";
import type * as iam from "@aws-sdk/client-iam";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidInput, noSuchEntity, quotaExceeded } from "../errors.ts";
import type { SamlProviderRow } from "../federation-tables.ts";
import type { IamParts } from "../parts.ts";
import { PRIVATE_KEYS_PER_SAML_PROVIDER } from "../quotas.ts";
import {
  deleteSamlPrivateKey,
  insertSamlPrivateKey,
  samlPrivateKeys,
  setSamlProvider,
} from "../rows/saml-providers.ts";
import type { Db } from "../tables.ts";

/** Source: IAM API reference, `SAMLPrivateKey.KeyId`: 22 to 64 characters of `[A-Z0-9]`. */
const KEY_ID_LENGTH = 26;

type Change = Pick<
  iam.UpdateSAMLProviderRequest,
  "AssertionEncryptionMode" | "AddPrivateKey" | "RemovePrivateKey"
>;

/**
 * Adds and removes keys, and sets whether assertions must be encrypted.
 *
 * @throws InvalidInput, LimitExceeded, NoSuchEntity
 */
export async function changeEncryption(
  parts: IamParts,
  db: Db,
  { nowMs }: RequestContext,
  { arn, encryption_mode: current }: Pick<SamlProviderRow, "arn" | "encryption_mode">,
  change: Change,
): Promise<void> {
  const { AssertionEncryptionMode: mode, AddPrivateKey: added, RemovePrivateKey: removed } = change;
  if (removed !== undefined) await removeKey(db, arn, removed);
  if (added !== undefined) await addKey(parts, db, arn, added, nowMs);
  if (mode === undefined && removed === undefined) return;
  const wanted = mode ?? current;
  if (wanted === "Required" && (await samlPrivateKeys(db, arn)).length === 0)
    throw invalidInput("A SAML provider that requires encryption needs a private key.");
  await setSamlProvider(db, arn, { encryption_mode: wanted });
}

async function addKey(
  parts: IamParts,
  db: Db,
  arn: string,
  text: string,
  nowMs: number,
): Promise<void> {
  const pem = readKey(text).export({ type: "pkcs8", format: "pem" }).toString();
  if ((await samlPrivateKeys(db, arn)).length >= PRIVATE_KEYS_PER_SAML_PROVIDER)
    throw quotaExceeded("PrivateKeysPerSAMLProvider", PRIVATE_KEYS_PER_SAML_PROVIDER);
  const id = parts.ids.base32(KEY_ID_LENGTH);
  await insertSamlPrivateKey(db, {
    key_id: id,
    provider_arn: arn,
    private_key_sealed: parts.secrets.seal(pem, id),
    created_ms: nowMs,
  });
}

async function removeKey(db: Db, arn: string, id: string): Promise<void> {
  if (!(await deleteSamlPrivateKey(db, arn, id)))
    throw noSuchEntity(`The private key with id ${id} cannot be found.`);
}

function readKey(text: string): KeyObject {
  const key = parsedKey(text);
  if (key?.asymmetricKeyType !== "rsa")
    throw invalidInput("The private key must be an unencrypted RSA key in PEM format.");
  return key;
}

function parsedKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    // Whatever is wrong with it, the answer is the same.
    return undefined;
  }
}
