import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { isoSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { dbOf, onAnalyzer } from "../access.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { zoneOf } from "../analysis/zone.ts";
import { accessOf } from "../analyzer-type.ts";
import { arnOf } from "../arns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { conflict, invalidRequest, notFound, quotaExceeded } from "../errors.ts";
import { checkFilter, meets } from "../finding/filter.ts";
import { pageOf } from "../page.ts";
import { QUOTAS } from "../quotas.ts";
import { findAnalyzerById } from "../rows/analyzers.ts";
import { findPreview, insertPreview, previewsOf, removePreviewsBefore } from "../rows/previews.ts";
import type { AccessAnalyzerTables, AccessPreviewRow, AnalyzerRow } from "../tables.ts";
import {
  filterablePreview,
  type PreviewFinding,
  previewFindings,
  previewView,
} from "./preview-findings.ts";
import { proposedResource } from "./proposed-resource.ts";

const HOUR_MS = 60 * 60_000;
/** Source: IAM user guide, "Access previews": about 24 hours. */
const KEPT_MS = 24 * HOUR_MS;

/** CreateAccessPreview, GetAccessPreview, ListAccessPreviews, ListAccessPreviewFindings. */
export function accessPreviewOperations(
  deps: AnalyzerDependencies,
  analysis: Analysis,
): OperationTable {
  return defineOperations<typeof sdk>()({
    CreateAccessPreview: onAnalyzer("CreateAccessPreview", {}, async (analyzer, input, context) => {
      const { configurations, clientToken = null } = input;
      if (accessOf(analyzer.type) !== "external")
        throw invalidRequest(
          `An analyzer of type ${analyzer.type} has no previews`,
          "notSupported",
        );
      const findings = await findingsOf(analyzer, configurations, { analysis, deps, context });
      const row: AccessPreviewRow = {
        preview_id: deps.ids.uuid(),
        analyzer_id: analyzer.analyzer_id,
        created_ms: context.nowMs,
        status: findings ? "COMPLETED" : "FAILED",
        configurations: JSON.stringify(configurations),
        findings: JSON.stringify(findings ?? []),
        client_token: clientToken,
      };
      return context.transaction<AccessAnalyzerTables, { id: string }>(async (tx) => {
        if (!(await findAnalyzerById(analyzer.analyzer_id, tx.db)))
          throw notFound("Analyzer", arnOf(analyzer));
        await removePreviewsBefore(context.nowMs - KEPT_MS, tx.db);
        const all = await previewsOf(analyzer.analyzer_id, tx.db);
        const same = all.find((one) => clientToken !== null && one.client_token === clientToken);
        if (same) return { id: repeated(same, row) };
        const recent = all.filter(({ created_ms }) => created_ms > context.nowMs - HOUR_MS);
        if (recent.length >= QUOTAS.accessPreviewsPerHour)
          throw quotaExceeded("AccessPreview", row.preview_id, "Too many access previews an hour.");
        await insertPreview(row, tx.db);
        tx.afterCommit(() => publishState(analyzer, row, deps));
        return { id: row.preview_id };
      });
    }),
    GetAccessPreview: onAnalyzer("GetAccessPreview", {}, async (analyzer, input, context) => {
      const row = await requirePreview(analyzer, input.accessPreviewId, context);
      const configurations = JSON.parse(row.configurations) as Record<string, sdk.Configuration>;
      return { accessPreview: { ...summaryOf(row, analyzer), configurations } };
    }),
    ListAccessPreviews: onAnalyzer("ListAccessPreviews", {}, async (analyzer, input, context) => {
      const all = (await previewsOf(analyzer.analyzer_id, dbOf(context))).filter((row) =>
        isKept(row, context),
      );
      const sorted = all.sort((one, other) => other.created_ms - one.created_ms);
      const list = ["previews", analyzer.analyzer_id];
      const keyOf = (row: AccessPreviewRow) => [row.created_ms, row.preview_id] as const;
      const { rows, rest } = pageOf(input, list, sorted, keyOf, true);
      return { accessPreviews: rows.map((row) => summaryOf(row, analyzer)), ...rest };
    }),
    ListAccessPreviewFindings: onAnalyzer(
      "ListAccessPreviewFindings",
      {},
      async (analyzer, input, context) => {
        const { accessPreviewId: id, filter = {} } = input;
        checkFilter(filter, "preview");
        const row = await requirePreview(analyzer, id, context);
        if (row.status === "FAILED")
          throw conflict("AccessPreview", id, "The access preview has failed.");
        const found = (JSON.parse(row.findings) as readonly PreviewFinding[])
          .filter((finding) => meets(filter, filterablePreview(finding)))
          .sort((one, other) => (one.id < other.id ? -1 : 1));
        const { rows, rest } = pageOf(input, [id, filter], found, (one) => [one.id, ""]);
        return { findings: rows.map((one) => previewView(one, row.created_ms)), ...rest };
      },
    ),
  });
}

interface Parts {
  readonly analysis: Analysis;
  readonly deps: AnalyzerDependencies;
  readonly context: RequestContext;
}

/** Undefined for a configuration that no resource can have. @throws ValidationException */
async function findingsOf(
  analyzer: AnalyzerRow,
  configurations: Readonly<Record<string, sdk.Configuration>>,
  { analysis, deps, context }: Parts,
): Promise<readonly PreviewFinding[] | undefined> {
  const zone = await zoneOf(analyzer, deps.contributed.organizations);
  if ("disabled" in zone) throw conflict("Analyzer", arnOf(analyzer), "The analyzer isn't active.");
  const { accountId, region, nowMs } = context;
  const knownAccounts = [...zone.accounts];
  const place = { accountId, region, nowMs, knownAccounts };
  const judged = { services: deps.contributed.shareableResources, reader: context };
  const resource = await proposedResource(configurations, place, judged);
  if (!resource) return undefined;
  const { findings } = await analysis.refresh(analyzer, context);
  const existing = findings.filter((row) => row.resource === resource.arn);
  const found = await analysis.external.of(resource, zone, context);
  return found && previewFindings(found, existing, deps.ids);
}

/** The id of the preview that the same request made. @throws ConflictException */
function repeated(same: AccessPreviewRow, row: AccessPreviewRow): string {
  if (same.configurations === row.configurations) return same.preview_id;
  throw conflict(
    "AccessPreview",
    same.preview_id,
    "The client token was used for another preview.",
  );
}

function isKept({ created_ms }: AccessPreviewRow, { nowMs }: Pick<RequestContext, "nowMs">) {
  return created_ms >= nowMs - KEPT_MS;
}

/** @throws ResourceNotFoundException */
async function requirePreview(
  { analyzer_id }: AnalyzerRow,
  id: string,
  context: RequestContext,
): Promise<AccessPreviewRow> {
  const row = await findPreview(analyzer_id, id, dbOf(context));
  if (!row || !isKept(row, context)) throw notFound("AccessPreview", id);
  return row;
}

function summaryOf(row: AccessPreviewRow, analyzer: AnalyzerRow): sdk.AccessPreviewSummary {
  return {
    id: row.preview_id,
    analyzerArn: arnOf(analyzer),
    createdAt: new Date(row.created_ms),
    status: row.status,
    ...(row.status === "FAILED" && { statusReason: { code: "INVALID_CONFIGURATION" } }),
  };
}

/** Source: IAM user guide, "Monitoring IAM Access Analyzer with Amazon EventBridge". */
function publishState(
  analyzer: AnalyzerRow,
  row: AccessPreviewRow,
  { events, ids }: AnalyzerDependencies,
): void {
  events.publish({
    version: "0",
    id: ids.uuid(),
    "detail-type": "Access Preview State Change",
    source: "aws.access-analyzer",
    account: analyzer.account_id,
    time: isoSeconds(row.created_ms),
    region: analyzer.region,
    resources: [arnOf(analyzer)],
    detail: {
      version: "1.0",
      accessPreviewId: row.preview_id,
      configuredResources: Object.keys(JSON.parse(row.configurations) as object),
      status: row.status,
      ...(row.status === "FAILED" && { statusReason: { code: "INVALID_CONFIGURATION" } }),
      previousStatus: "CREATING",
      createdAt: isoSeconds(row.created_ms),
      region: analyzer.region,
    },
  });
}
