import type { PolicyType } from "../policy-type.ts";
import type { PolicyRow } from "../tables.ts";
import type { Db } from "./organizations.ts";

/** Lists don't read documents. */
const SUMMARY = [
  "policy_id",
  "organization_id",
  "type",
  "name",
  "description",
  "tags",
  "updated_ms",
] as const;

export type PolicySummaryRow = Omit<PolicyRow, "content">;

/** The policies of these types, of all organizations. */
export function policiesOfTypes(types: readonly PolicyType[], db: Db): Promise<PolicyRow[]> {
  return db.selectFrom("organizations_policies").selectAll().where("type", "in", types).execute();
}

export function findPolicy(
  organizationId: string,
  policyId: string,
  db: Db,
): Promise<PolicyRow | undefined> {
  return db
    .selectFrom("organizations_policies")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("policy_id", "=", policyId)
    .executeTakeFirst();
}

export function findPolicyByName(
  organizationId: string,
  type: PolicyType,
  name: string,
  db: Db,
): Promise<Pick<PolicyRow, "policy_id"> | undefined> {
  return db
    .selectFrom("organizations_policies")
    .select("policy_id")
    .where("organization_id", "=", organizationId)
    .where("type", "=", type)
    .where("name", "=", name)
    .executeTakeFirst();
}

/** Those with these ids, in the order of ids. */
export async function policiesById(
  organizationId: string,
  ids: readonly string[],
  db: Db,
): Promise<PolicyRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom("organizations_policies")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("policy_id", "in", ids)
    .orderBy("policy_id")
    .execute();
}

export function listPolicies(
  organizationId: string,
  type: PolicyType,
  after: string,
  limit: number,
  db: Db,
): Promise<PolicySummaryRow[]> {
  return db
    .selectFrom("organizations_policies")
    .select(SUMMARY)
    .where("organization_id", "=", organizationId)
    .where("type", "=", type)
    .where("policy_id", ">", after)
    .orderBy("policy_id")
    .limit(limit)
    .execute();
}

export async function countPolicies(
  organizationId: string,
  type: PolicyType,
  db: Db,
): Promise<number> {
  const { count } = await db
    .selectFrom("organizations_policies")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization_id", "=", organizationId)
    .where("type", "=", type)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertPolicy(row: PolicyRow, db: Db): Promise<void> {
  await db.insertInto("organizations_policies").values(row).execute();
}

export async function updatePolicy(
  policyId: string,
  change: Partial<PolicyRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("organizations_policies")
    .set(change)
    .where("policy_id", "=", policyId)
    .execute();
}

export async function removePolicy(policyId: string, db: Db): Promise<void> {
  await db.deleteFrom("organizations_policies").where("policy_id", "=", policyId).execute();
}
