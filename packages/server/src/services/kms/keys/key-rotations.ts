import type * as kms from "@aws-sdk/client-kms";
import type { Kysely } from "kysely";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import {
  currentKey,
  keyOperation,
  requireNotPending,
  requireUsable,
} from "../access/key-operation.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import { limitExceeded, notForKey, nothingPending, notPrimary, unsupported } from "../errors.ts";
import { keyArn, multiRegionType } from "../key-name.ts";
import { isSymmetric } from "../key-spec.ts";
import { pageOf } from "../page.ts";
import { ON_DEMAND_ROTATIONS_MAX } from "../quotas.ts";
import { updateRelated } from "../rows/keys.ts";
import { insertMaterial, listMaterials, noteRotation } from "../rows/materials.ts";
import type { KeyRow, KmsTables, MaterialRow } from "../tables.ts";
import { expirationOf } from "./key-metadata.ts";
import { nextRotationMs, YEARLY_DAYS } from "./rotation-dates.ts";

/** Source: API reference, ListKeyRotations. */
const LIST_LIMIT = 100;
/** Digits of a material's number in a marker, so that they sort as numbers do. */
const NUMBER_DIGITS = 9;

/**
 * EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, ListKeyRotations,
 * RotateKeyOnDemand.
 */
export function keyRotationOperations(materials: KeyMaterials): OperationTable {
  return defineOperations<typeof kms>()({
    EnableKeyRotation: keyOperation(
      "EnableKeyRotation",
      {
        asked: ({ RotationPeriodInDays: days = YEARLY_DAYS }) => ({
          keys: { "kms:rotationperiodindays": String(days) },
        }),
      },
      (key, { RotationPeriodInDays }, context) =>
        context.transaction<KmsTables, object>(async ({ db }) => {
          const current = await currentKey(key, context, db);
          requireRotatable(current);
          const days = RotationPeriodInDays ?? current.rotation_days ?? YEARLY_DAYS;
          const rotation_ms = nextRotationMs(context.nowMs, days);
          await updateRelated(key, { rotation_days: days, rotation_ms }, db);
          return {};
        }),
    ),
    DisableKeyRotation: keyOperation("DisableKeyRotation", {}, (key, _input, context) =>
      context.transaction<KmsTables, object>(async ({ db }) => {
        requireRotatable(await currentKey(key, context, db));
        await updateRelated(key, { rotation_days: null, rotation_ms: null }, db);
        return {};
      }),
    ),
    GetKeyRotationStatus: keyOperation("GetKeyRotationStatus", { crossAccount: true }, (key) => {
      requireNotPending(key);
      const { rotation_days: RotationPeriodInDays, rotation_ms } = key;
      if (RotationPeriodInDays === null || rotation_ms === null)
        return { KeyId: keyArn(key), KeyRotationEnabled: false };
      return {
        KeyId: keyArn(key),
        KeyRotationEnabled: true,
        RotationPeriodInDays,
        NextRotationDate: new Date(rotation_ms),
      };
    }),
    ListKeyRotations: keyOperation("ListKeyRotations", {}, async (key, input, context) => {
      const all = await listMaterials(key.key_id, context.db<KmsTables>());
      const shown = all.filter(
        ({ rotation_type }) =>
          rotation_type !== null || input.IncludeKeyMaterial === "ALL_KEY_MATERIAL",
      );
      const { rows, rest } = await pageOf(
        input,
        "rotations",
        LIST_LIMIT,
        async (after, limit) => shown.filter((row) => placeOf(row) > after).slice(0, limit),
        placeOf,
      );
      return { Rotations: rows.map((row) => rotationView(row, key)), ...rest };
    }),
    RotateKeyOnDemand: keyOperation("RotateKeyOnDemand", {}, (key, _input, context) =>
      context.transaction<KmsTables, kms.RotateKeyOnDemandResponse>(async ({ db }) => {
        const current = await currentKey(key, context, db);
        requireUsable(current);
        if (!isSymmetric(current)) throw unsupported("");
        if (multiRegionType(current) === "REPLICA") throw notPrimary(keyArn(current));
        if (isImported(current) && current.pending_material_id === "")
          throw nothingPending(keyArn(current));
        const before = await listMaterials(key.key_id, db);
        const onDemand = before.filter(({ rotation_type }) => rotation_type === "ON_DEMAND");
        if (onDemand.length >= ON_DEMAND_ROTATIONS_MAX) throw usedUp(key);
        if (isImported(current)) await rotateToImported(current, context.nowMs, db);
        else await rotate(current, "ON_DEMAND", context.nowMs, materials, db);
        return { KeyId: keyArn(key) };
      }),
    ),
  });
}

/** Gives a key another material to encrypt with; the earlier ones go on decrypting. */
export async function rotate(
  key: KeyRow,
  rotation_type: "AUTOMATIC" | "ON_DEMAND",
  nowMs: number,
  materials: KeyMaterials,
  db: Kysely<KmsTables>,
): Promise<void> {
  const last = (await listMaterials(key.key_id, db)).at(-1);
  const number = (last?.number ?? 0) + 1;
  const material = await materials.create(key, { created_ms: nowMs, rotation_type, number });
  await insertMaterial(material, db);
  await updateRelated(key, { material_id: material.material_id }, db);
}

function isImported({ origin }: KeyRow): boolean {
  return origin === "EXTERNAL";
}

/** Makes the imported material that waits the one that encrypts. */
async function rotateToImported(key: KeyRow, nowMs: number, db: Kysely<KmsTables>): Promise<void> {
  const { key_id, pending_material_id: material_id } = key;
  await noteRotation({ key_id, material_id }, nowMs, db);
  await updateRelated(key, { material_id, pending_material_id: "" }, db);
}

/**
 * Throws UnsupportedOperationException for keys whose material KMS doesn't make anew, and for
 * replicas, which rotate with their primary key; and what `requireUsable` throws.
 */
function requireRotatable(key: KeyRow): void {
  if (!isSymmetric(key)) throw notForKey(keyArn(key), `key spec is ${key.key_spec}`);
  if (key.origin !== "AWS_KMS") throw notForKey(keyArn(key), `origin is ${key.origin}`);
  if (multiRegionType(key) === "REPLICA") throw notPrimary(keyArn(key));
  requireUsable(key);
}

function usedUp(key: KeyRow) {
  const sentences = [
    "The on-demand rotations limit has been reached for the given keyId.",
    `No more on-demand rotations can be performed for this key: ${keyArn(key)}`,
  ];
  return limitExceeded(sentences.join(" "));
}

function placeOf({ number }: MaterialRow): string {
  return String(number).padStart(NUMBER_DIGITS, "0");
}

function stateOf({ material_id }: MaterialRow, key: KeyRow): kms.KeyMaterialState {
  if (material_id === key.pending_material_id) return "PENDING_ROTATION";
  return material_id === key.material_id ? "CURRENT" : "NON_CURRENT";
}

function importOf({ sealed }: MaterialRow, key: KeyRow) {
  if (sealed === "") return { ImportState: "PENDING_IMPORT" as const };
  return { ImportState: "IMPORTED" as const, ...expirationOf(key) };
}

function rotationView(row: MaterialRow, key: KeyRow): kms.RotationsListEntry {
  return {
    KeyId: keyArn(key),
    KeyMaterialId: row.material_id,
    KeyMaterialState: stateOf(row, key),
    ...(isImported(key) ? importOf(row, key) : {}),
    ...(row.rotation_type === null
      ? {}
      : { RotationDate: new Date(row.created_ms), RotationType: row.rotation_type }),
  };
}
