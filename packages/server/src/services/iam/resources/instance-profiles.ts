import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { pick } from "../../../kernel/resource-types/members.ts";
import { membersPart } from "../../../kernel/resource-types/parts.ts";
import { iam, iamItems } from "./iam-calls.ts";

interface InstanceProfile {
  readonly InstanceProfileName: string;
  readonly Roles: readonly { readonly RoleName: string }[];
}

export const instanceProfileType = declareType({
  typeName: "AWS::IAM::InstanceProfile",
  naming: { property: "InstanceProfileName", lengthMax: 128 },
  fixed: ["InstanceProfileName", "Path"],
  parts: [
    membersPart({
      property: "Roles",
      add: ({ InstanceProfileName }, RoleName, call) =>
        iam(call, "AddRoleToInstanceProfile", { InstanceProfileName, RoleName }),
      remove: ({ InstanceProfileName }, RoleName, call) =>
        iam(call, "RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName }),
      isCleared: true,
      removesFirst: true,
    }),
  ],
  async create(want, call) {
    const input = pick(want, ["InstanceProfileName", "Path"]);
    const answer = await iam<{ InstanceProfile: InstanceProfile }>(
      call,
      "CreateInstanceProfile",
      input,
    );
    return pick({ ...answer.InstanceProfile }, ["InstanceProfileName", "Arn"]);
  },
  async read({ InstanceProfileName }, call) {
    const answer = await iam<{ InstanceProfile: InstanceProfile }>(call, "GetInstanceProfile", {
      InstanceProfileName,
    });
    const profile = answer.InstanceProfile;
    return {
      ...pick({ ...profile }, ["InstanceProfileName", "Arn", "Path"]),
      Roles: profile.Roles.map(({ RoleName }) => RoleName),
    };
  },
  async delete({ InstanceProfileName }, call) {
    await iam(call, "DeleteInstanceProfile", { InstanceProfileName });
    return undefined;
  },
  async *list(_model, call) {
    const items = iamItems<InstanceProfile>(call, "ListInstanceProfiles", {}, "InstanceProfiles");
    for await (const { InstanceProfileName } of items) yield { InstanceProfileName };
  },
});
