import type { UnusedPermissionsRecommendedStep as Step } from "@aws-sdk/client-accessanalyzer";
import { PolicyCompileError, unusedPermissions } from "@rolecast/policy";
import type { PolicyDocument } from "../../../kernel/ports/identity.ts";
import type { PermissionUse } from "../../../kernel/ports/permission-uses.ts";

/** The steps of a recommendation, or why there are none. */
export type Recommendation =
  | { readonly steps: readonly Step[] }
  | { readonly error: { readonly code: string; readonly message: string } };

/**
 * For each policy of which something is unused: a policy without that, and to detach the old one.
 * Source: IAM user guide, "Remediating findings", recommendations for unused permissions.
 */
export function recommendedSteps(
  policies: readonly PolicyDocument[],
  uses: readonly PermissionUse[],
): Recommendation {
  if (policies.some(({ groupArn }) => groupArn !== undefined))
    return unsupported("Recommendations aren't made for users who have policies through groups.");
  if (policies.some(({ text }) => /"NotAction"\s*:/.test(text)))
    return unsupported("Recommendations aren't made for policies with NotAction.");
  try {
    return { steps: policies.flatMap((policy) => stepsFor(policy, uses)) };
  } catch (error) {
    if (error instanceof PolicyCompileError) return unsupported("A policy can't be read.");
    throw error;
  }
}

function unsupported(message: string): Recommendation {
  return { error: { code: "UNSUPPORTED", message } };
}

function stepsFor({ id, text }: PolicyDocument, uses: readonly PermissionUse[]): readonly Step[] {
  const { statements, reduced } = unusedPermissions(text, uses);
  if (statements.length === 0) return [];
  const detach = { recommendedAction: "DETACH_POLICY", existingPolicyId: id } as const;
  if (reduced === undefined) return [detach];
  const create = { recommendedAction: "CREATE_POLICY", recommendedPolicy: reduced } as const;
  return [{ ...create, existingPolicyId: id }, detach];
}
