import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { alreadyExists, quotaExceeded } from "../errors.ts";
import { onList, onNew, onOwner } from "../identities/authorization.ts";
import { pageOf, readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { GROUPS_PER_ACCOUNT, GROUPS_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import {
  deleteGroupMember,
  groupsOfUser,
  insertGroupMember,
  partInGroup,
} from "../rows/group-members.ts";
import {
  deleteGroup,
  findGroup,
  type Group,
  groupArn,
  insertGroup,
  requireGroup,
  setGroup,
} from "../rows/groups.ts";
import {
  type Reference,
  readNamedPage,
  refuseOverQuota,
  refuseReferenced,
} from "../rows/named-rows.ts";
import { readPart } from "../rows/part-of-names.ts";
import { requireUser } from "../rows/users.ts";
import type { Db, GroupRow, IamTables } from "../tables.ts";
import { userSummary } from "./user-details.ts";

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
          await insertGroup(db, group);
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
            readPart(
              db,
              "iam_users",
              context.accountId,
              partInGroup(db, group.group_id),
              after,
              limit,
            ),
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
          await setGroup(db, group.group_id, {
            group_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? group.path,
          });
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
          await deleteGroup(db, group.group_id);
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
          await insertGroupMember(db, {
            account_id: accountId,
            group_id: group.group_id,
            user_id: user.user_id,
          });
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
          await deleteGroupMember(db, { group_id: group.group_id, user_id: user.user_id });
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

function groupSummary(group: Group) {
  return {
    Path: group.path,
    GroupName: group.group_name,
    GroupId: group.group_id,
    Arn: groupArn(group),
    CreateDate: new Date(group.created_ms),
  } satisfies iam.Group;
}

async function refuseTakenName(db: Db, accountId: string, name: string): Promise<void> {
  if (await findGroup(db, accountId, name)) throw alreadyExists(`Group with name ${name}`);
}
