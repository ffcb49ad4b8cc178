import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { inTurns, nextTurn } from "../../../kernel/work/turns.ts";
import { boundaryMember, encodeDocument } from "../answer-members.ts";
import { AWS_POLICY_PREFIX } from "../catalogue/aws-managed-policies.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { findPolicy, type ManagedPolicy, managedPolicy } from "../policies/managed-policies.ts";
import { policySummary } from "../policies/policy-details.ts";
import { documentOf, versionSummary, versionsOf } from "../policies/policy-versions.ts";
import { listedInstanceProfile } from "../roles/instance-profile-details.ts";
import { roleLastUsed, roleSummary } from "../roles/role-details.ts";
import { groupsOfUser } from "../rows/group-members.ts";
import { type Group, groupArn } from "../rows/groups.ts";
import { inlinePoliciesOf } from "../rows/inline-policies.ts";
import { instanceProfilesOfRole } from "../rows/instance-profiles.ts";
import { readNames } from "../rows/named-rows.ts";
import { attachedArns } from "../rows/policy-attachments.ts";
import { NO_USAGE, type PolicyUsage, usageOfPolicies } from "../rows/policy-usage.ts";
import type { Role } from "../rows/roles.ts";
import { tagsOf } from "../rows/tags.ts";
import { usedPolicies } from "../rows/used-policies.ts";
import type { User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { userSummary } from "../users/user-details.ts";

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
        const page = await readPage(
          input,
          (after, limit) => readEntries(parts, db, accountId, input.Filter, after, limit),
          (entry) => entry.key,
        );
        const output = {
          UserDetailList: [] as iam.UserDetail[],
          GroupDetailList: [] as iam.GroupDetail[],
          RoleDetailList: [] as iam.RoleDetail[],
          Policies: [] as iam.ManagedPolicyDetail[],
          ...page.output,
        };
        const arns = page.items.flatMap((entry) => ("policy" in entry ? [entry.policy.arn] : []));
        const usage = await usageOfPolicies(db, accountId, arns);
        await inTurns(page.items, async (entry) => {
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
        });
        return output;
      },
    },
  });
}

/** The kinds in their order. `read` reads the first entries whose names come after a name. */
const KINDS = [
  { digit: "1", filter: "User", read: readUsers },
  { digit: "2", filter: "Role", read: readRoles },
  { digit: "3", filter: "Group", read: readGroups },
  { digit: "4", filter: "LocalManagedPolicy", read: readOwnPolicies },
  { digit: "5", filter: "AWSManagedPolicy", read: readUsedAwsPolicies },
] as const;

/** The range of a kind's entries that is read. */
interface EntryRange {
  readonly parts: IamParts;
  readonly db: Db;
  readonly accountId: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Reads the first entries whose keys come after `after`, without details. */
async function readEntries(
  parts: IamParts,
  db: Db,
  accountId: string,
  filter: readonly iam.EntityType[] | undefined,
  after: string | undefined,
  limit: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const [lastDigit = ""] = after ?? "";
  for (const kind of KINDS) {
    if (entries.length === limit) break;
    if (kind.digit < lastDigit || (filter?.length && !filter.includes(kind.filter))) continue;
    const name = kind.digit === lastDigit ? after?.slice(lastDigit.length) : undefined;
    const missing = limit - entries.length;
    entries.push(...(await kind.read({ parts, db, accountId, after: name, limit: missing })));
  }
  return entries;
}

async function readUsers({ db, accountId, after, limit }: EntryRange): Promise<Entry[]> {
  const users = await readNames(db, "iam_users", accountId, undefined, after, limit);
  return users.map((user): Entry => ({ key: `1${user.name_key}`, filter: "User", user }));
}

async function readRoles({ db, accountId, after, limit }: EntryRange): Promise<Entry[]> {
  const roles = await readNames(db, "iam_roles", accountId, undefined, after, limit);
  return roles.map((role): Entry => ({ key: `2${role.name_key}`, filter: "Role", role }));
}

async function readGroups({ db, accountId, after, limit }: EntryRange): Promise<Entry[]> {
  const groups = await readNames(db, "iam_groups", accountId, undefined, after, limit);
  return groups.map((group): Entry => ({ key: `3${group.name_key}`, filter: "Group", group }));
}

async function readOwnPolicies({ db, accountId, after, limit }: EntryRange): Promise<Entry[]> {
  const rows = await readNames(db, "iam_policies", accountId, undefined, after, limit);
  return rows.map(
    (row): Entry => ({
      ...{ key: `4${row.name_key}`, filter: "LocalManagedPolicy", policy: managedPolicy(row) },
    }),
  );
}

/** Reads those of AWS's policies that the account uses: at most as many as there are. */
async function readUsedAwsPolicies(range: EntryRange): Promise<Entry[]> {
  const { parts, db, accountId, after, limit } = range;
  const max = parts.awsPolicies.all().length;
  const entries: Entry[] = [];
  for (const arn of await usedPolicies(db, accountId, AWS_POLICY_PREFIX, undefined, max)) {
    const policy = await findPolicy(db, parts.awsPolicies, accountId, arn);
    if (!policy) continue;
    const name = policy.name.toLowerCase();
    if (after === undefined || name > after)
      entries.push({ key: `5${name}`, filter: "AWSManagedPolicy", policy });
  }
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
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
    InstanceProfileList: await inTurns(profiles, (profile) => listedInstanceProfile(db, profile)),
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
  // To unpack all versions of one of AWS's takes a millisecond or more.
  if (policy.aws) await nextTurn();
  await inTurns((await versionsOf(parts, db, policy)).reverse(), async (version) => {
    const document = await documentOf(parts, db, policy, version.number);
    PolicyVersionList.push({
      ...versionSummary(version, version.number === policy.defaultVersion),
      Document: encodeDocument(document ?? ""),
    });
  });
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
