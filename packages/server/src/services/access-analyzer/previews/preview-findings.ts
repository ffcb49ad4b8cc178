import type * as sdk from "@aws-sdk/client-accessanalyzer";
import type { Ids } from "../../../kernel/ids.ts";
import type { Filterable } from "../finding/filter.ts";
import {
  bodyOf,
  type ExternalBody,
  type FoundFinding,
  sourceView,
} from "../finding/finding-body.ts";
import type { FindingRow, FindingStatus } from "../tables.ts";

/** A finding of an access preview, as its row keeps it. */
export interface PreviewFinding {
  readonly id: string;
  readonly resource: string;
  readonly resourceType: string;
  readonly ownerAccountId: string;
  readonly external: ExternalBody;
  readonly status: FindingStatus;
  readonly changeType: "NEW" | "CHANGED" | "UNCHANGED";
  readonly existingFindingId?: string;
  readonly existingFindingStatus?: FindingStatus;
}

/**
 * Compares what would be found with what is found now. Access that would go is a changed finding
 * whose status is RESOLVED. Source: IAM user guide, "Preview access", the change types.
 */
export function previewFindings(
  found: readonly FoundFinding[],
  existing: readonly FindingRow[],
  ids: Pick<Ids, "uuid">,
): readonly PreviewFinding[] {
  const left = existing.filter(({ body }) => bodyOf({ body }).external !== undefined);
  const findings = found.flatMap((one): PreviewFinding[] => {
    const { external } = one.body;
    if (!external) return [];
    const known = takeKnown(one, left);
    const before = known && bodyOf(known).external;
    const isSame = known?.status !== "RESOLVED" && isEqual(before, external);
    return [
      {
        id: ids.uuid(),
        resource: one.resource,
        resourceType: one.resourceType,
        ownerAccountId: one.ownerAccountId,
        external,
        status: known?.status === "ARCHIVED" && isSame ? "ARCHIVED" : "ACTIVE",
        changeType: known ? (isSame ? "UNCHANGED" : "CHANGED") : "NEW",
        ...(known && {
          existingFindingId: known.finding_id,
          existingFindingStatus: known.status,
        }),
      },
    ];
  });
  const gone = left.flatMap((row): PreviewFinding[] => {
    const { external } = bodyOf(row);
    if (row.status === "RESOLVED" || !external) return [];
    return [
      {
        id: ids.uuid(),
        resource: row.resource,
        resourceType: row.resource_type,
        ownerAccountId: row.owner_account_id,
        external,
        status: "RESOLVED",
        changeType: "CHANGED",
        existingFindingId: row.finding_id,
        existingFindingStatus: row.status,
      },
    ];
  });
  return [...findings, ...gone];
}

/** The finding of the same principal, of the same condition first. */
function takeKnown(one: FoundFinding, left: FindingRow[]): FindingRow | undefined {
  const own = left.filter(({ subject }) => subject === one.subject);
  const condition = JSON.stringify(one.body.external?.condition);
  const known =
    own.find((row) => JSON.stringify(bodyOf(row).external?.condition) === condition) ??
    own.find(({ status }) => status !== "RESOLVED");
  if (known) left.splice(left.indexOf(known), 1);
  return known;
}

function isEqual(before: ExternalBody | undefined, after: ExternalBody): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

export function filterablePreview(finding: PreviewFinding): Filterable {
  const { ownerAccountId, external, ...same } = finding;
  return {
    ...same,
    findingType: "ExternalAccess",
    resourceOwnerAccount: ownerAccountId,
    body: { external },
  };
}

export function previewView(finding: PreviewFinding, createdMs: number): sdk.AccessPreviewFinding {
  const { external, ownerAccountId, resourceType, ...same } = finding;
  return {
    ...same,
    principal: { ...external.principal },
    action: [...external.action],
    condition: { ...external.condition },
    isPublic: external.isPublic,
    ...(external.sources && { sources: external.sources.map(sourceView) }),
    resourceControlPolicyRestriction: external.restriction,
    resourceType: resourceType as sdk.ResourceType,
    resourceOwnerAccount: ownerAccountId,
    createdAt: new Date(createdMs),
  };
}
