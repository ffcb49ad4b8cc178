import type { Selectable } from "kysely";
import type { Db, PolicyRow } from "../tables.ts";

/** A customer managed policy as stored. */
export type Policy = Selectable<PolicyRow>;

export function findOwnPolicy(db: Db, accountId: string, arn: string): Promise<Policy | undefined> {
  return db
    .selectFrom("iam_policies")
    .selectAll()
    .where("policy_arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

export async function insertPolicy(db: Db, policy: PolicyRow): Promise<void> {
  await db.insertInto("iam_policies").values(policy).execute();
}

export async function setPolicy(
  db: Db,
  arn: string,
  values: Partial<Pick<PolicyRow, "default_version" | "last_version" | "updated_ms">>,
): Promise<void> {
  await db.updateTable("iam_policies").set(values).where("policy_arn", "=", arn).execute();
}

export async function deletePolicy(db: Db, arn: string): Promise<void> {
  await db.deleteFrom("iam_policies").where("policy_arn", "=", arn).execute();
}
