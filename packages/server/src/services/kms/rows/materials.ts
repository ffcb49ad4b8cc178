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

/** A key's materials, the first that it had at the beginning. */
export function listMaterials(key_id: string, db: Db): Promise<readonly MaterialRow[]> {
  return db
    .selectFrom("kms_materials")
    .selectAll()
    .where("key_id", "=", key_id)
    .orderBy("number")
    .execute();
}
