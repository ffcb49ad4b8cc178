import type { Selectable } from "kysely";
import type { AccessKeyRow, Db } from "../tables.ts";

/** An access key as stored. */
export type AccessKey = Selectable<AccessKeyRow>;

export function accessKeysOf(db: Db, userId: string): Promise<AccessKey[]> {
  return db
    .selectFrom("iam_access_keys")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("access_key_id")
    .execute();
}

/** All keys of an account's users, the oldest first. */
export function accessKeysOfAccount(db: Db, accountId: string): Promise<AccessKey[]> {
  return db
    .selectFrom("iam_access_keys")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_ms")
    .orderBy("access_key_id")
    .execute();
}

/** A key's last use with the name of its user. */
export function findKeyUse(db: Db, accountId: string, accessKeyId: string) {
  return db
    .selectFrom("iam_access_keys as key")
    .innerJoin("iam_users as user", "user.user_id", "key.user_id")
    .select(["user.user_name", "key.last_used_ms", "key.last_used_region", "key.last_used_service"])
    .where("key.access_key_id", "=", accessKeyId)
    .where("key.account_id", "=", accountId)
    .executeTakeFirst();
}

/** A key with the user who signs with it. */
export function findKeyWithUser(db: Db, accessKeyId: string) {
  return db
    .selectFrom("iam_access_keys as key")
    .innerJoin("iam_users as user", "user.user_id", "key.user_id")
    .select(["key.status", "key.secret_sealed"])
    .select(["user.account_id", "user.user_id", "user.user_name", "user.path"])
    .where("key.access_key_id", "=", accessKeyId)
    .executeTakeFirst();
}

export async function insertAccessKey(db: Db, key: AccessKeyRow): Promise<void> {
  await db.insertInto("iam_access_keys").values(key).execute();
}

export async function setAccessKeyStatus(
  db: Db,
  accessKeyId: string,
  status: AccessKeyRow["status"],
): Promise<void> {
  await db
    .updateTable("iam_access_keys")
    .set({ status })
    .where("access_key_id", "=", accessKeyId)
    .execute();
}

export async function deleteAccessKey(db: Db, accessKeyId: string): Promise<void> {
  await db.deleteFrom("iam_access_keys").where("access_key_id", "=", accessKeyId).execute();
}

/** Sealed secrets with the labels that they are sealed under: root keys, and up to `max` others. */
export async function sealedSecrets(
  db: Db,
  max: number,
): Promise<readonly { readonly sealed: string; readonly label: string }[]> {
  const roots = await db
    .selectFrom("iam_accounts")
    .select(["root_secret_sealed as sealed", "root_access_key_id as label"])
    .execute();
  const keys = await db
    .selectFrom("iam_access_keys")
    .select(["secret_sealed as sealed", "access_key_id as label"])
    .limit(max)
    .execute();
  return [...roots, ...keys];
}
