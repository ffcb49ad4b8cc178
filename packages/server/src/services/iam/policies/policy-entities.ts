import type * as iam from "@aws-sdk/client-iam";
import type { Kysely } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { onPolicy } from "../authorization.ts";
import { notAttachable } from "../errors.ts";
import { pageOf } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { required } from "../required.ts";
import type { IamTables, PolicyOwnerKind } from "../tables.ts";
import { findPolicy, requireArn } from "./policy-queries.ts";

type Db = Kysely<IamTables>;

export interface PolicyEntity {
  readonly kind: PolicyOwnerKind;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly usage: "PermissionsPolicy" | "PermissionsBoundary";
}

/** The order of kinds in the list. */
const ORDER = { group: "1", role: "2", user: "3" } as const;
const FILTERS = { group: "Group", role: "Role", user: "User" } as const;

export function policyEntityOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    ListEntitiesForPolicy: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const arn = required(input.PolicyArn, "policyArn");
        const policy = await findPolicy(db, parts.awsPolicies, context.accountId, requireArn(arn));
        if (!policy) throw notAttachable(arn);
        // Bounded by the account's quotas of users, groups and roles.
        const entities = [
          ...(await attachedEntities(db, context.accountId, arn)),
          ...(await boundedEntities(db, context.accountId, arn)),
        ].filter((entity) => isWanted(entity, input));
        const unique = new Map(entities.map((entity) => [keyOf(entity), entity]));
        const sorted = [...unique.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        const page = await pageOf(input, sorted, keyOf);
        const of = (kind: PolicyOwnerKind) => page.items.filter((entity) => entity.kind === kind);
        return {
          PolicyGroups: of("group").map(({ id, name }) => ({ GroupId: id, GroupName: name })),
          PolicyUsers: of("user").map(({ id, name }) => ({ UserId: id, UserName: name })),
          PolicyRoles: of("role").map(({ id, name }) => ({ RoleId: id, RoleName: name })),
          ...page.output,
        };
      },
    },
  });
}

function isWanted(entity: PolicyEntity, input: iam.ListEntitiesForPolicyRequest): boolean {
  if (input.EntityFilter !== undefined && input.EntityFilter !== FILTERS[entity.kind]) return false;
  if (input.PolicyUsageFilter !== undefined && input.PolicyUsageFilter !== entity.usage)
    return false;
  return entity.path.startsWith(input.PathPrefix ?? "/");
}

function keyOf(entity: PolicyEntity): string {
  return `${ORDER[entity.kind]}${entity.name.toLowerCase()}`;
}

/** The users, groups and roles that a managed policy is attached to. */
export async function attachedEntities(
  db: Db,
  accountId: string,
  arn: string,
): Promise<PolicyEntity[]> {
  const usage = "PermissionsPolicy";
  const users = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_users as user", "user.user_id", "attachment.owner_id")
    .select(["user.user_id as id", "user.user_name as name", "user.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  const groups = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_groups as group", "group.group_id", "attachment.owner_id")
    .select(["group.group_id as id", "group.group_name as name", "group.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  const roles = await db
    .selectFrom("iam_policy_attachments as attachment")
    .innerJoin("iam_roles as role", "role.role_id", "attachment.owner_id")
    .select(["role.role_id as id", "role.role_name as name", "role.path as path"])
    .where("attachment.account_id", "=", accountId)
    .where("attachment.policy_arn", "=", arn)
    .execute();
  return [
    ...users.map((row): PolicyEntity => ({ kind: "user", usage, ...row })),
    ...groups.map((row): PolicyEntity => ({ kind: "group", usage, ...row })),
    ...roles.map((row): PolicyEntity => ({ kind: "role", usage, ...row })),
  ];
}

async function boundedEntities(db: Db, accountId: string, arn: string): Promise<PolicyEntity[]> {
  const usage = "PermissionsBoundary";
  const users = await db
    .selectFrom("iam_users")
    .select(["user_id as id", "user_name as name", "path"])
    .where("account_id", "=", accountId)
    .where("boundary_arn", "=", arn)
    .execute();
  const roles = await db
    .selectFrom("iam_roles")
    .select(["role_id as id", "role_name as name", "path"])
    .where("account_id", "=", accountId)
    .where("boundary_arn", "=", arn)
    .execute();
  return [
    ...users.map((row): PolicyEntity => ({ kind: "user", usage, ...row })),
    ...roles.map((row): PolicyEntity => ({ kind: "role", usage, ...row })),
  ];
}
