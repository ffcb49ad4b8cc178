import type { LastAccessedRow } from "../access-tables.ts";
import type { Db } from "../tables.ts";

/** When and where a role was last used. */
export interface RoleUse {
  readonly region: string;
  readonly atMs: number;
}

export interface KeyUse extends RoleUse {
  /** The service's name as the credential scope has it, e.g. `s3`. */
  readonly service: string;
}

/** A call of an action by a user or role. */
export interface Access extends RoleUse {
  readonly entityId: string;
  readonly action: string;
}

/** Rows in one statement, and ids in one question: every database takes this many. */
const ROWS_AT_ONCE = 100;

export async function writeRoleUse(db: Db, roleId: string, use: RoleUse): Promise<void> {
  await db
    .updateTable("iam_roles")
    .set({ last_used_ms: use.atMs, last_used_region: use.region })
    .where("role_id", "=", roleId)
    .execute();
}

export async function writeKeyUse(db: Db, accessKeyId: string, use: KeyUse): Promise<void> {
  await db
    .updateTable("iam_access_keys")
    .set({
      last_used_ms: use.atMs,
      last_used_region: use.region,
      last_used_service: use.service,
    })
    .where("access_key_id", "=", accessKeyId)
    .execute();
}

/** Writes accesses, except those of users and roles that are gone meanwhile. */
export async function writeAccesses(db: Db, accesses: readonly Access[]): Promise<void> {
  const present = await presentIds(db, [...new Set(accesses.map(({ entityId }) => entityId))]);
  const rows = accesses
    .filter(({ entityId }) => present.has(entityId))
    .map(({ entityId, action, atMs, region }): LastAccessedRow => {
      return { entity_id: entityId, action, last_ms: atMs, region };
    });
  for (const some of inParts(rows))
    await db
      .insertInto("iam_last_accessed")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["entity_id", "action"]).doUpdateSet((e) => ({
          last_ms: e.ref("excluded.last_ms"),
          region: e.ref("excluded.region"),
        })),
      )
      .execute();
}

/** The accesses of these users and roles since `sinceMs`. */
export async function accessesOf(
  db: Db,
  entityIds: readonly string[],
  sinceMs: number,
): Promise<LastAccessedRow[]> {
  const found: LastAccessedRow[] = [];
  for (const some of inParts(entityIds))
    found.push(
      ...(await db
        .selectFrom("iam_last_accessed")
        .selectAll()
        .where("entity_id", "in", some)
        .where("last_ms", ">=", sinceMs)
        .execute()),
    );
  return found;
}

/** The accesses of an account's users and roles since `sinceMs`. */
export async function accessesOfAccount(
  db: Db,
  accountId: string,
  sinceMs: number,
): Promise<Omit<LastAccessedRow, "entity_id">[]> {
  const users = await db
    .selectFrom("iam_last_accessed")
    .innerJoin("iam_users", "iam_users.user_id", "iam_last_accessed.entity_id")
    .select(["action", "last_ms", "region"])
    .where("iam_users.account_id", "=", accountId)
    .where("last_ms", ">=", sinceMs)
    .execute();
  const roles = await db
    .selectFrom("iam_last_accessed")
    .innerJoin("iam_roles", "iam_roles.role_id", "iam_last_accessed.entity_id")
    .select(["action", "last_ms", "region"])
    .where("iam_roles.account_id", "=", accountId)
    .where("last_ms", ">=", sinceMs)
    .execute();
  return [...users, ...roles];
}

/** Deletes the accesses of a user or role that is being deleted. */
export async function deleteAccessesOf(db: Db, entityId: string): Promise<void> {
  await db.deleteFrom("iam_last_accessed").where("entity_id", "=", entityId).execute();
}

async function presentIds(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const some of inParts(ids)) {
    const users = await db
      .selectFrom("iam_users")
      .select("user_id as id")
      .where("user_id", "in", some)
      .execute();
    const roles = await db
      .selectFrom("iam_roles")
      .select("role_id as id")
      .where("role_id", "in", some)
      .execute();
    for (const { id } of [...users, ...roles]) present.add(id);
  }
  return present;
}

function* inParts<T>(all: readonly T[]): Iterable<T[]> {
  for (let from = 0; from < all.length; from += ROWS_AT_ONCE)
    yield all.slice(from, from + ROWS_AT_ONCE);
}
