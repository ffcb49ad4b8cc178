import type { Kysely } from "kysely";
import type { KeyRow, KeyUseRow, KmsTables } from "../tables.ts";

type Db = Kysely<KmsTables>;

export function findKeyUse(
  { region, key_id }: Pick<KeyRow, "region" | "key_id">,
  db: Db,
): Promise<KeyUseRow | undefined> {
  return db
    .selectFrom("kms_key_uses")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .executeTakeFirst();
}

/** Writes a use unless a later one is written, or the key is gone. */
export async function writeKeyUse(use: KeyUseRow, db: Db): Promise<void> {
  const { region, key_id, ...facts } = use;
  const written = await findKeyUse(use, db);
  if (written) {
    if (written.used_ms > use.used_ms) return;
    await db
      .updateTable("kms_key_uses")
      .set(facts)
      .where("region", "=", region)
      .where("key_id", "=", key_id)
      .execute();
    return;
  }
  const key = db.selectFrom("kms_keys").select("key_id").where("region", "=", region);
  if (await key.where("key_id", "=", key_id).executeTakeFirst())
    await db.insertInto("kms_key_uses").values(use).execute();
}
