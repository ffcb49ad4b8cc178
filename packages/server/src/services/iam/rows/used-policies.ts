import { type RawBuilder, type SqlBool, sql } from "kysely";
import { Turns } from "../../../kernel/work/turns.ts";
import type { Db } from "../tables.ts";
import { type PartOfNames, pathStartsWith } from "./part-of-names.ts";

/** The two ways in which a managed policy is used. */
export type PolicyUse = "PermissionsPolicy" | "PermissionsBoundary";

/** ARNs that one statement finds. */
const STEP = 250;

const COLUMNS = [
  { use: "PermissionsPolicy", table: "iam_policy_attachments", column: "policy_arn" },
  { use: "PermissionsBoundary", table: "iam_users", column: "boundary_arn" },
  { use: "PermissionsBoundary", table: "iam_roles", column: "boundary_arn" },
] as const;

const EVERY_ARN = "arn:";

/**
 * The ARNs of up to `limit` managed policies that the account uses and whose ARNs begin with
 * `arnPrefix`, each once. An index is walked from each ARN to the next, so that the cost doesn't
 * grow with how often each is used.
 */
export async function usedPolicies(
  db: Db,
  accountId: string,
  arnPrefix = EVERY_ARN,
  use?: PolicyUse,
  limit = Number.POSITIVE_INFINITY,
): Promise<ReadonlySet<string>> {
  const turns = new Turns();
  const arns = new Set<string>();
  for (const { table, column, use: usedAs } of COLUMNS) {
    if (use !== undefined && use !== usedAs) continue;
    for (let after = arnPrefix; arns.size < limit; ) {
      await turns.next();
      const step = await arnsAfter(db, table, column, accountId, after);
      const wanted = step.filter((arn) => arn.startsWith(arnPrefix));
      for (const arn of wanted) if (arns.size < limit) arns.add(arn);
      const last = step.at(-1);
      if (last === undefined || wanted.length < STEP) break;
      after = last;
    }
  }
  return arns;
}

/** Up to STEP different ARNs of a column that has an index after `account_id`. */
async function arnsAfter(
  db: Db,
  table: string,
  column: string,
  accountId: string,
  after: string,
): Promise<string[]> {
  const next = (from: ReturnType<typeof sql>) => sql`select min(${sql.ref(column)})
    from ${sql.table(table)} where account_id = ${accountId} and ${sql.ref(column)} > ${from}`;
  const { rows } = await sql<{ arn: string }>`with recursive used(arn, number) as (
      select (${next(sql`${after}`)}), 1
      union all
      select (${next(sql`used.arn`)}), number + 1
        from used where used.arn is not null and number < ${STEP})
    select arn from used where arn is not null`.execute(db);
  return rows.map(({ arn }) => arn);
}

/**
 * The account's own policies below a path that it uses, as a part of its policies' names. `use`
 * tells apart attached policies and boundaries; left out, either counts.
 */
export function usedOwnPolicies(
  db: Db,
  accountId: string,
  { path, use }: { readonly path: string; readonly use: PolicyUse | undefined },
): PartOfNames {
  const below = pathStartsWith("iam_policies", path);
  return {
    few: async (limit: number) => {
      const arns = await usedPolicies(db, accountId, `arn:aws:iam::${accountId}:`, use, limit);
      // At the limit they aren't few, whatever their paths are.
      if (arns.size === limit) return [...arns];
      if (arns.size === 0) return [];
      const rows = await db
        .selectFrom("iam_policies")
        .select("name_key")
        .where("account_id", "=", accountId)
        .where("policy_arn", "in", [...arns])
        .where(below)
        .execute();
      return rows.map((row) => row.name_key);
    },
    matches: sql<SqlBool>`${below} and (${isUsed(accountId, use)})`,
  };
}

function isUsed(accountId: string, use: PolicyUse | undefined): RawBuilder<SqlBool> {
  const attached = sql<SqlBool>`exists (select 1 from iam_policy_attachments as attachment
    where attachment.account_id = ${accountId}
      and attachment.policy_arn = iam_policies.policy_arn)`;
  const bounds = (table: string) => sql`exists (select 1 from ${sql.table(table)} as bounded
    where bounded.account_id = ${accountId} and bounded.boundary_arn = iam_policies.policy_arn)`;
  const bounding = sql<SqlBool>`${bounds("iam_users")} or ${bounds("iam_roles")}`;
  if (use === "PermissionsPolicy") return attached;
  if (use === "PermissionsBoundary") return bounding;
  return sql<SqlBool>`${attached} or ${bounding}`;
}
