import type * as iam from "@aws-sdk/client-iam";
import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { alreadyExists, quotaExceeded } from "../errors.ts";
import { onList, onNew, onOwner } from "../identities/authorization.ts";
import { pageOf, readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { GROUPS_PER_ACCOUNT, GROUPS_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  findIgnoringCase,
  type Reference,
  readNamedPage,
  refuseOverQuota,
  refuseReferenced,
} from "../rows/named-rows.ts";
import { type PartOfNames, readPart } from "../rows/part-of-names.ts";
import { groupArn, groupsOfUser, requireGroup, requireUser } from "../rows/users.ts";
import type { GroupRow, IamTables } from "../tables.ts";
import { userSummary } from "./user-details.ts";

type Db = Kysely<IamTables>;

const REFERENCES: readonly Reference[] = [
  ["iam_group_members", "group_id", "remove users from group"],
  ["iam_policy_attachments", "owner_id", "detach all policies"],
  ["iam_inline_policies", "owner_id", "delete policies"],
];

export function groupOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateGroup: {
      authorize: (input, context) => {
        const name = required(input.GroupName, "groupName");
        return onNew(context, "group", { path: input.Path, name });
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const name = required(input.GroupName, "groupName");
          await refuseTakenName(db, accountId, name);
          await refuseOverQuota(
            db,
            "iam_groups",
            accountId,
            "GroupsPerAccount",
            GROUPS_PER_ACCOUNT,
          );
          const group: GroupRow = {
            account_id: accountId,
            group_id: newUniqueId("AGPA", accountId, parts.ids),
            group_name: name,
            name_key: name.toLowerCase(),
            path: input.Path ?? "/",
            created_ms: context.nowMs,
          };
          await db.insertInto("iam_groups").values(group).execute();
          return { Group: groupSummary(group) };
        }),
    },
    GetGroup: {
      authorize: (input, context) =>
        onOwner(context, "group", required(input.GroupName, "groupName")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const name = required(input.GroupName, "groupName");
        const group = await requireGroup(db, context.accountId, name);
        const page = await readPage(
          input,
          (after, limit) =>
            readPart(db, "iam_users", context.accountId, membersOf(db, group), after, limit),
          (user) => user.name_key,
        );
        return { Group: groupSummary(group), Users: page.items.map(userSummary), ...page.output };
      },
    },
    ListGroups: {
      authorize: (input, context) => onList(context, "group", input.PathPrefix),
      handle: async (input, context) => {
        const page = await readNamedPage("iam_groups", context, input);
        return { Groups: page.items.map(groupSummary), ...page.output };
      },
    },
    UpdateGroup: {
      authorize: async (input, context) => {
        const name = required(input.GroupName, "groupName");
        const present = await onOwner(context, "group", name);
        if (input.NewGroupName === undefined && input.NewPath === undefined) return present;
        const arn = present.resource;
        const path = input.NewPath ?? arn.slice(arn.indexOf("/"), arn.lastIndexOf("/") + 1);
        return [present, onNew(context, "group", { path, name: input.NewGroupName ?? name })];
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const group = await requireGroup(db, accountId, required(input.GroupName, "groupName"));
          const name = input.NewGroupName ?? group.group_name;
          if (name.toLowerCase() !== group.name_key) await refuseTakenName(db, accountId, name);
          await db
            .updateTable("iam_groups")
            .set({
              group_name: name,
              name_key: name.toLowerCase(),
              path: input.NewPath ?? group.path,
            })
            .where("group_id", "=", group.group_id)
            .execute();
          return {};
        }),
    },
    DeleteGroup: {
      authorize: (input, context) =>
        onOwner(context, "group", required(input.GroupName, "groupName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const name = required(input.GroupName, "groupName");
          const group = await requireGroup(db, context.accountId, name);
          await refuseReferenced(db, group.group_id, REFERENCES);
          await db.deleteFrom("iam_groups").where("group_id", "=", group.group_id).execute();
          return {};
        }),
    },
    AddUserToGroup: {
      authorize: (input, context) =>
        onOwner(context, "group", required(input.GroupName, "groupName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const user = await requireUser(db, accountId, required(input.UserName, "userName"));
          const group = await requireGroup(db, accountId, required(input.GroupName, "groupName"));
          const groups = await groupsOfUser(db, user.user_id);
          if (groups.some((member) => member.group_id === group.group_id)) return {};
          if (groups.length >= GROUPS_PER_USER)
            throw quotaExceeded("GroupsPerUser", GROUPS_PER_USER);
          await db
            .insertInto("iam_group_members")
            .values({ account_id: accountId, group_id: group.group_id, user_id: user.user_id })
            .execute();
          return {};
        }),
    },
    RemoveUserFromGroup: {
      authorize: (input, context) =>
        onOwner(context, "group", required(input.GroupName, "groupName")),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const user = await requireUser(db, accountId, required(input.UserName, "userName"));
          const group = await requireGroup(db, accountId, required(input.GroupName, "groupName"));
          await db
            .deleteFrom("iam_group_members")
            .where("group_id", "=", group.group_id)
            .where("user_id", "=", user.user_id)
            .execute();
          return {};
        }),
    },
    ListGroupsForUser: {
      authorize: (input, context) => onOwner(context, "user", required(input.UserName, "userName")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const name = required(input.UserName, "userName");
        const user = await requireUser(db, context.accountId, name);
        const groups = await groupsOfUser(db, user.user_id);
        const page = await pageOf(input, groups, (group) => group.name_key);
        return { Groups: page.items.map(groupSummary), ...page.output };
      },
    },
  });
}

function membersOf(db: Db, { group_id }: Pick<GroupRow, "group_id">): PartOfNames {
  return {
    few: async (limit) => {
      const rows = await db
        .selectFrom("iam_group_members as member")
        .innerJoin("iam_users as user", "user.user_id", "member.user_id")
        .select("user.name_key")
        .where("member.group_id", "=", group_id)
        .limit(limit)
        .execute();
      return rows.map((row) => row.name_key);
    },
    matches: sql<SqlBool>`exists (select 1 from iam_group_members as member
      where member.group_id = ${group_id} and member.user_id = iam_users.user_id)`,
  };
}

function groupSummary(group: Selectable<GroupRow>) {
  return {
    Path: group.path,
    GroupName: group.group_name,
    GroupId: group.group_id,
    Arn: groupArn(group),
    CreateDate: new Date(group.created_ms),
  } satisfies iam.Group;
}

async function refuseTakenName(db: Db, accountId: string, name: string): Promise<void> {
  if (await findIgnoringCase(db, "iam_groups", accountId, name))
    throw alreadyExists(`Group with name ${name}`);
}
