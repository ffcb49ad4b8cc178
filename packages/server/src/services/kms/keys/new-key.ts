import type { Kysely } from "kysely";
import type { KmsDependencies } from "../dependencies.ts";
import type { KeySpec, KeyUsage } from "../key-spec.ts";
import { insertKey } from "../rows/keys.ts";
import { insertMaterial } from "../rows/materials.ts";
import type { KeyRow, KmsTables, MaterialRow } from "../tables.ts";

export interface NewKey
  extends Pick<
    KeyRow,
    "region" | "account_id" | "key_manager" | "description" | "policy" | "tags"
  > {
  readonly key_spec?: KeySpec;
  readonly key_usage?: KeyUsage;
  readonly origin?: KeyRow["origin"];
  readonly isMultiRegion?: boolean;
}

interface MadeKey {
  readonly key: KeyRow;
  /** Undefined: it is to be imported. */
  readonly material: MaterialRow | undefined;
}

/** An enabled key with its first material, or one that waits for its own; neither is stored yet. */
export async function makeKey(
  { isMultiRegion = false, ...facts }: NewKey,
  nowMs: number,
  { ids, materials }: Pick<KmsDependencies, "ids" | "materials">,
): Promise<MadeKey> {
  const uuid = ids.uuid();
  const { key_spec = "SYMMETRIC_DEFAULT", origin = "AWS_KMS" } = facts;
  const key = {
    key_usage: "ENCRYPT_DECRYPT" as const,
    ...facts,
    key_spec,
    origin,
    key_id: isMultiRegion ? `mrk-${uuid.replaceAll("-", "")}` : uuid,
    primary_region: isMultiRegion ? facts.region : null,
    state: "Enabled" as const,
    created_ms: nowMs,
    deletion_ms: null,
    deletion_days: null,
    rotation_days: null,
    rotation_ms: null,
    valid_to_ms: null,
    pending_material_id: "",
  };
  if (origin === "EXTERNAL")
    return { key: { ...key, material_id: "", has_material: 0 }, material: undefined };
  const first = { created_ms: nowMs, rotation_type: null, number: 0 };
  const material = await materials.create(key, first);
  return { key: { ...key, material_id: material.material_id, has_material: 1 }, material };
}

export async function storeKey({ key, material }: MadeKey, db: Kysely<KmsTables>): Promise<void> {
  await insertKey(key, db);
  if (material) await insertMaterial(material, db);
}
