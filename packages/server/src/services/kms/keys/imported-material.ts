import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import type * as kms from "@aws-sdk/client-kms";
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
import { keyArn } from "../key-name.ts";
import { isPair, isSymmetric, secretBytes } from "../key-spec.ts";
import { findMaterial, listMaterials } from "../rows/materials.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { DAY_MS } from "./rotation-dates.ts";
import { addMaterial, deleteMaterial, importMaterial } from "./stored-materials.ts";

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
          const { key_id: keyId } = current;
          const materialId = createHash("sha256").update(keyId).update(bytes).digest("hex");
          if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== materialId)
            throw incorrectKeyMaterial("The key material isn't the one that KeyMaterialId names.");
          const known = await listMaterials(keyId, db);
          const row = materials.sealed(
            { keyId, materialId, bytes },
            { created_ms: context.nowMs, rotation_type: null, number: known.length },
          );
          const isNew = input.ImportType === "NEW_KEY_MATERIAL" && known.length > 0;
          if (isNew) await addMaterial(current, row, validToMs, known, db);
          else await importMaterial(current, row, validToMs, known, input, db);
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
          const { key_id, material_id: currentId } = current;
          const material_id = KeyMaterialId ?? currentId;
          if (KeyMaterialId !== undefined && !(await findMaterial({ key_id, material_id }, db)))
            throw incorrectKeyMaterial(`The key has no material ${KeyMaterialId}.`);
          await deleteMaterial(current, material_id, context.nowMs, db);
          return { KeyId: keyArn(key), ...shownId(key, material_id) };
        }),
    ),
  });
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

/** The materials of other keys than symmetric ones aren't named. */
function shownId(key: KeyRow, KeyMaterialId: string) {
  return isSymmetric(key) && KeyMaterialId !== "" ? { KeyMaterialId } : {};
}
