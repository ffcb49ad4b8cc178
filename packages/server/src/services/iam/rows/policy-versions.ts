import type { Db, PolicyVersionRow } from "../tables.ts";

/** A version of a managed policy, without its document. */
export interface PolicyVersion {
  readonly number: number;
  readonly createdMs: number;
}

/** All versions of the account's own policy, the oldest first. */
export async function versionsOfPolicy(db: Db, arn: string): Promise<PolicyVersion[]> {
  const rows = await db
    .selectFrom("iam_policy_versions")
    .select(["version", "created_ms"])
    .where("policy_arn", "=", arn)
    .orderBy("version")
    .execute();
  return rows.map((row) => ({ number: row.version, createdMs: row.created_ms }));
}

export async function countVersions(db: Db, arn: string): Promise<number> {
  const { count } = await db
    .selectFrom("iam_policy_versions")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("policy_arn", "=", arn)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** A version's document as text; undefined if there is no such version. */
export async function findVersionDocument(
  db: Db,
  arn: string,
  version: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("iam_policy_versions")
    .select("document")
    .where("policy_arn", "=", arn)
    .where("version", "=", version)
    .executeTakeFirst();
  return row?.document;
}

/** The default versions' documents of customer managed policies, by ARN. */
export async function defaultDocuments(
  db: Db,
  accountId: string,
  arns: readonly string[],
): Promise<Map<string, string>> {
  if (arns.length === 0) return new Map();
  const rows = await db
    .selectFrom("iam_policies as policy")
    .innerJoin("iam_policy_versions as version", (join) =>
      join
        .onRef("version.policy_arn", "=", "policy.policy_arn")
        .onRef("version.version", "=", "policy.default_version"),
    )
    .select(["policy.policy_arn as arn", "version.document as document"])
    .where("policy.account_id", "=", accountId)
    .where("policy.policy_arn", "in", [...arns])
    .execute();
  return new Map(rows.map((row) => [row.arn, row.document]));
}

export async function insertVersion(db: Db, version: PolicyVersionRow): Promise<void> {
  await db.insertInto("iam_policy_versions").values(version).execute();
}

export async function deleteVersion(db: Db, arn: string, version: number): Promise<void> {
  await db
    .deleteFrom("iam_policy_versions")
    .where("policy_arn", "=", arn)
    .where("version", "=", version)
    .execute();
}

export async function deleteVersionsOf(db: Db, arn: string): Promise<void> {
  await db.deleteFrom("iam_policy_versions").where("policy_arn", "=", arn).execute();
}
