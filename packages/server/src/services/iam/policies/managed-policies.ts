import type { Kysely, Selectable } from "kysely";
import { parseArn } from "../../../kernel/arn.ts";
import { type AwsManagedPolicies, isAwsPolicyArn } from "../catalogue/aws-managed-policies.ts";
import { awsPolicyDescriptions } from "../catalogue/aws-policy-descriptions.ts";
import { invalidInput, noSuchEntity, noSuchPolicy, validationError } from "../errors.ts";
import type { IamTables, PolicyRow } from "../tables.ts";

/** A managed policy, a customer's or AWS's, as operations show it. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly policyId: string;
  readonly description: string | undefined;
  readonly defaultVersion: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** AWS's own: shared by all accounts, changed by nobody. */
  readonly aws: boolean;
}

/** @throws ValidationError for what isn't an ARN */
export function requireArn(arn: string): string {
  if (!parseArn(arn)) throw validationError(`ARN ${arn} is not valid.`);
  return arn;
}

/** @throws ValidationError, or InvalidInput for the ARN of something else */
export function requirePolicyArn(arn: string): string {
  const parsed = parseArn(requireArn(arn));
  if (parsed?.service !== "iam" || !parsed.resource.startsWith("policy/"))
    throw invalidInput(`ARN ${arn} is not valid.`);
  return arn;
}

/** A managed policy that the account can see: its own or AWS's. */
export async function findPolicy(
  db: Kysely<IamTables>,
  awsPolicies: AwsManagedPolicies,
  accountId: string,
  arn: string,
): Promise<ManagedPolicy | undefined> {
  if (isAwsPolicyArn(arn)) {
    const policy = awsPolicies.find(arn);
    const description = awsPolicyDescriptions.get(arn.slice(arn.indexOf("/") + 1));
    return policy && { ...policy, description, aws: true };
  }
  const row = await db
    .selectFrom("iam_policies")
    .selectAll()
    .where("policy_arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return row && managedPolicy(row);
}

/** @throws ValidationError, NoSuchEntity */
export async function requirePolicy(
  db: Kysely<IamTables>,
  awsPolicies: AwsManagedPolicies,
  accountId: string,
  arn: string,
): Promise<ManagedPolicy> {
  const policy = await findPolicy(db, awsPolicies, accountId, requireArn(arn));
  if (!policy) throw noSuchPolicy(arn);
  return policy;
}

export function noSuchPolicyVersion(arn: string, versionId: string) {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

export function managedPolicy(row: Selectable<PolicyRow>): ManagedPolicy {
  return {
    arn: row.policy_arn,
    name: row.policy_name,
    path: row.path,
    policyId: row.policy_id,
    description: row.description ?? undefined,
    defaultVersion: row.default_version,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    aws: false,
  };
}

/** The default versions' documents of customer managed policies, by ARN. */
export async function defaultDocuments(
  db: Kysely<IamTables>,
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

/** How often the account attaches a policy and uses it as a permissions boundary. */
export interface PolicyUsage {
  readonly attachments: number;
  readonly boundaries: number;
}

export const NO_USAGE: PolicyUsage = { attachments: 0, boundaries: 0 };

/** The usage of those of the policies that are used at all, by ARN. */
export async function usageOfPolicies(
  db: Kysely<IamTables>,
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
