import { type Kysely, sql } from "kysely";
import { Turns } from "../../../kernel/work/turns.ts";
import type { IamTables } from "../tables.ts";

type Db = Kysely<IamTables>;

/** What a managed policy is used as. */
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
 * The ARNs of up to `limit` managed policies that the account uses, of those that begin so, each
 * once. An index is walked from each ARN to the next, so that it costs nothing how often each is used.
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

/** Up to STEP different ARNs of a column that has an index behind `account_id`. */
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
