import type * as iam from "@aws-sdk/client-iam";
import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { AWS_POLICY_PREFIX } from "../catalogue/aws-managed-policies.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { readNames } from "../rows/named-rows.ts";
import { pathStartsWith, readPart } from "../rows/part-of-names.ts";
import { type PolicyUse, usedPolicies } from "../rows/used-policies.ts";
import type { IamTables } from "../tables.ts";
import {
  type ManagedPolicy,
  managedPolicy,
  NO_USAGE,
  usageOfPolicies,
} from "./managed-policies.ts";
import { policySummary } from "./policy-details.ts";

/** The account's own policies come before AWS's, each sorted by name. */
const OWN = "1";
const AWS = "2";

/** ListPolicies: the account's and AWS's managed policies as one list, by pages. */
export async function listPolicies(
  parts: IamParts,
  context: RequestContext,
  input: iam.ListPoliciesRequest,
): Promise<iam.ListPoliciesResponse> {
  const page = await readPage(
    input,
    async (after, limit) => {
      const own = after?.startsWith(AWS) ? [] : await ownPolicies(context, input, after, limit);
      const missing = limit - own.length;
      if (missing <= 0 || input.Scope === "Local") return own;
      return [...own, ...(await awsPolicies(parts, context, input, after, missing))];
    },
    keyOf,
  );
  const arns = page.items.map(({ arn }) => arn);
  const usage = await usageOfPolicies(context.db<IamTables>(), context.accountId, arns);
  const Policies = page.items.map((policy) =>
    policySummary(policy, usage.get(policy.arn) ?? NO_USAGE),
  );
  return { Policies, ...page.output };
}

function keyOf(policy: ManagedPolicy): string {
  return `${policy.aws ? AWS : OWN}${policy.name.toLowerCase()}`;
}

async function ownPolicies(
  context: RequestContext,
  input: iam.ListPoliciesRequest,
  after: string | undefined,
  limit: number,
): Promise<ManagedPolicy[]> {
  if (input.Scope === "AWS") return [];
  const { accountId } = context;
  const db = context.db<IamTables>();
  const table = "iam_policies";
  const behind = after?.slice(OWN.length);
  const rows = input.OnlyAttached
    ? await readPart(db, table, accountId, ownUsed(db, accountId, input), behind, limit)
    : await readNames(db, table, accountId, input.PathPrefix, behind, limit);
  return rows.map(managedPolicy);
}

/** The account's own policies that it uses. How it does is asked of attached ones only. */
function ownUsed(db: Kysely<IamTables>, accountId: string, input: iam.ListPoliciesRequest) {
  const path = pathStartsWith("iam_policies", input.PathPrefix ?? "/");
  const use = input.PolicyUsageFilter;
  return {
    few: async (limit: number) => {
      const arns = await usedPolicies(db, accountId, `arn:aws:iam::${accountId}:`, use, limit);
      // So many that they are not few, whatever their paths.
      if (arns.size === limit) return [...arns];
      if (arns.size === 0) return [];
      const rows = await db
        .selectFrom("iam_policies")
        .select("name_key")
        .where("account_id", "=", accountId)
        .where("policy_arn", "in", [...arns])
        .where(path)
        .execute();
      return rows.map((row) => row.name_key);
    },
    matches: sql<SqlBool>`${path} and (${isUsed(accountId, use)})`,
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

async function awsPolicies(
  parts: IamParts,
  context: RequestContext,
  input: iam.ListPoliciesRequest,
  after: string | undefined,
  limit: number,
): Promise<ManagedPolicy[]> {
  const all = parts.awsPolicies.all();
  const used = input.OnlyAttached
    ? await usedPolicies(
        context.db<IamTables>(),
        context.accountId,
        AWS_POLICY_PREFIX,
        input.PolicyUsageFilter,
        all.length,
      )
    : undefined;
  const prefix = input.PathPrefix ?? "/";
  const wanted: ManagedPolicy[] = [];
  for (const policy of all) {
    if (wanted.length === limit) break;
    if (!policy.path.startsWith(prefix) || used?.has(policy.arn) === false) continue;
    const shown: ManagedPolicy = { ...policy, description: undefined, aws: true };
    if (after === undefined || keyOf(shown) > after) wanted.push(shown);
  }
  return wanted;
}
