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
  if (!row || isPast(row.deletion_ms, nowMs)) return undefined;
  return isPast(row.valid_to_ms, nowMs) ? { ...row, has_material: 0 } : row;
}

function isPast(ms: number | null, nowMs: number): boolean {
  return ms !== null && ms <= nowMs;
}

/** The multi-Region keys with this one's id, itself among them; for any other key that alone. */
export async function relatedKeys(
  { key_id, account_id }: Pick<KeyRow, "key_id" | "account_id">,
  nowMs: number,
  db: Db,
): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom("kms_keys")
    .selectAll()
    .where("key_id", "=", key_id)
    .where("account_id", "=", account_id)
    .orderBy("region")
    .execute();
  return rows.filter(({ deletion_ms }) => !isPast(deletion_ms, nowMs));
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

/** All of an account's keys in a Region. */
export function keysIn(
  { account_id, region }: Pick<KeyRow, "account_id" | "region">,
  db: Db,
): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .orderBy("key_id")
    .execute();
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

/** Changes what related multi-Region keys share. */
export async function updateRelated(
  { key_id, account_id }: Pick<KeyRow, "key_id" | "account_id">,
  change: Partial<KeyRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("kms_keys")
    .set(change)
    .where("key_id", "=", key_id)
    .where("account_id", "=", account_id)
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

/** Keys whose imported material has expired. */
export function keysToEmpty(nowMs: number, limit: number, db: Db): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("valid_to_ms", "<=", nowMs)
    .orderBy("valid_to_ms")
    .limit(limit)
    .execute();
}

/** Keys that are due for their automatic rotation; of related ones the primary. */
export function keysToRotate(nowMs: number, limit: number, db: Db): Promise<readonly KeyRow[]> {
  return db
    .selectFrom("kms_keys")
    .selectAll()
    .where("rotation_ms", "<=", nowMs)
    .where("state", "=", "Enabled")
    .where((where) =>
      where.or([
        where("primary_region", "is", null),
        where("primary_region", "=", where.ref("region")),
      ]),
    )
    .orderBy("rotation_ms")
    .limit(limit)
    .execute();
}

/** Removes a key with all that belongs to it; its materials with the last of related keys. */
export async function removeKey({ region, key_id }: KeyPlace, db: Db): Promise<void> {
  for (const table of ["kms_aliases", "kms_grants", "kms_key_uses", "kms_keys"] as const) {
    await db.deleteFrom(table).where("region", "=", region).where("key_id", "=", key_id).execute();
  }
  const left = db.selectFrom("kms_keys").select("region").where("key_id", "=", key_id);
  if ((await left.execute()).length > 0) return;
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
