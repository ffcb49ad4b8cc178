import type { Db } from "../tables.ts";

/** How often the account attaches a policy and uses it as a permissions boundary. */
export interface PolicyUsage {
  readonly attachments: number;
  readonly boundaries: number;
}

export const NO_USAGE: PolicyUsage = { attachments: 0, boundaries: 0 };

/** The usage of the policies that are used at all, by ARN. */
export async function usageOfPolicies(
  db: Db,
  accountId: string,
  arns: readonly string[],
): Promise<Map<string, PolicyUsage>> {
  if (arns.length === 0) return new Map();
  const attached = db
    .selectFrom("iam_policy_attachments")
    .select((e) => ["policy_arn as arn", e.fn.countAll<number>().as("count")])
    .where("account_id", "=", accountId)
    .where("policy_arn", "in", [...arns])
    .groupBy("policy_arn");
  const bounded = (table: "iam_users" | "iam_roles") =>
    db
      .selectFrom(table)
      .select((e) => ["boundary_arn as arn", e.fn.countAll<number>().as("count")])
      .where("account_id", "=", accountId)
      .where("boundary_arn", "in", [...arns])
      .groupBy("boundary_arn")
      .execute();
  const usage = new Map<string, PolicyUsage>();
  for (const row of await attached.execute())
    usage.set(row.arn, { attachments: Number(row.count), boundaries: 0 });
  for (const row of [...(await bounded("iam_users")), ...(await bounded("iam_roles"))]) {
    if (row.arn === null) continue;
    const known = usage.get(row.arn) ?? NO_USAGE;
    usage.set(row.arn, { ...known, boundaries: known.boundaries + Number(row.count) });
  }
  return usage;
}
