import type { Selectable } from "kysely";
import type { Db, LoginProfileRow } from "../tables.ts";

/** A user's console password as stored. */
export type LoginProfile = Selectable<LoginProfileRow>;

export function findLoginProfile(db: Db, userId: string): Promise<LoginProfile | undefined> {
  return db
    .selectFrom("iam_login_profiles")
    .selectAll()
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

/** The dates of an account's passwords. */
export function passwordDates(db: Db, accountId: string) {
  return db
    .selectFrom("iam_login_profiles")
    .select(["user_id", "changed_ms"])
    .where("account_id", "=", accountId)
    .execute();
}

export async function insertLoginProfile(db: Db, profile: LoginProfileRow): Promise<void> {
  await db.insertInto("iam_login_profiles").values(profile).execute();
}

/** False if the profile was deleted, or its password changed, after `seen` was read. */
export async function setLoginProfile(
  db: Db,
  seen: Pick<LoginProfile, "user_id" | "password_hash">,
  values: Partial<LoginProfileRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("iam_login_profiles")
    .set(values)
    .where("user_id", "=", seen.user_id)
    .where("password_hash", "=", seen.password_hash)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteLoginProfile(db: Db, userId: string): Promise<void> {
  await db.deleteFrom("iam_login_profiles").where("user_id", "=", userId).execute();
}
