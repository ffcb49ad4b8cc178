import { type Expression, sql } from "kysely";
import type { Db } from "../tables.ts";

/**
 * Puts or replaces an inline policy, unchecked: callers have decided that it is allowed. A policy
 * that is replaced keeps the letters of its name.
 */
export async function putInlinePolicy(
  db: Db,
  accountId: string,
  ownerId: string,
  policyName: string,
  document: string,
): Promise<void> {
  const replaced = await db
    .updateTable("iam_inline_policies")
    .set({ document })
    .where("owner_id", "=", ownerId)
    .where(isNamed(policyName))
    .executeTakeFirst();
  if (Number(replaced.numUpdatedRows) > 0) return;
  await db
    .insertInto("iam_inline_policies")
    .values({ account_id: accountId, owner_id: ownerId, policy_name: policyName, document })
    .execute();
}

/** The document of an owner's inline policy; undefined if there is none of this name. */
export async function findInlineDocument(
  db: Db,
  ownerId: string,
  policyName: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("iam_inline_policies")
    .select("document")
    .where("owner_id", "=", ownerId)
    .where(isNamed(policyName))
    .executeTakeFirst();
  return row?.document;
}

/** The inline policies of all the owners, in the order of their names. */
export async function inlinePoliciesOf(
  db: Db,
  ownerIds: readonly string[],
): Promise<{ owner_id: string; policy_name: string; document: string }[]> {
  return db
    .selectFrom("iam_inline_policies")
    .select(["owner_id", "policy_name", "document"])
    .where("owner_id", "in", [...ownerIds])
    .orderBy("policy_name")
    .execute();
}

/** Reads the names of an owner's inline policies that come after `after`. */
export async function inlinePolicyNames(
  db: Db,
  ownerId: string,
  after?: string,
  limit?: number,
): Promise<string[]> {
  let query = db
    .selectFrom("iam_inline_policies")
    .select("policy_name")
    .where("owner_id", "=", ownerId);
  if (after !== undefined) query = query.where("policy_name", ">", after);
  if (limit !== undefined) query = query.limit(limit);
  const rows = await query.orderBy("policy_name").execute();
  return rows.map((row) => row.policy_name);
}

/** False if the owner has no inline policy of this name. */
export async function deleteInlinePolicy(
  db: Db,
  ownerId: string,
  policyName: string,
): Promise<boolean> {
  const result = await db
    .deleteFrom("iam_inline_policies")
    .where("owner_id", "=", ownerId)
    .where(isNamed(policyName))
    .executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

/** Names are compared irrespective of case; their letters are ASCII's. */
function isNamed(policyName: string): Expression<boolean> {
  return sql<boolean>`lower(policy_name) = ${policyName.toLowerCase()}`;
}
