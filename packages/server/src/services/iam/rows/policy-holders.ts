import { type Selectable, type SqlBool, sql } from "kysely";
import type { Db, GroupRow, PolicyOwnerKind, RoleRow, UserRow } from "../tables.ts";
import { pathStartsWith, readPart } from "./part-of-names.ts";

/** A user, group or role that has a managed policy or is bounded by it. */
export interface PolicyHolder {
  readonly kind: PolicyOwnerKind;
  readonly id: string;
  readonly name: string;
}

/** The holders that are wanted: by how they hold the policy, below a path. */
export interface WantedHolders {
  readonly arn: string;
  readonly path: string;
  readonly isAttached: boolean;
  readonly isBounded: boolean;
}

/** Reads the holders of one kind whose names come after `after`, in the order of names. */
export async function readHolders(
  kind: PolicyOwnerKind,
  db: Db,
  accountId: string,
  { arn, path, isAttached, isBounded }: WantedHolders,
  after: string | undefined,
  limit: number,
): Promise<PolicyHolder[]> {
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
    // At the limit they aren't few, whatever their paths are.
    const wanted = rows.length === max ? rows : rows.filter((row) => row.is_below === 1);
    return wanted.map((row) => row.name_key);
  };
  const matches = sql<SqlBool>`${below} and (${attached} or ${bounded})`;
  const rows = await readPart(db, table, accountId, { few, matches }, after, limit);
  return rows.map((row) => holderOf(kind, row as Row));
}

type Row = Partial<Selectable<UserRow & GroupRow & RoleRow>>;

function holderOf(kind: PolicyOwnerKind, row: Row): PolicyHolder {
  const { [`${kind}_id` as const]: id = "", [`${kind}_name` as const]: name = "" } = row;
  return { kind, id, name };
}
