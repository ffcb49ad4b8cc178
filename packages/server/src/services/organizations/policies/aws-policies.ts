import { FULL_ACCESS } from "../../../kernel/control-policy.ts";
import { AWS_POLICY_IDS } from "../names.ts";
import { CONTROL_KINDS, type PolicyType } from "../policy-type.ts";
import { insertAttachment } from "../rows/attachments.ts";
import type { Db } from "../rows/organizations.ts";
import type { OrganizationRow, PolicyRow } from "../tables.ts";
import { enabledTypes } from "../views.ts";

/** The descriptions that AWS's own policies have. */
const DESCRIPTIONS = {
  SERVICE_CONTROL_POLICY: "Allows access to every operation",
  RESOURCE_CONTROL_POLICY: "Allows access to every resource",
} as const;

/** AWS's own policies as rows, which aren't stored. */
export function awsPolicy(policyId: string, organizationId: string): PolicyRow | undefined {
  for (const [type, id] of Object.entries(AWS_POLICY_IDS))
    if (id === policyId) return awsPolicyOf(type as keyof typeof CONTROL_KINDS, organizationId);
  return undefined;
}

/** AWS's own policy of a type, if it has one. */
export function awsPolicyOfType(type: PolicyType, organizationId: string): PolicyRow | undefined {
  const id = AWS_POLICY_IDS[type];
  return id === undefined ? undefined : awsPolicy(id, organizationId);
}

function awsPolicyOf(type: keyof typeof CONTROL_KINDS, organizationId: string): PolicyRow {
  const id = AWS_POLICY_IDS[type] ?? "";
  return {
    policy_id: id,
    organization_id: organizationId,
    type,
    name: id.slice("p-".length),
    description: DESCRIPTIONS[type],
    content: FULL_ACCESS[CONTROL_KINDS[type]].text,
    tags: "{}",
    updated_ms: 0,
  };
}

/** Attaches AWS's policies of the types that are on to new roots, units and accounts. */
export async function attachAwsPolicies(
  organization: OrganizationRow,
  targetIds: readonly string[],
  nowMs: number,
  db: Db,
  types: readonly PolicyType[] = enabledTypes(organization),
): Promise<void> {
  const { organization_id } = organization;
  for (const type of types) {
    const policy_id = AWS_POLICY_IDS[type];
    if (policy_id === undefined) continue;
    for (const target_id of targetIds) {
      const target = { organization_id, policy_id, policy_type: type, target_id };
      await insertAttachment({ ...target, attached_ms: nowMs }, db);
    }
  }
}
