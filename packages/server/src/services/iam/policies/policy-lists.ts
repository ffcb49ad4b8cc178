import type * as iam from "@aws-sdk/client-iam";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { AWS_POLICY_PREFIX } from "../catalogue/aws-managed-policies.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { readNames } from "../rows/named-rows.ts";
import { readPart } from "../rows/part-of-names.ts";
import { NO_USAGE, usageOfPolicies } from "../rows/policy-usage.ts";
import { usedOwnPolicies, usedPolicies } from "../rows/used-policies.ts";
import type { IamTables } from "../tables.ts";
import { type ManagedPolicy, managedPolicy } from "./managed-policies.ts";
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
  const afterName = after?.slice(OWN.length);
  const { PathPrefix: path = "/", PolicyUsageFilter: use } = input;
  const usedPart = usedOwnPolicies(db, accountId, { path, use });
  const rows = input.OnlyAttached
    ? await readPart(db, table, accountId, usedPart, afterName, limit)
    : await readNames(db, table, accountId, input.PathPrefix, afterName, limit);
  return rows.map(managedPolicy);
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
