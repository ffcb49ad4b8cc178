import type { Kysely } from "kysely";
import type { GrantRow, KeyRow, KmsTables } from "../tables.ts";

type Db = Kysely<KmsTables>;
type KeyPlace = Pick<KeyRow, "region" | "key_id">;

export function findGrant(
  { region, key_id }: KeyPlace,
  grantId: string,
  db: Db,
): Promise<GrantRow | undefined> {
  return db
    .selectFrom("kms_grants")
    .selectAll()
    .where("grant_id", "=", grantId)
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .executeTakeFirst();
}

export function findGrantByToken(token: string, db: Db): Promise<GrantRow | undefined> {
  return db.selectFrom("kms_grants").selectAll().where("token", "=", token).executeTakeFirst();
}

/** The key's grants to any of these grantees. */
export function grantsTo(
  { region, key_id }: KeyPlace,
  grantees: readonly string[],
  db: Db,
): Promise<readonly GrantRow[]> {
  return db
    .selectFrom("kms_grants")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .where("grantee", "in", grantees)
    .orderBy("grant_id")
    .execute();
}

/** The key's grants of a name, which may be many: a name alone isn't unique. */
export function grantsNamed(
  { region, key_id }: KeyPlace,
  name: string,
  db: Db,
): Promise<readonly GrantRow[]> {
  return db
    .selectFrom("kms_grants")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .where("name", "=", name)
    .execute();
}

export async function countGrants({ region, key_id }: KeyPlace, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("kms_grants")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertGrant(row: GrantRow, db: Db): Promise<void> {
  await db.insertInto("kms_grants").values(row).execute();
}

export async function removeGrant(grantId: string, db: Db): Promise<void> {
  await db.deleteFrom("kms_grants").where("grant_id", "=", grantId).execute();
}

export interface GrantFilter {
  readonly grantId?: string | undefined;
  readonly grantee?: string | undefined;
}

export function listGrants(
  { region, key_id }: KeyPlace,
  { grantId, grantee }: GrantFilter,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly GrantRow[]> {
  let query = db
    .selectFrom("kms_grants")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .where("grant_id", ">", after)
    .orderBy("grant_id")
    .limit(limit);
  if (grantId !== undefined) query = query.where("grant_id", "=", grantId);
  if (grantee !== undefined) query = query.where("grantee", "=", grantee);
  return query.execute();
}

/** All grants of a key. */
export function grantsOf({ region, key_id }: KeyPlace, db: Db): Promise<readonly GrantRow[]> {
  return db
    .selectFrom("kms_grants")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .orderBy("grant_id")
    .execute();
}

/** All grants of an account's keys in a Region. */
export function grantsIn(
  { account_id, region }: Pick<KeyRow, "account_id" | "region">,
  db: Db,
): Promise<readonly GrantRow[]> {
  return db
    .selectFrom("kms_grants")
    .innerJoin("kms_keys", (join) =>
      join
        .onRef("kms_keys.region", "=", "kms_grants.region")
        .onRef("kms_keys.key_id", "=", "kms_grants.key_id"),
    )
    .selectAll("kms_grants")
    .where("kms_grants.region", "=", region)
    .where("kms_keys.account_id", "=", account_id)
    .orderBy("grant_id")
    .execute();
}

/** The account's keys' grants that a principal may retire. */
export function listRetirable(
  { region, account_id }: Pick<KeyRow, "region" | "account_id">,
  retiring: string,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly GrantRow[]> {
  return db
    .selectFrom("kms_grants")
    .innerJoin("kms_keys", (join) =>
      join
        .onRef("kms_keys.region", "=", "kms_grants.region")
        .onRef("kms_keys.key_id", "=", "kms_grants.key_id"),
    )
    .selectAll("kms_grants")
    .where("kms_grants.region", "=", region)
    .where("kms_keys.account_id", "=", account_id)
    .where("retiring", "=", retiring)
    .where("grant_id", ">", after)
    .orderBy("grant_id")
    .limit(limit)
    .execute();
}
