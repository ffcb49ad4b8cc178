import type { Kysely } from "kysely";
import type { KmsTables, MaterialRow } from "../tables.ts";

type Db = Kysely<KmsTables>;

export function findMaterial(
  { key_id, material_id }: Pick<MaterialRow, "key_id" | "material_id">,
  db: Db,
): Promise<MaterialRow | undefined> {
  return db
    .selectFrom("kms_materials")
    .selectAll()
    .where("key_id", "=", key_id)
    .where("material_id", "=", material_id)
    .executeTakeFirst();
}

export async function insertMaterial(row: MaterialRow, db: Db): Promise<void> {
  await db.insertInto("kms_materials").values(row).execute();
}

/** Forgets the bytes of a key's materials, which keep their ids. */
export async function emptyMaterials(key_id: string, db: Db): Promise<void> {
  await db.updateTable("kms_materials").set({ sealed: "" }).where("key_id", "=", key_id).execute();
}

/** Forgets the bytes of one of a key's materials, which keeps its id. */
export async function emptyMaterial(
  { key_id, material_id }: Pick<MaterialRow, "key_id" | "material_id">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("kms_materials")
    .set({ sealed: "" })
    .where("key_id", "=", key_id)
    .where("material_id", "=", material_id)
    .execute();
}

/** A material as if it had never been imported. */
export async function removeMaterial(
  { key_id, material_id }: Pick<MaterialRow, "key_id" | "material_id">,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("kms_materials")
    .where("key_id", "=", key_id)
    .where("material_id", "=", material_id)
    .execute();
}

/** A material that the key encrypts with from now on. */
export async function noteRotation(
  { key_id, material_id }: Pick<MaterialRow, "key_id" | "material_id">,
  created_ms: number,
  db: Db,
): Promise<void> {
  await db
    .updateTable("kms_materials")
    .set({ created_ms, rotation_type: "ON_DEMAND" })
    .where("key_id", "=", key_id)
    .where("material_id", "=", material_id)
    .execute();
}

/** Writes the bytes of a material that the key has or has had. */
export async function fillMaterial(row: MaterialRow, db: Db): Promise<void> {
  await db
    .updateTable("kms_materials")
    .set({ sealed: row.sealed })
    .where("key_id", "=", row.key_id)
    .where("material_id", "=", row.material_id)
    .execute();
}

/** A key's materials, the first that it had at the beginning. */
export function listMaterials(key_id: string, db: Db): Promise<readonly MaterialRow[]> {
  return db
    .selectFrom("kms_materials")
    .selectAll()
    .where("key_id", "=", key_id)
    .orderBy("number")
    .execute();
}
