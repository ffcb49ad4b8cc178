import type * as sdk from "@aws-sdk/client-accessanalyzer";
import type { Analyzed } from "../analysis/analysis.ts";
import { bodyOf, type ExternalBody } from "../finding/finding-body.ts";
import type { FindingRow } from "../tables.ts";

/** Members that all views of findings have. */
export function commonView(row: FindingRow, { atMs }: Pick<Analyzed, "atMs">) {
  const { error } = bodyOf(row);
  return {
    id: row.finding_id,
    resource: row.resource,
    resourceType: row.resource_type as sdk.ResourceType,
    resourceOwnerAccount: row.owner_account_id,
    status: row.status,
    createdAt: new Date(row.created_ms),
    // The request itself has looked at what isn't resolved.
    analyzedAt: new Date(row.status === "RESOLVED" ? row.analyzed_ms : atMs),
    updatedAt: new Date(row.updated_ms),
    ...(error !== undefined && { error }),
  };
}

/** Members of external access, in the first and the second version. */
export function externalView(external: ExternalBody) {
  return {
    principal: { ...external.principal },
    action: [...external.action],
    condition: { ...external.condition },
    isPublic: external.isPublic,
    ...(external.sources && { sources: external.sources.map((type) => ({ type })) }),
    resourceControlPolicyRestriction: external.restriction,
  };
}

/** A finding of the first version, which knows external access alone. */
export function firstView(row: FindingRow, analyzed: Pick<Analyzed, "atMs">): sdk.FindingSummary {
  const { external } = bodyOf(row);
  return { condition: {}, ...commonView(row, analyzed), ...(external && externalView(external)) };
}

export function detailsOf(row: FindingRow): sdk.FindingDetails[] {
  const { external } = bodyOf(row);
  if (external) return [{ externalAccessDetails: externalView(external) }];
  return [{ externalAccessDetails: { condition: {} } }];
}
