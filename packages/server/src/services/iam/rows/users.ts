import type { Kysely, Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import type { GroupRow, IamTables, UserRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** A user as stored. */
export type User = Selectable<UserRow>;
/** A group as stored. */
export type Group = Selectable<GroupRow>;

export function userArn(user: Pick<User, "account_id" | "path" | "user_name">): string {
  return `arn:aws:iam::${user.account_id}:user${user.path}${user.user_name}`;
}

export function groupArn(group: Pick<Group, "account_id" | "path" | "group_name">): string {
  return `arn:aws:iam::${group.account_id}:group${group.path}${group.group_name}`;
}

/** A user is found by its name in any case. */
export function findUser(
  db: Kysely<IamTables>,
  accountId: string,
  userName: string,
): Promise<User | undefined> {
  return findIgnoringCase(db, "iam_users", accountId, userName);
}

/** @throws NoSuchEntity */
export async function requireUser(
  db: Kysely<IamTables>,
  accountId: string,
  userName: string,
): Promise<User> {
  const user = await findUser(db, accountId, userName);
  if (!user) throw noSuchNamed("user", userName);
  return user;
}

/** A group is found by its name in any case. */
export function findGroup(
  db: Kysely<IamTables>,
  accountId: string,
  groupName: string,
): Promise<Group | undefined> {
  return findIgnoringCase(db, "iam_groups", accountId, groupName);
}

/** @throws NoSuchEntity */
export async function requireGroup(
  db: Kysely<IamTables>,
  accountId: string,
  groupName: string,
): Promise<Group> {
  const group = await findGroup(db, accountId, groupName);
  if (!group) throw noSuchNamed("group", groupName);
  return group;
}

export function groupsOfUser(db: Kysely<IamTables>, userId: string): Promise<Group[]> {
  return db
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_groups as group", "group.group_id", "member.group_id")
    .selectAll("group")
    .where("member.user_id", "=", userId)
    .orderBy("group.name_key")
    .execute();
}

export function membersOfGroup(db: Kysely<IamTables>, groupId: string): Promise<User[]> {
  return db
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_users as user", "user.user_id", "member.user_id")
    .selectAll("user")
    .where("member.group_id", "=", groupId)
    .orderBy("user.name_key")
    .execute();
}
