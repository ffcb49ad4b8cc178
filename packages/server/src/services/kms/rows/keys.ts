import type { Kysely } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type KeyName, RESERVED_PREFIX } from "../key-name.ts";
import type { KeyRow, KmsTables } from "../tables.ts";

type Db = Kysely<KmsTables>;
type KeyPlace = Pick<KeyRow, "region" | "key_id">;

/** The key that a request names in its Region. One whose waiting period has ended is gone. */
export async function findKey(name: KeyName, context: RequestContext): Promise<KeyRow | undefined> {
  const { accountId, keyId, alias } = name;
  const { region, nowMs } = context;
  const db = context.db<KmsTables>();
  const key_id = alias === undefined ? keyId : await keyIdOfAlias(accountId, region, alias, db);
  const row = key_id === undefined ? undefined : await findLivingKey({ region, key_id }, nowMs, db);
  return row?.account_id === accountId ? row : undefined;
}

export async function findLivingKey(
  { region, key_id }: KeyPlace,
  nowMs: number,
  db: Db,
): Promise<KeyRow | undefined> {
  const row = await db
    .selectFrom("kms_keys")
    .selectAll()
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .executeTakeFirst();
  return row && (row.deletion_ms ?? nowMs + 1) > nowMs ? row : undefined;
}

async function keyIdOfAlias(
  account_id: string,
  region: string,
  alias: string,
  db: Db,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("kms_aliases")
    .select("key_id")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("alias_name", "=", alias)
    .executeTakeFirst();
  return row?.key_id;
}

export async function insertKey(row: KeyRow, db: Db): Promise<void> {
  await db.insertInto("kms_keys").values(row).execute();
}

export async function countKeys(account_id: string, region: string, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("kms_keys")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export function listKeys(
  account_id: string,
  { region, nowMs }: Pick<RequestContext, "region" | "nowMs">,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("key_id", ">", after)
    .where((where) =>
      where.or([where("deletion_ms", "is", null), where("deletion_ms", ">", nowMs)]),
    )
    .orderBy("key_id")
    .limit(limit)
    .execute();
}

export async function updateKey(
  { region, key_id }: KeyPlace,
  change: Partial<KeyRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("kms_keys")
    .set(change)
    .where("region", "=", region)
    .where("key_id", "=", key_id)
    .execute();
}

/** Keys whose waiting period has ended. */
export function keysToDelete(nowMs: number, limit: number, db: Db): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("deletion_ms", "<=", nowMs)
    .orderBy("deletion_ms")
    .limit(limit)
    .execute();
}

/** Keys that are due for their automatic rotation. */
export function keysToRotate(nowMs: number, limit: number, db: Db): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("rotation_ms", "<=", nowMs)
    .where("state", "=", "Enabled")
    .orderBy("rotation_ms")
    .limit(limit)
    .execute();
}

/** Removes a key with all that belongs to it. */
export async function removeKey({ region, key_id }: KeyPlace, db: Db): Promise<void> {
  for (const table of ["kms_aliases", "kms_grants", "kms_keys"] as const) {
    await db.deleteFrom(table).where("region", "=", region).where("key_id", "=", key_id).execute();
  }
  await db.deleteFrom("kms_materials").where("key_id", "=", key_id).execute();
}

/** The key that a service uses for an account, if it was made. */
export async function findManagedKey(
  service: string,
  account_id: string,
  region: string,
  db: Db,
): Promise<KeyRow | undefined> {
  const key_id = await keyIdOfAlias(account_id, region, `${RESERVED_PREFIX}${service}`, db);
  return key_id === undefined ? undefined : findLivingKey({ region, key_id }, 0, db);
}
