import type * as iam from "@aws-sdk/client-iam";
import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { notAttachable } from "../errors.ts";
import { onPolicy } from "../identities/authorization.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { required } from "../required.ts";
import { pathStartsWith, readPart } from "../rows/part-of-names.ts";
import type { GroupRow, IamTables, PolicyOwnerKind, RoleRow, UserRow } from "../tables.ts";
import { findPolicy, requireArn } from "./managed-policies.ts";

type Db = Kysely<IamTables>;

interface ListedEntity {
  readonly kind: PolicyOwnerKind;
  readonly id: string;
  readonly name: string;
}

/** What a managed policy is attached to. */
export interface PolicyEntity extends ListedEntity {
  readonly path: string;
}

/** The order of kinds in the list. */
const KINDS = ["group", "role", "user"] as const;
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
        const page = await readPage(
          input,
          (after, limit) => readEntities(db, context.accountId, input, arn, after, limit),
          keyOf,
        );
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

/** The first of those that have the policy or are bounded by it, behind a key. */
async function readEntities(
  db: Db,
  accountId: string,
  input: iam.ListEntitiesForPolicyRequest,
  arn: string,
  after: string | undefined,
  limit: number,
): Promise<ListedEntity[]> {
  const entities: ListedEntity[] = [];
  const [lastOrder = ""] = after ?? "";
  for (const kind of KINDS) {
    const { [kind]: order } = ORDER;
    if (entities.length === limit) break;
    if (order < lastOrder || (input.EntityFilter ?? FILTERS[kind]) !== FILTERS[kind]) continue;
    const name = order === lastOrder ? after?.slice(lastOrder.length) : undefined;
    const missing = limit - entities.length;
    entities.push(...(await readKind(kind, db, accountId, partOf(input, arn), name, missing)));
  }
  return entities;
}

/** What is asked for: who has the policy or is bounded by it, below a path. */
interface WantedPart {
  readonly arn: string;
  readonly path: string;
  readonly isAttached: boolean;
  readonly isBounded: boolean;
}

function partOf(input: iam.ListEntitiesForPolicyRequest, arn: string): WantedPart {
  const { PolicyUsageFilter: use, PathPrefix: path = "/" } = input;
  return {
    ...{ arn, path, isAttached: use !== "PermissionsBoundary" },
    isBounded: use !== "PermissionsPolicy",
  };
}

async function readKind(
  kind: PolicyOwnerKind,
  db: Db,
  accountId: string,
  { arn, path, isAttached, isBounded }: WantedPart,
  after: string | undefined,
  limit: number,
): Promise<ListedEntity[]> {
  const table = `iam_${kind}s` as const;
  const below = pathStartsWith(table, path);
  const id = sql.ref(`${table}.${kind}_id`);
  // Groups have no permissions boundary.
  const bounded = isBounded && kind !== "group" ? sql`boundary_arn = ${arn}` : sql`1 = 0`;
  const attached = isAttached
    ? sql`exists (select 1 from iam_policy_attachments as attachment
        where attachment.owner_id = ${id} and attachment.policy_arn = ${arn})`
    : sql`1 = 0`;
  const few = async (max: number) => {
    const { rows } = await sql<{ name_key: string; is_below: number }>`
      select name_key, case when ${below} then 1 else 0 end as is_below from (
        select * from (select ${id} as id from ${sql.table(table)}
          where account_id = ${accountId} and ${bounded} limit ${max}) as bound
        union select * from (select owner_id as id from iam_policy_attachments
          where account_id = ${accountId} and policy_arn = ${arn} and owner_kind = ${kind}
            and ${isAttached ? sql`1 = 1` : sql`1 = 0`} limit ${max}) as attached
        limit ${max}) as found
      inner join ${sql.table(table)} on ${id} = found.id`.execute(db);
    // So many that they are not few, whatever their paths.
    const wanted = rows.length === max ? rows : rows.filter((row) => row.is_below === 1);
    return wanted.map((row) => row.name_key);
  };
  const matches = sql<SqlBool>`${below} and (${attached} or ${bounded})`;
  const rows = await readPart(db, table, accountId, { few, matches }, after, limit);
  return rows.map((row) => entityOf(kind, row as Row));
}

type Row = Partial<Selectable<UserRow & GroupRow & RoleRow>>;

function entityOf(kind: PolicyOwnerKind, row: Row): ListedEntity {
  const { [`${kind}_id` as const]: id = "", [`${kind}_name` as const]: name = "" } = row;
  return { kind, id, name };
}

function keyOf(entity: ListedEntity): string {
  return `${ORDER[entity.kind]}${entity.name.toLowerCase()}`;
}

/** The users, groups and roles that a managed policy is attached to. */
export async function attachedEntities(
  db: Db,
  accountId: string,
  arn: string,
): Promise<PolicyEntity[]> {
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
    ...users.map((row): PolicyEntity => ({ kind: "user", ...row })),
    ...groups.map((row): PolicyEntity => ({ kind: "group", ...row })),
    ...roles.map((row): PolicyEntity => ({ kind: "role", ...row })),
  ];
}
