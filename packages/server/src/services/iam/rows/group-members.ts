import { type SqlBool, sql } from "kysely";
import type { Db, GroupMemberRow } from "../tables.ts";
import type { Group } from "./groups.ts";
import type { PartOfNames } from "./part-of-names.ts";
import type { User } from "./users.ts";

/** A group with the number of a user's membership in it. */
export type JoinedGroup = Group & Pick<GroupMemberRow, "number">;

/** The groups of a user, in the order in which it joined them. */
export function groupsOfUser(db: Db, userId: string): Promise<JoinedGroup[]> {
  return db
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_groups as group", "group.group_id", "member.group_id")
    .selectAll("group")
    .select("member.number")
    .where("member.user_id", "=", userId)
    .orderBy("member.number")
    .orderBy("group.name_key")
    .execute();
}

export function membersOfGroup(db: Db, groupId: string): Promise<User[]> {
  return db
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_users as user", "user.user_id", "member.user_id")
    .selectAll("user")
    .where("member.group_id", "=", groupId)
    .orderBy("user.name_key")
    .execute();
}

/** A group's members as a part of the account's users, to be read by pages. */
export function partInGroup(db: Db, groupId: string): PartOfNames {
  return {
    few: async (limit) => {
      const rows = await db
        .selectFrom("iam_group_members as member")
        .innerJoin("iam_users as user", "user.user_id", "member.user_id")
        .select("user.name_key")
        .where("member.group_id", "=", groupId)
        .limit(limit)
        .execute();
      return rows.map((row) => row.name_key);
    },
    matches: sql<SqlBool>`exists (select 1 from iam_group_members as member
      where member.group_id = ${groupId} and member.user_id = iam_users.user_id)`,
  };
}

export async function insertGroupMember(db: Db, member: GroupMemberRow): Promise<void> {
  await db.insertInto("iam_group_members").values(member).execute();
}

export async function deleteGroupMember(
  db: Db,
  { group_id, user_id }: Pick<GroupMemberRow, "group_id" | "user_id">,
): Promise<void> {
  await db
    .deleteFrom("iam_group_members")
    .where("group_id", "=", group_id)
    .where("user_id", "=", user_id)
    .execute();
}
