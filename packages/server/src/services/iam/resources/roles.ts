import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, listed, pick } from "../../../kernel/resource-types/members.ts";
import {
  attachedPolicies,
  iam,
  iamItems,
  iamTags,
  inlinePolicies,
  permissionsBoundary,
} from "./iam-calls.ts";

interface Role {
  readonly RoleName: string;
  readonly Path: string;
  readonly AssumeRolePolicyDocument: string;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn: string };
  readonly Tags?: readonly unknown[];
}

const IDENTITY = ["RoleName", "Arn", "RoleId"];

/** `AWS::IAM::Role`. */
export const roleType = declareType({
  typeName: "AWS::IAM::Role",
  naming: { property: "RoleName", lengthMax: 64 },
  fixed: ["RoleName", "Path"],
  parts: [
    {
      properties: ["AssumeRolePolicyDocument"],
      isCreated: true,
      async write({ id, want }, call) {
        const PolicyDocument = documentText(want.AssumeRolePolicyDocument);
        const input = { RoleName: id.RoleName, PolicyDocument };
        await iam(call, "UpdateAssumeRolePolicy", input);
      },
    },
    {
      properties: ["Description", "MaxSessionDuration"],
      isCreated: true,
      async write({ id, want: { Description = "", MaxSessionDuration = 3600 } }, call) {
        const input = { RoleName: id.RoleName, Description, MaxSessionDuration };
        await iam(call, "UpdateRole", input);
      },
    },
    permissionsBoundary("Role"),
    attachedPolicies("Role"),
    inlinePolicies("Role"),
    iamTags("Role", "RoleName"),
  ],
  async create(want, call) {
    const members = ["RoleName", "Path", "Description", "MaxSessionDuration", "Tags"];
    const { Role } = await iam<{ Role: Role }>(call, "CreateRole", {
      ...pick(want, [...members, "PermissionsBoundary"]),
      AssumeRolePolicyDocument: documentText(want.AssumeRolePolicyDocument),
    });
    return pick({ ...Role }, IDENTITY);
  },
  async read({ RoleName }, call) {
    const { Role } = await iam<{ Role: Role }>(call, "GetRole", { RoleName });
    return {
      ...pick({ ...Role }, [...IDENTITY, "Path", "MaxSessionDuration", "Description"]),
      AssumeRolePolicyDocument: documentOf(Role.AssumeRolePolicyDocument),
      PermissionsBoundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
      Tags: listed(Role.Tags),
    };
  },
  async delete({ RoleName }, call) {
    await iam(call, "DeleteRole", { RoleName });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { RoleName } of iamItems<Role>(call, "ListRoles", {}, "Roles"))
      yield { RoleName };
  },
});
