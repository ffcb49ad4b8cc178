import type { Kysely } from "kysely";
import type { AliasRow, KeyRow, KmsTables } from "../tables.ts";

type Db = Kysely<KmsTables>;
type AliasPlace = Pick<AliasRow, "account_id" | "region" | "alias_name">;

export function findAlias(
  { account_id, region, alias_name }: AliasPlace,
  db: Db,
): Promise<AliasRow | undefined> {
  return db
    .selectFrom("kms_aliases")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alias_name", "=", alias_name)
    .executeTakeFirst();
}

/** All aliases of a key, at most as many as a key may have. */
export function aliasesOf(
  { region, key_id }: Pick<KeyRow, "region" | "key_id">,
  db: Db,
): Promise<readonly AliasRow[]> {
  return db
    .selectFrom("kms_aliases")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .orderBy("alias_name")
    .execute();
}

export function listAliases(
  { account_id, region }: Pick<AliasRow, "account_id" | "region">,
  keyId: string | undefined,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly AliasRow[]> {
  const query = db
    .selectFrom("kms_aliases")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alias_name", ">", after)
    .orderBy("alias_name")
    .limit(limit);
  return (keyId === undefined ? query : query.where("key_id", "=", keyId)).execute();
}

export async function insertAlias(row: AliasRow, db: Db): Promise<void> {
  await db.insertInto("kms_aliases").values(row).execute();
}

export async function moveAlias(
  { account_id, region, alias_name }: AliasPlace,
  change: Pick<AliasRow, "key_id" | "updated_ms">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("kms_aliases")
    .set(change)
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alias_name", "=", alias_name)
    .execute();
}

export async function removeAlias(
  { account_id, region, alias_name }: AliasPlace,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("kms_aliases")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alias_name", "=", alias_name)
    .execute();
}
