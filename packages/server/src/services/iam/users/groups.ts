import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { alreadyExists, quotaExceeded } from "../errors.ts";
import { onList, onNew, onOwner } from "../identities/authorization.ts";
import { current, existing } from "../identities/owners.ts";
import { pageOf, readPage } from "../pagination.ts";
import { addition, change, type IamParts } from "../parts.ts";
import { GROUPS_PER_ACCOUNT, GROUPS_PER_USER } from "../quotas.ts";
import {
  deleteGroupMember,
  groupsOfUser,
  insertGroupMember,
  type JoinedGroup,
  partInGroup,
} from "../rows/group-members.ts";
import {
  deleteGroup,
  findGroup,
  type Group,
  groupArn,
  insertGroup,
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

/** Digits of a membership's number in a marker, so that they sort as numbers do. */
const NUMBER_DIGITS = 9;

const REFERENCES: readonly Reference[] = [
  ["iam_group_members", "group_id", "remove users from group"],
  ["iam_policy_attachments", "owner_id", "detach all policies"],
  ["iam_inline_policies", "owner_id", "delete policies"],
];

export function groupOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreateGroup: {
      authorize: ({ Path: path, GroupName: name }, context) =>
        onNew(context, "group", { path, name }),
      handle: (input, context) =>
        addition(parts, context, async ({ db }) => {
          const { accountId } = context;
          const { GroupName: name } = input;
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
    GetGroup: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        const { row: group } = existing(subject);
        const members = partInGroup(db, group.group_id);
        const page = await readPage(
          input,
          (after, limit) => readPart(db, "iam_users", context.accountId, members, after, limit),
          (user) => user.name_key,
        );
        return { Group: groupSummary(group), Users: page.items.map(userSummary), ...page.output };
      },
    }),
    ListGroups: {
      authorize: (input, context) => onList(context, "group", input.PathPrefix),
      handle: async (input, context) => {
        const page = await readNamedPage("iam_groups", context, input);
        return { Groups: page.items.map(groupSummary), ...page.output };
      },
    },
    UpdateGroup: withSubject({
      authorize: async ({ GroupName: name, NewGroupName, NewPath }, context) => {
        const present = await onOwner(context, "group", name);
        if (NewGroupName === undefined && NewPath === undefined) return present;
        // Moving a group must be allowed where it is and where it goes.
        const path = NewPath ?? present.subject.owner?.row.path;
        const moved = onNew(context, "group", { path, name: NewGroupName ?? name });
        return { pairs: [present.pairs, moved], subject: present.subject };
      },
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { row: group } = await current(db, subject);
          const name = input.NewGroupName ?? group.group_name;
          if (name.toLowerCase() !== group.name_key)
            await refuseTakenName(db, context.accountId, name);
          await setGroup(db, group.group_id, {
            group_name: name,
            name_key: name.toLowerCase(),
            path: input.NewPath ?? group.path,
          });
          return {};
        }),
    }),
    DeleteGroup: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (_input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { id } = await current(db, subject);
          await refuseReferenced(db, id, REFERENCES);
          await deleteGroup(db, id);
          return {};
        }),
    }),
    AddUserToGroup: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { accountId } = context;
          const { user_id } = await requireUser(db, accountId, input.UserName);
          const { id: group_id } = await current(db, subject);
          const groups = await groupsOfUser(db, user_id);
          if (groups.some((group) => group.group_id === group_id)) return {};
          if (groups.length >= GROUPS_PER_USER)
            throw quotaExceeded("GroupsPerUser", GROUPS_PER_USER);
          const number = (groups.at(-1)?.number ?? 0) + 1;
          await insertGroupMember(db, { account_id: accountId, group_id, user_id, number });
          return {};
        }),
    }),
    RemoveUserFromGroup: withSubject({
      authorize: (input, context) => onOwner(context, "group", input.GroupName),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const { user_id } = await requireUser(db, context.accountId, input.UserName);
          const { id: group_id } = await current(db, subject);
          await deleteGroupMember(db, { group_id, user_id });
          return {};
        }),
    }),
    ListGroupsForUser: withSubject({
      authorize: (input, context) => onOwner(context, "user", input.UserName),
      handle: async (input, context, subject) => {
        const groups = await groupsOfUser(context.db<IamTables>(), existing(subject).id);
        const page = await pageOf(input, groups, placeOf);
        return { Groups: page.items.map(groupSummary), ...page.output };
      },
    }),
  });
}

/** The place in a user's groups, as a text that sorts as they do. */
function placeOf({ number, name_key }: JoinedGroup): string {
  return `${String(number).padStart(NUMBER_DIGITS, "0")} ${name_key}`;
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
