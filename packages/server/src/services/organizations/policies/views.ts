import type * as organizations from "@aws-sdk/client-organizations";
import { isAwsPolicy, policyArn } from "../names.ts";
import type { PolicySummaryRow } from "../rows/policies.ts";
import type { OrganizationRow, PolicyRow } from "../tables.ts";

export function policySummary(
  organization: OrganizationRow,
  policy: PolicySummaryRow,
): organizations.PolicySummary {
  return {
    Id: policy.policy_id,
    Arn: policyArn(organization, policy),
    Name: policy.name,
    Description: policy.description,
    Type: policy.type,
    AwsManaged: isAwsPolicy(policy.policy_id),
  };
}

export function policyView(organization: OrganizationRow, policy: PolicyRow): organizations.Policy {
  return { PolicySummary: policySummary(organization, policy), Content: policy.content };
}
