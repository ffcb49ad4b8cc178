import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import type * as kms from "@aws-sdk/client-kms";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { currentKey, keyOperation, requireNotPending } from "../access/key-operation.ts";
import { fitsSpec, generatePair, privateKeyFrom } from "../ciphertext/key-pairs.ts";
import { isWrappingAlgorithm, unwrapped } from "../ciphertext/wrapped-material.ts";
import type { KmsDependencies } from "../dependencies.ts";
import {
  incorrectKeyMaterial,
  invalidCiphertext,
  notBuilt,
  notForKey,
  validation,
} from "../errors.ts";
import { keyArn, multiRegionType } from "../key-name.ts";
import { isPair, isSymmetric, secretBytes } from "../key-spec.ts";
import { relatedKeys, updateKey, updateRelated } from "../rows/keys.ts";
import { emptyMaterials, fillMaterial, findMaterial, insertMaterial } from "../rows/materials.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { DAY_MS } from "./rotation-dates.ts";

/** Source: API reference, GetParametersForImport. */
const TOKEN_VALID_MS = DAY_MS;
/** Source: API reference, ImportKeyMaterial. */
const VALID_DAYS_MAX = 365;

type ImportInput = Checked<kms.ImportKeyMaterialCommandInput>;

/** GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial. */
export function importOperations({ materials, importTokens }: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    GetParametersForImport: keyOperation(
      "GetParametersForImport",
      {
        asked: ({ WrappingAlgorithm, WrappingKeySpec }) => ({
          keys: {
            "kms:wrappingalgorithm": WrappingAlgorithm,
            "kms:wrappingkeyspec": WrappingKeySpec,
          },
        }),
      },
      async (key, { WrappingAlgorithm: algorithm, WrappingKeySpec }, context) => {
        requireImportable(key);
        if (!isWrappingAlgorithm(algorithm)) throw notBuilt(`WrappingAlgorithm ${algorithm}`);
        const pair = await generatePair(WrappingKeySpec);
        const validToMs = context.nowMs + TOKEN_VALID_MS;
        const privateKey = privateKeyFrom(pair.privateKey);
        return {
          KeyId: keyArn(key),
          ImportToken: importTokens.seal(key, { privateKey, algorithm }, validToMs),
          PublicKey: pair.publicKey,
          ParametersValidTo: new Date(validToMs),
        };
      },
    ),
    ImportKeyMaterial: keyOperation(
      "ImportKeyMaterial",
      {
        asked: ({ ExpirationModel = "KEY_MATERIAL_EXPIRES", ValidTo }) => ({
          keys: {
            "kms:expirationmodel": ExpirationModel,
            "kms:validto": ValidTo?.toISOString(),
          },
        }),
      },
      (key, input, context) => {
        requireImportable(key);
        const validToMs = validTo(input, context);
        const wrapping = importTokens.open(key, input.ImportToken, context.nowMs);
        const wrapped = unwrapped(input.EncryptedKeyMaterial, wrapping);
        if (!wrapped) throw invalidCiphertext();
        const bytes = materialOf(key, wrapped);
        return context.transaction<KmsTables, kms.ImportKeyMaterialResponse>(async ({ db }) => {
          const current = await currentKey(key, context, db);
          requireNotPending(current);
          const materialId = materialIdOf(current, bytes, input);
          const material = { keyId: key.key_id, materialId, bytes };
          const facts = { created_ms: context.nowMs, rotation_type: null, number: 0 };
          const row = materials.sealed(material, facts);
          if (await findMaterial(row, db)) await fillMaterial(row, db);
          else await insertMaterial(row, db);
          await updateRelated(key, { material_id: materialId }, db);
          const change = { state: "Enabled", has_material: 1, valid_to_ms: validToMs } as const;
          await updateKey(key, change, db);
          return { KeyId: keyArn(key), ...shownId(key, materialId) };
        });
      },
    ),
    DeleteImportedKeyMaterial: keyOperation(
      "DeleteImportedKeyMaterial",
      {},
      (key, { KeyMaterialId }, context) =>
        context.transaction<KmsTables, kms.DeleteImportedKeyMaterialResponse>(async ({ db }) => {
          if (key.origin !== "EXTERNAL") throw notForKey(keyArn(key), `origin is ${key.origin}`);
          const current = await currentKey(key, context, db);
          if (KeyMaterialId !== undefined && KeyMaterialId !== current.material_id)
            throw incorrectKeyMaterial(`The key has no material ${KeyMaterialId}.`);
          await emptyKey(current, context.nowMs, db);
          return { KeyId: keyArn(key), ...shownId(key, current.material_id) };
        }),
    ),
  });
}

