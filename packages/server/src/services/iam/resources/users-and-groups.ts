import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import { listed, pick } from "../../../kernel/resource-types/members.ts";
import { membersPart, unlessGone } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";
import {
  all,
  attachedPolicies,
  iam,
  iamItems,
  iamTags,
  inlinePolicies,
  permissionsBoundary,
} from "./iam-calls.ts";

interface User {
  readonly UserName: string;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn: string };
  readonly Tags?: readonly unknown[];
}

interface LoginProfile {
  readonly Password: string;
  readonly PasswordResetRequired?: boolean;
}

/** `Path`, which renaming changes. */
function pathPart(noun: "User" | "Group"): Part {
  const member = `${noun}Name`;
  return {
    properties: ["Path"],
    isCreated: true,
    async write({ id, want: { Path = "/" } }, call) {
      await iam(call, `Update${noun}`, { [member]: id[member], NewPath: Path });
    },
  };
}

const loginProfile: Part = {
  properties: ["LoginProfile"],
  async write({ id: { UserName }, was, want }, call) {
    const profile = want.LoginProfile as LoginProfile | undefined;
    if (!profile) return unlessGone(iam(call, "DeleteLoginProfile", { UserName }));
    const operation = was.LoginProfile ? "UpdateLoginProfile" : "CreateLoginProfile";
    const { Password, PasswordResetRequired = false } = profile;
    await iam(call, operation, { UserName, Password, PasswordResetRequired });
  },
  async read({ UserName }, call) {
    let found: { LoginProfile: LoginProfile } | undefined;
    await unlessGone(
      iam<{ LoginProfile: LoginProfile }>(call, "GetLoginProfile", { UserName }).then((answer) => {
        found = answer;
      }),
    );
    return { LoginProfile: found && pick({ ...found.LoginProfile }, ["PasswordResetRequired"]) };
  },
  async clear({ UserName, LoginProfile }, call) {
    if (LoginProfile) await unlessGone(iam(call, "DeleteLoginProfile", { UserName }));
  },
};

const groups = membersPart({
  property: "Groups",
  add: ({ UserName }, GroupName, call) => iam(call, "AddUserToGroup", { UserName, GroupName }),
  remove: ({ UserName }, GroupName, call) =>
    iam(call, "RemoveUserFromGroup", { UserName, GroupName }),
  current: async ({ UserName }, call) => {
    const items = iamItems<Group>(call, "ListGroupsForUser", { UserName }, "Groups");
    return (await all(items)).map(({ GroupName }) => GroupName);
  },
  isCleared: true,
});

export const userType = declareType({
  typeName: "AWS::IAM::User",
  naming: { property: "UserName", lengthMax: 64 },
  fixed: ["UserName"],
  parts: [
    pathPart("User"),
    permissionsBoundary("User"),
    loginProfile,
    groups,
    attachedPolicies("User"),
    inlinePolicies("User"),
    iamTags("User", "UserName"),
  ],
  async create(want, call) {
    const members = ["UserName", "Path", "PermissionsBoundary", "Tags"];
    const { User } = await iam<{ User: User }>(call, "CreateUser", pick(want, members));
    return pick({ ...User }, ["UserName", "Arn"]);
  },
  isReadAfterwards: true,
  async read({ UserName }, call) {
    const { User } = await iam<{ User: User }>(call, "GetUser", { UserName });
    return {
      ...pick({ ...User }, ["UserName", "Arn", "Path"]),
      PermissionsBoundary: User.PermissionsBoundary?.PermissionsBoundaryArn,
      Tags: listed(User.Tags),
    };
  },
  async delete({ UserName }, call) {
    await iam(call, "DeleteUser", { UserName });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { UserName } of iamItems<User>(call, "ListUsers", {}, "Users"))
      yield { UserName };
  },
});

interface Group {
  readonly GroupName: string;
}

export const groupType = declareType({
  typeName: "AWS::IAM::Group",
  naming: { property: "GroupName", lengthMax: 128 },
  fixed: ["GroupName"],
  parts: [pathPart("Group"), attachedPolicies("Group"), inlinePolicies("Group")],
  async create(want, call) {
    const input = pick(want, ["GroupName", "Path"]);
    const { Group } = await iam<{ Group: Group }>(call, "CreateGroup", input);
    return pick({ ...Group }, ["GroupName", "Arn"]);
  },
  isReadAfterwards: true,
  async read({ GroupName }, call) {
    const { Group } = await iam<{ Group: Group }>(call, "GetGroup", { GroupName });
    return pick({ ...Group }, ["GroupName", "Arn", "Path"]);
  },
  async delete({ GroupName }, call) {
    await iam(call, "DeleteGroup", { GroupName });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { GroupName } of iamItems<Group>(call, "ListGroups", {}, "Groups"))
      yield { GroupName };
  },
});

/** The users of a group that `AWS::IAM::UserToGroupAddition` has added, as `user` in `group`. */
function additions(model: ResourceModel): readonly { UserName: string; GroupName: unknown }[] {
  const { GroupName, Users } = model as { GroupName: unknown; Users?: readonly string[] };
  return (Users ?? []).map((UserName) => ({ UserName, GroupName }));
}

const isSame = (a: ReturnType<typeof additions>[number]) => (b: typeof a) =>
  a.UserName === b.UserName && a.GroupName === b.GroupName;

/** IAM doesn't know who added a user to a group. */
export const userToGroupAdditionType = declareType({
  typeName: "AWS::IAM::UserToGroupAddition",
  naming: { property: "Id", lengthMax: 128 },
  isRemembered: true,
  fixed: [],
  parts: [
    {
      properties: ["GroupName", "Users"],
      async write({ was, want }, call) {
        const now = additions(want);
        const before = additions(was);
        for (const each of now)
          if (!before.some(isSame(each))) await iam(call, "AddUserToGroup", each);
        for (const each of before)
          if (!now.some(isSame(each))) await unlessGone(iam(call, "RemoveUserFromGroup", each));
      },
    },
  ],
  create: async ({ Id }) => ({ Id }),
  read: readAddition,
  async delete(id, call) {
    for (const each of additions(id)) await unlessGone(iam(call, "RemoveUserFromGroup", each));
    return undefined;
  },
});

async function readAddition(id: ResourceModel, call: ResourceCall): Promise<ResourceModel> {
  const { Id, GroupName } = id;
  const items = iamItems<User>(call, "GetGroup", { GroupName }, "Users");
  const members = (await all(items)).map(({ UserName }) => UserName);
  const users = additions(id).map(({ UserName }) => UserName);
  return { Id, GroupName, Users: users.filter((name) => members.includes(name)) };
}
