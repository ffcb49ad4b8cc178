import type * as iam from "@aws-sdk/client-iam";
import type { Kysely } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { attachedArns } from "../policies/attached-policies.ts";
import { inlinePoliciesOf } from "../policies/inline-policies.ts";
import { boundaryMember } from "../policies/permissions-boundary.ts";
import { policySummary } from "../policies/policy-details.ts";
import {
  findPolicy,
  type ManagedPolicy,
  NO_USAGE,
  type PolicyUsage,
  usageOfPolicies,
} from "../policies/policy-queries.ts";
import { encodeDocument } from "../policies/policy-text.ts";
import { documentOf, versionSummary, versionsOf } from "../policies/policy-versions.ts";
import {
  instanceProfilesOfRole,
  listedInstanceProfile,
} from "../roles/instance-profile-queries.ts";
import { roleLastUsed, roleSummary } from "../roles/role-details.ts";
import type { Role } from "../roles/role-queries.ts";
import type { IamTables } from "../tables.ts";
import { tagsOf } from "../tags/tag-queries.ts";
import { userSummary } from "../users/user-details.ts";
import { type Group, groupArn, groupsOfUser, type User } from "../users/user-queries.ts";

type Db = Kysely<IamTables>;

/** One entry of the report. Its key places it: kind by kind, each sorted by name. */
type Entry =
  | { readonly key: string; readonly filter: "User"; readonly user: User }
  | { readonly key: string; readonly filter: "Group"; readonly group: Group }
  | { readonly key: string; readonly filter: "Role"; readonly role: Role }
  | {
      readonly key: string;
      readonly filter: "LocalManagedPolicy" | "AWSManagedPolicy";
      readonly policy: ManagedPolicy;
    };

export function accountAuthorizationOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    GetAccountAuthorizationDetails: {
      authorize: () => ({ action: "iam:GetAccountAuthorizationDetails", resource: "*" }),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const { accountId } = context;
        const usage = await usageOfPolicies(db, accountId);
        const all = await readEntries(parts, db, accountId, usage);
        const wanted = input.Filter?.length
          ? all.filter((entry) => input.Filter?.includes(entry.filter))
          : all;
        const page = await readPage(
          input,
          (after, limit) =>
            wanted.filter(({ key }) => after === undefined || key > after).slice(0, limit),
          (entry) => entry.key,
        );
        const output = {
          UserDetailList: [] as iam.UserDetail[],
          GroupDetailList: [] as iam.GroupDetail[],
          RoleDetailList: [] as iam.RoleDetail[],
          Policies: [] as iam.ManagedPolicyDetail[],
          ...page.output,
        };
        for (const entry of page.items) {
          switch (entry.filter) {
            case "User":
              output.UserDetailList.push(await userDetail(db, entry.user));
              break;
            case "Group":
              output.GroupDetailList.push(await groupDetail(db, entry.group));
              break;
            case "Role":
              output.RoleDetailList.push(await roleDetail(parts, db, entry.role));
              break;
            default:
              output.Policies.push(
                await policyDetail(parts, db, entry.policy, usage.get(entry.policy.arn)),
              );
          }
        }
        return output;
      },
    },
  });
}

/** Everything that the account has, without details; bounded by its quotas. */
async function readEntries(
  parts: IamParts,
  db: Db,
  accountId: string,
  usage: ReadonlyMap<string, PolicyUsage>,
): Promise<Entry[]> {
  const users = await db
    .selectFrom("iam_users")
    .selectAll()
    .where("account_id", "=", accountId)
    .execute();
  const groups = await db
    .selectFrom("iam_groups")
    .selectAll()
    .where("account_id", "=", accountId)
    .execute();
  const roles = await db
    .selectFrom("iam_roles")
    .selectAll()
    .where("account_id", "=", accountId)
    .execute();
  const own = await db
    .selectFrom("iam_policies")
    .select("policy_arn as arn")
    .where("account_id", "=", accountId)
    .execute();
  const arns = new Set([...own.map((row) => row.arn), ...usage.keys()]);
  const entries: Entry[] = [];
  for (const user of users) entries.push({ key: `1${user.name_key}`, filter: "User", user });
  for (const role of roles) entries.push({ key: `2${role.name_key}`, filter: "Role", role });
  for (const group of groups) entries.push({ key: `3${group.name_key}`, filter: "Group", group });
  for (const arn of arns) {
    const policy = await findPolicy(db, parts.awsPolicies, accountId, arn);
    if (!policy) continue;
    entries.push({
      key: `${policy.aws ? 5 : 4}${policy.name.toLowerCase()}`,
      filter: policy.aws ? "AWSManagedPolicy" : "LocalManagedPolicy",
      policy,
    });
  }
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function userDetail(db: Db, user: User): Promise<iam.UserDetail> {
  const groups = await groupsOfUser(db, user.user_id);
  const inline = await inlineDetails(db, user.user_id);
  return {
    ...userSummary(user),
    GroupList: groups.map((group) => group.group_name),
    // The only list that AWS leaves out when it is empty.
    ...(inline.length === 0 ? {} : { UserPolicyList: inline }),
    AttachedManagedPolicies: await attachedDetails(db, user.user_id),
    ...boundaryMember(user.boundary_arn),
    Tags: await tagsOf(db, user.user_id),
  };
}

async function groupDetail(db: Db, group: Group): Promise<iam.GroupDetail> {
  return {
    Path: group.path,
    GroupName: group.group_name,
    GroupId: group.group_id,
    Arn: groupArn(group),
    CreateDate: new Date(group.created_ms),
    GroupPolicyList: await inlineDetails(db, group.group_id),
    AttachedManagedPolicies: await attachedDetails(db, group.group_id),
  };
}

async function roleDetail(parts: IamParts, db: Db, role: Role): Promise<iam.RoleDetail> {
  const profiles = await instanceProfilesOfRole(db, role.role_id);
  return {
    ...(await roleSummary(db, role)),
    InstanceProfileList: await Promise.all(
      profiles.map((profile) => listedInstanceProfile(db, profile)),
    ),
    RolePolicyList: await inlineDetails(db, role.role_id),
    AttachedManagedPolicies: await attachedDetails(db, role.role_id),
    ...boundaryMember(role.boundary_arn),
    Tags: await tagsOf(db, role.role_id),
    RoleLastUsed: roleLastUsed(parts.lastUsed, role),
  };
}

async function policyDetail(
  parts: IamParts,
  db: Db,
  policy: ManagedPolicy,
  usage: PolicyUsage | undefined,
): Promise<iam.ManagedPolicyDetail> {
  const PolicyVersionList: iam.PolicyVersion[] = [];
  for (const version of (await versionsOf(parts, db, policy)).reverse()) {
    const document = await documentOf(parts, db, policy, version.number);
    PolicyVersionList.push({
      ...versionSummary(version, version.number === policy.defaultVersion),
      Document: encodeDocument(document ?? ""),
    });
  }
  return {
    ...policySummary(policy, usage ?? NO_USAGE),
    PolicyVersionList,
  };
}

async function inlineDetails(db: Db, ownerId: string): Promise<iam.PolicyDetail[]> {
  const policies = await inlinePoliciesOf(db, [ownerId]);
  return policies.map((policy) => ({
    PolicyName: policy.policy_name,
    PolicyDocument: encodeDocument(policy.document),
  }));
}

async function attachedDetails(db: Db, ownerId: string): Promise<iam.AttachedPolicy[]> {
  const arns = await attachedArns(db, [ownerId]);
  return arns.map((arn) => ({
    PolicyName: arn.slice(arn.lastIndexOf("/") + 1),
    PolicyArn: arn,
  }));
}
