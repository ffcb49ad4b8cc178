import type * as iam from "@aws-sdk/client-iam";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { readPage } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { pathStartsWith } from "../path-starts-with.ts";
import type { IamTables } from "../tables.ts";
import { policySummary } from "./policy-details.ts";
import {
  type ManagedPolicy,
  managedPolicy,
  NO_USAGE,
  type PolicyUsage,
  usageOfPolicies,
} from "./policy-queries.ts";

/** The account's own policies come before AWS's, each sorted by name. */
const OWN = "1";
const AWS = "2";

/** ListPolicies: the account's and AWS's managed policies as one list, by pages. */
export async function listPolicies(
  parts: IamParts,
  context: RequestContext,
  input: iam.ListPoliciesRequest,
): Promise<iam.ListPoliciesResponse> {
  const usage = await usageOfPolicies(context.db<IamTables>(), context.accountId);
  const wanted = wantedBy(input, usage);
  const page = await readPage(
    input,
    async (after, limit) => {
      const own = after?.startsWith(AWS) ? [] : await ownPolicies(context, input, wanted, after);
      const missing = limit - own.length;
      if (missing <= 0 || input.Scope === "Local") return own.slice(0, limit);
      const aws = parts.awsPolicies.all().map(
        (policy): ManagedPolicy => ({
          ...policy,
          description: undefined,
          aws: true,
        }),
      );
      const rest = aws.filter(
        (policy) => (after === undefined || keyOf(policy) > after) && wanted(policy),
      );
      return [...own, ...rest.slice(0, missing)];
    },
    keyOf,
  );
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
  wanted: (policy: ManagedPolicy) => boolean,
  after: string | undefined,
): Promise<ManagedPolicy[]> {
  if (input.Scope === "AWS") return [];
  let query = context
    .db<IamTables>()
    .selectFrom("iam_policies")
    .selectAll()
    .where("account_id", "=", context.accountId);
  if (input.PathPrefix !== undefined) query = query.where(pathStartsWith("path", input.PathPrefix));
  if (after !== undefined) query = query.where("name_key", ">", after.slice(OWN.length));
  // Bounded by the quota of policies per account.
  const rows = await query.orderBy("name_key").execute();
  return rows.map(managedPolicy).filter(wanted);
}

function wantedBy(
  input: iam.ListPoliciesRequest,
  usage: ReadonlyMap<string, PolicyUsage>,
): (policy: ManagedPolicy) => boolean {
  const prefix = input.PathPrefix ?? "/";
  return (policy) => {
    if (!policy.path.startsWith(prefix)) return false;
    const { attachments, boundaries } = usage.get(policy.arn) ?? NO_USAGE;
    // How a policy is used is asked of attached ones only.
    if (!input.OnlyAttached) return true;
    switch (input.PolicyUsageFilter) {
      case "PermissionsPolicy":
        return attachments > 0;
      case "PermissionsBoundary":
        return boundaries > 0;
      default:
        return attachments + boundaries > 0;
    }
  };
}
