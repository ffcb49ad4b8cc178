import type { Selectable } from "kysely";
import { noSuchNamed } from "../errors.ts";
import type { Db, GroupRow } from "../tables.ts";
import { findIgnoringCase } from "./named-rows.ts";

/** A group as stored. */
export type Group = Selectable<GroupRow>;

export function groupArn(group: Pick<Group, "account_id" | "path" | "group_name">): string {
  return `arn:aws:iam::${group.account_id}:group${group.path}${group.group_name}`;
}

/** A group is found by its name in any case. */
export function findGroup(
  db: Db,
  accountId: string,
  groupName: string,
): Promise<Group | undefined> {
  return findIgnoringCase(db, "iam_groups", accountId, groupName);
}

/** @throws NoSuchEntity */
export async function requireGroup(db: Db, accountId: string, groupName: string): Promise<Group> {
  const group = await findGroup(db, accountId, groupName);
  if (!group) throw noSuchNamed("group", groupName);
  return group;
}

export function findGroupById(db: Db, groupId: string): Promise<Group | undefined> {
  return db.selectFrom("iam_groups").selectAll().where("group_id", "=", groupId).executeTakeFirst();
}

export async function insertGroup(db: Db, group: GroupRow): Promise<void> {
  await db.insertInto("iam_groups").values(group).execute();
}

export async function setGroup(
  db: Db,
  groupId: string,
  values: Partial<Pick<GroupRow, "group_name" | "name_key" | "path">>,
): Promise<void> {
  await db.updateTable("iam_groups").set(values).where("group_id", "=", groupId).execute();
}

export async function deleteGroup(db: Db, groupId: string): Promise<void> {
  await db.deleteFrom("iam_groups").where("group_id", "=", groupId).execute();
}
