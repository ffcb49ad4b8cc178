import { isoSeconds } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { inTurns } from "../../../kernel/work/turns.ts";
import { arnOf } from "../arns.ts";
import type { AnalyzerRow, FindingRow } from "../tables.ts";
import { bodyOf } from "./finding-body.ts";

interface Publishing {
  readonly events: EventBus;
  readonly ids: Ids;
  /** The finding is gone with its analyzer. */
  readonly isDeleted: boolean;
}

/**
 * Publishes a finding's event for each, some of them in each turn: an analysis may find thousands.
 * Source: IAM user guide, "Monitoring IAM Access Analyzer with Amazon EventBridge".
 */
export function publishFindings(
  analyzer: AnalyzerRow,
  findings: readonly FindingRow[],
  { events, ids, isDeleted }: Publishing,
): void {
  const publish = async (row: FindingRow) =>
    events.publish({
      version: "0",
      id: ids.uuid(),
      "detail-type": detailTypeOf(row),
      source: "aws.access-analyzer",
      account: analyzer.account_id,
      time: isoSeconds(row.updated_ms),
      region: analyzer.region,
      resources: [arnOf(analyzer)],
      detail: detailOf(analyzer, row, isDeleted),
    });
  inBackground(inTurns(findings, publish));
}

function detailTypeOf({ type }: FindingRow): string {
  switch (type) {
    case "ExternalAccess":
      return "Access Analyzer Finding";
    case "InternalAccess":
      return "Internal Access Finding";
    default:
      return "Unused Access Finding for IAM entities";
  }
}

function detailOf({ region }: AnalyzerRow, row: FindingRow, isDeleted: boolean) {
  const { error, external, internal, unused } = bodyOf(row);
  return {
    version: "1.0",
    ...(unused ? { findingId: row.finding_id } : { id: row.finding_id }),
    ...(row.type !== "ExternalAccess" && { findingType: row.type }),
    status: row.status,
    resourceType: row.resource_type,
    resource: row.resource,
    createdAt: isoSeconds(row.created_ms),
    analyzedAt: isoSeconds(row.analyzed_ms),
    updatedAt: isoSeconds(row.updated_ms),
    accountId: row.owner_account_id,
    region,
    ...(external && {
      principal: external.principal,
      action: external.action,
      condition: external.condition,
      isPublic: external.isPublic,
    }),
    ...(internal && {
      principal: internal.principal,
      principalOwnerAccount: internal.principalOwnerAccount,
      principalType: internal.principalType,
      accessType: internal.accessType,
      action: internal.action,
      condition: internal.condition,
      resourceControlPolicyRestrictionType: internal.resourceControlPolicy,
      serviceControlPolicyRestrictionType: internal.serviceControlPolicy,
    }),
    ...(error !== undefined && { error }),
    ...(unused?.services && {
      numberOfUnusedServices: unused.services.filter(({ actions }) => !actions).length,
      numberOfUnusedActions: unused.services.flatMap(({ actions = [] }) => actions).length,
    }),
    isDeleted,
  };
}
