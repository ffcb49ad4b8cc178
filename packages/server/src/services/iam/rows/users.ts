import type { Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import type { Db, UserRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** A user as stored. */
export type User = Selectable<UserRow>;

export function userArn(user: Pick<User, "account_id" | "path" | "user_name">): string {
  return `arn:aws:iam::${user.account_id}:user${user.path}${user.user_name}`;
}

/** A user is found by its name in any case. */
export function findUser(db: Db, accountId: string, userName: string): Promise<User | undefined> {
  return findIgnoringCase(db, "iam_users", accountId, userName);
}

/** @throws NoSuchEntity */
export async function requireUser(db: Db, accountId: string, userName: string): Promise<User> {
  const user = await findUser(db, accountId, userName);
  if (!user) throw noSuchNamed("user", userName);
  return user;
}

export function findUserById(db: Db, userId: string): Promise<User | undefined> {
  return db.selectFrom("iam_users").selectAll().where("user_id", "=", userId).executeTakeFirst();
}

/** All of an account's users in the order of their names; the quota of users bounds them. */
export function usersOfAccount(db: Db, accountId: string): Promise<User[]> {
  return db
    .selectFrom("iam_users")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("name_key")
    .execute();
}

export async function insertUser(db: Db, user: UserRow): Promise<void> {
  await db.insertInto("iam_users").values(user).execute();
}

export async function setUser(
  db: Db,
  userId: string,
  values: Partial<Pick<UserRow, "user_name" | "name_key" | "path" | "boundary_arn">>,
): Promise<void> {
  await db.updateTable("iam_users").set(values).where("user_id", "=", userId).execute();
}

export async function deleteUser(db: Db, userId: string): Promise<void> {
  await db.deleteFrom("iam_users").where("user_id", "=", userId).execute();
}