/** Takes a key's imported material away, and forgets its bytes with the last of related keys. */
export async function emptyKey(key: KeyRow, nowMs: number, db: Kysely<KmsTables>): Promise<void> {
  await updateKey(key, { has_material: 0, valid_to_ms: null }, db);
  const related = await relatedKeys(key, nowMs, db);
  if (related.every(({ has_material }) => has_material === 0)) await emptyMaterials(key.key_id, db);
}

/** Throws UnsupportedOperationException and KMSInvalidStateException. */
function requireImportable(key: KeyRow): void {
  if (key.origin !== "EXTERNAL") throw notForKey(keyArn(key), `origin is ${key.origin}`);
  requireNotPending(key);
}

/** When the material expires; null for never. Throws ValidationException. */
function validTo(
  { ExpirationModel = "KEY_MATERIAL_EXPIRES", ValidTo }: ImportInput,
  { nowMs }: Pick<RequestContext, "nowMs">,
): number | null {
  if (ExpirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE") {
    if (ValidTo === undefined) return null;
    throw validation(`A validTo date can't be set if the ExpirationModel is ${ExpirationModel}`);
  }
  if (ValidTo === undefined)
    throw validation(`A validTo date must be set if the ExpirationModel is ${ExpirationModel}`);
  const ms = ValidTo.getTime();
  if (ms > nowMs && ms <= nowMs + VALID_DAYS_MAX * DAY_MS) return ms;
  throw validation(`The validTo date must be in the next ${VALID_DAYS_MAX} days.`);
}

/** Throws IncorrectKeyMaterialException for what isn't of the key's spec. */
function materialOf({ key_spec }: KeyRow, bytes: Buffer): Buffer {
  if (!isPair(key_spec)) {
    if (bytes.length === secretBytes(key_spec)) return bytes;
    throw incorrectKeyMaterial(`The key material must have ${secretBytes(key_spec)} bytes.`);
  }
  const key = readPrivateKey(bytes);
  if (key && fitsSpec(key, key_spec)) return key.export({ type: "pkcs8", format: "der" });
  throw incorrectKeyMaterial(`The key material must be a private key of ${key_spec}, in PKCS #8.`);
}

function readPrivateKey(key: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key, type: "pkcs8", format: "der" });
  } catch {
    // OpenSSL's only way to say that it can't be read.
    return undefined;
  }
}

/** The same material has the same id each time. Throws IncorrectKeyMaterialException. */
function materialIdOf(key: KeyRow, bytes: Buffer, { ImportType, KeyMaterialId }: ImportInput) {
  const before = key.material_id;
  if (ImportType === "NEW_KEY_MATERIAL" && before !== "")
    throw notBuilt("ImportType NEW_KEY_MATERIAL for a key that has had material");
  if (before === "" && (ImportType === "EXISTING_KEY_MATERIAL" || isReplica(key)))
    throw incorrectKeyMaterial("The key material wasn't imported into this key before.");
  const id = createHash("sha256").update(key.key_id).update(bytes).digest("hex");
  if ((before !== "" && before !== id) || (KeyMaterialId !== undefined && KeyMaterialId !== id))
    throw incorrectKeyMaterial("The key material isn't the one that was imported before.");
  return id;
}

/** A replica takes the material that its primary key has had. */
function isReplica(key: KeyRow): boolean {
  return multiRegionType(key) === "REPLICA";
}

/** The materials of other keys than symmetric ones aren't named. */
function shownId(key: KeyRow, KeyMaterialId: string) {
  return isSymmetric(key) && KeyMaterialId !== "" ? { KeyMaterialId } : {};
}
