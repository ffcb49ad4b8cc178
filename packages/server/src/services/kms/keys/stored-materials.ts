import type { ImportKeyMaterialCommandInput } from "@aws-sdk/client-kms";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import { incorrectKeyMaterial, notBuilt, notForKey, otherPending } from "../errors.ts";
import { keyArn, multiRegionType } from "../key-name.ts";
import { isSymmetric } from "../key-spec.ts";
import { relatedKeys, updateKey, updateRelated } from "../rows/keys.ts";
import {
  emptyMaterial,
  emptyMaterials,
  fillMaterial,
  insertMaterial,
  removeMaterial,
} from "../rows/materials.ts";
import type { KeyRow, KmsTables, MaterialRow } from "../tables.ts";

type Db = Kysely<KmsTables>;
type Known = readonly MaterialRow[];

/** Keeps a key's first material, or one that it has had. Throws IncorrectKeyMaterialException. */
export async function importMaterial(
  key: KeyRow,
  row: MaterialRow,
  validToMs: number | null,
  known: Known,
  { ImportType }: Checked<ImportKeyMaterialCommandInput>,
  db: Db,
): Promise<void> {
  const { material_id } = row;
  if (known.length === 0) {
    // A replica takes the material that its primary key has had.
    if (ImportType === "EXISTING_KEY_MATERIAL" || multiRegionType(key) === "REPLICA")
      throw incorrectKeyMaterial("The key material wasn't imported into this key before.");
    await insertMaterial(row, db);
    await updateRelated(key, { material_id }, db);
  } else {
    if (!known.some((each) => each.material_id === material_id))
      throw incorrectKeyMaterial("The key material isn't one that was imported before.");
    await fillMaterial(row, db);
  }
  const isWhole = known.every(
    (each) =>
      each.sealed !== "" ||
      each.material_id === material_id ||
      each.material_id === key.pending_material_id,
  );
  const valid_to_ms = known.length < 2 ? validToMs : earlier(key.valid_to_ms, validToMs);
  await updateKey(key, { valid_to_ms }, db);
  if (isWhole) await updateKey(key, { state: "Enabled", has_material: 1 }, db);
}

/**
 * Keeps material for the next rotation. Throws UnsupportedOperationException,
 * KMSInvalidStateException and IncorrectKeyMaterialException.
 */
export async function addMaterial(
  key: KeyRow,
  row: MaterialRow,
  validToMs: number | null,
  known: Known,
  db: Db,
): Promise<void> {
  const { material_id } = row;
  const { pending_material_id: pending } = key;
  if (!isSymmetric(key)) throw notForKey(keyArn(key), `key spec is ${key.key_spec}`);
  if (multiRegionType(key) !== undefined)
    throw notBuilt("ImportType NEW_KEY_MATERIAL for multi-Region keys");
  if (pending !== "" && pending !== material_id)
    throw otherPending(keyArn(key), material_id, pending);
  if (pending === "") {
    if (known.some((each) => each.material_id === material_id))
      throw incorrectKeyMaterial("The key material was imported into this key before.");
    await insertMaterial(row, db);
  }
  const valid_to_ms = earlier(key.valid_to_ms, validToMs);
  await updateKey(key, { pending_material_id: material_id, valid_to_ms }, db);
}

/** When a key's materials expire: all of them together, as the first of them does. */
function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Takes one of a key's imported materials away. */
export async function deleteMaterial(
  key: KeyRow,
  material_id: string,
  nowMs: number,
  db: Db,
): Promise<void> {
  const { key_id, pending_material_id: pending } = key;
  if (material_id === pending && pending !== "") return forgetPending(key, db);
  if (multiRegionType(key) !== undefined) return emptyKey(key, nowMs, db);
  await updateKey(key, { has_material: 0 }, db);
  await emptyMaterial({ key_id, material_id }, db);
}

/** Takes a key's imported materials away, and forgets their bytes with the last of related keys. */
export async function emptyKey(key: KeyRow, nowMs: number, db: Db): Promise<void> {
  await forgetPending(key, db);
  await updateKey(key, { has_material: 0, valid_to_ms: null }, db);
  const related = await relatedKeys(key, nowMs, db);
  if (related.every(({ has_material }) => has_material === 0)) await emptyMaterials(key.key_id, db);
}

async function forgetPending(key: KeyRow, db: Db): Promise<void> {
  const { key_id, pending_material_id: material_id } = key;
  if (material_id === "") return;
  await removeMaterial({ key_id, material_id }, db);
  await updateKey(key, { pending_material_id: "" }, db);
}
