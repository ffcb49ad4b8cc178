import type { Selectable } from "kysely";
import type { AccessKeyRow, Db } from "../tables.ts";

/** An access key as stored. */
export type AccessKey = Selectable<AccessKeyRow>;

/** The keys of a user by its id, or of a root user by its account's. */
export function accessKeysOf(db: Db, userId: string): Promise<AccessKey[]> {
  return db
    .selectFrom("iam_access_keys")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("access_key_id")
    .execute();
}

/** All keys of an account's root user and users, the oldest first. */
export function accessKeysOfAccount(db: Db, accountId: string): Promise<AccessKey[]> {
  return db
    .selectFrom("iam_access_keys")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_ms")
    .orderBy("access_key_id")
    .execute();
}

/** A key's last use with the name of its user, which is null for the root user's. */
export function findKeyUse(db: Db, accountId: string, accessKeyId: string) {
  return db
    .selectFrom("iam_access_keys as key")
    .leftJoin("iam_users as user", "user.user_id", "key.user_id")
    .select(["user.user_name", "key.last_used_ms", "key.last_used_region", "key.last_used_service"])
    .where((e) => e.or([e("user.user_id", "is not", null), e("key.user_id", "=", accountId)]))
    .where("key.access_key_id", "=", accessKeyId)
    .where("key.account_id", "=", accountId)
    .executeTakeFirst();
}

/** A key with the user who signs with it; the user's columns are null for a root user's key. */
export function findKeyWithUser(db: Db, accessKeyId: string) {
  return db
    .selectFrom("iam_access_keys as key")
    .leftJoin("iam_users as user", "user.user_id", "key.user_id")
    .select(["key.status", "key.secret_sealed", "key.account_id", "key.user_id"])
    .select(["user.user_name", "user.path"])
    .where("key.access_key_id", "=", accessKeyId)
    .executeTakeFirst();
}

export async function insertAccessKey(db: Db, key: AccessKeyRow): Promise<void> {
  await db.insertInto("iam_access_keys").values(key).execute();
}

/** Makes the root user's key of the configuration, or gives it another secret. */
export async function replaceRootKey(
  db: Db,
  key: {
    readonly accountId: string;
    readonly keyId: string;
    readonly sealed: string;
    readonly nowMs: number;
  },
): Promise<void> {
  const owner = { account_id: key.accountId, user_id: key.accountId };
  const state = { ...owner, status: "Active", secret_sealed: key.sealed } as const;
  await db
    .insertInto("iam_access_keys")
    .values({ ...state, access_key_id: key.keyId, created_ms: key.nowMs, ...NEVER_USED })
    .onConflict((conflict) => conflict.column("access_key_id").doUpdateSet(state))
    .execute();
}

/** The last use of a key that is new. */
export const NEVER_USED = {
  last_used_ms: null,
  last_used_region: null,
  last_used_service: null,
} as const;

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
  const keys = db
    .selectFrom("iam_access_keys")
    .select(["secret_sealed as sealed", "access_key_id as label"]);
  const roots = await keys.whereRef("user_id", "=", "account_id").execute();
  const others = await keys.whereRef("user_id", "<>", "account_id").limit(max).execute();
  return [...roots, ...others];
}
