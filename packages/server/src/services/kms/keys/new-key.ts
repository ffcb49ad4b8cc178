import type { Kysely } from "kysely";
import type { KmsDependencies } from "../dependencies.ts";
import { insertKey } from "../rows/keys.ts";
import { insertMaterial } from "../rows/materials.ts";
import type { KeyRow, KmsTables, MaterialRow } from "../tables.ts";

export type NewKey = Pick<
  KeyRow,
  "region" | "account_id" | "key_manager" | "description" | "policy" | "tags"
>;

interface MadeKey {
  readonly key: KeyRow;
  readonly material: MaterialRow;
}

/** An enabled key with its first material; neither is stored yet. */
export function makeKey(
  facts: NewKey,
  nowMs: number,
  { ids, materials }: Pick<KmsDependencies, "ids" | "materials">,
): MadeKey {
  const keyId = ids.uuid();
  const material = materials.create(keyId, { created_ms: nowMs, rotation_type: null, number: 0 });
  const key: KeyRow = {
    ...facts,
    key_id: keyId,
    state: "Enabled",
    created_ms: nowMs,
    deletion_ms: null,
    material_id: material.material_id,
    rotation_days: null,
    rotation_ms: null,
  };
  return { key, material };
}

export async function storeKey({ key, material }: MadeKey, db: Kysely<KmsTables>): Promise<void> {
  await insertKey(key, db);
  await insertMaterial(material, db);
}
