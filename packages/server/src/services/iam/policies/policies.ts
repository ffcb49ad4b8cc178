import type * as iam from "@aws-sdk/client-iam";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { echoedTags } from "../answer-members.ts";
import { isAwsPolicyArn } from "../catalogue/aws-managed-policies.ts";
import { accessDenied, alreadyExists, deleteConflict } from "../errors.ts";
import { onList, onNew, onPolicy, requestTags } from "../identities/authorization.ts";
import { callerSubject } from "../identities/calling-user.ts";
import { currentPolicy } from "../identities/subjects.ts";
import { change, type IamParts } from "../parts.ts";
import { POLICIES_PER_ACCOUNT } from "../quotas.ts";
import { findIgnoringCase, refuseOverQuota } from "../rows/named-rows.ts";
import { deletePolicy, insertPolicy } from "../rows/policies.ts";
import { NO_USAGE, usageOfPolicies } from "../rows/policy-usage.ts";
import { countVersions, deleteVersionsOf, insertVersion } from "../rows/policy-versions.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables, PolicyRow } from "../tables.ts";
import { existingPolicy, managedPolicy, requireArn } from "./managed-policies.ts";
import { policySummary } from "./policy-details.ts";
import { listPolicies } from "./policy-lists.ts";
import { checkManagedPolicy } from "./policy-text.ts";

export function policyOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreatePolicy: {
      authorize: (input, context) => {
        const pathAndName = { path: input.Path, name: input.PolicyName };
        return onNew(context, "policy", pathAndName, requestTags(input.Tags));
      },
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const policy = await createPolicy(parts, context, db, input);
          const summary = policySummary(managedPolicy(policy), NO_USAGE);
          return { Policy: { ...summary, ...echoedTags(input.Tags) } };
        }),
    },
    GetPolicy: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: async (_input, context, subject) => {
        const { arn, tags } = subject;
        const policy = existingPolicy(parts.awsPolicies, subject);
        const usage = await usageOfPolicies(context.db<IamTables>(), context.accountId, [arn]);
        return {
          Policy: {
            ...policySummary(policy, usage.get(arn) ?? NO_USAGE),
            ...(policy.description === undefined ? {} : { Description: policy.description }),
            // Unlike a role's, a policy's tags are an empty list when there are none.
            Tags: [...tags],
          },
        };
      },
    }),
    ListPolicies: {
      authorize: (input, context) => onList(context, "policy", input.PathPrefix),
      handle: (input, context) => listPolicies(parts, context, input),
    },
    DeletePolicy: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: (_input, context, subject) => {
        const arn = requireOwnPolicyArn(subject.arn, context);
        return change(parts, context, async ({ db }) => {
          const { policy_id: id } = await currentPolicy(db, subject);
          await refuseReferencedPolicy(db, context.accountId, arn);
          await deleteTagsOf(db, id);
          await deleteVersionsOf(db, arn);
          await deletePolicy(db, arn);
          return {};
        });
      },
    }),
  });
}

/**
 * AWS's policies can't be changed, whatever the caller is allowed. @throws AccessDenied,
 * ValidationError
 */
export function requireOwnPolicyArn(arn: string, context: RequestContext): string {
  if (!isAwsPolicyArn(requireArn(arn))) return arn;
  throw accessDenied(
    `${callerSubject(context)} is not authorized to perform: iam:${context.operation} on resource: policy ${arn}`,
  );
}

async function createPolicy(
  parts: IamParts,
  context: RequestContext,
  db: Db,
  input: Checked<iam.CreatePolicyRequest>,
): Promise<PolicyRow> {
  const { accountId } = context;
  const { PolicyName: name, PolicyDocument: document } = input;
  checkManagedPolicy(document);
  if (await findIgnoringCase(db, "iam_policies", accountId, name))
    throw alreadyExists(`A policy called ${name}`, "Duplicate names are not allowed.");
  await refuseOverQuota(db, "iam_policies", accountId, "PoliciesPerAccount", POLICIES_PER_ACCOUNT);
  const path = input.Path ?? "/";
  const policy: PolicyRow = {
    account_id: accountId,
    policy_arn: `arn:aws:iam::${accountId}:policy${path}${name}`,
    policy_id: newUniqueId("ANPA", accountId, parts.ids),
    policy_name: name,
    name_key: name.toLowerCase(),
    path,
    description: input.Description ?? null,
    default_version: 1,
    last_version: 1,
    created_ms: context.nowMs,
    updated_ms: context.nowMs,
  };
  await insertPolicy(db, policy);
  await insertVersion(db, {
    account_id: accountId,
    policy_arn: policy.policy_arn,
    version: policy.default_version,
    document,
    created_ms: context.nowMs,
  });
  await putTags(db, accountId, policy.policy_id, input.Tags);
  return policy;
}

async function refuseReferencedPolicy(db: Db, accountId: string, arn: string): Promise<void> {
  const usage = await usageOfPolicies(db, accountId, [arn]);
  if (usage.size > 0) throw deleteConflict("Cannot delete a policy attached to entities.");
  if ((await countVersions(db, arn)) > 1)
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
}
