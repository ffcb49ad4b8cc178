import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onAnalyzer, requireExternal } from "../access.ts";
import type { Analysis } from "../analysis/analysis.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { invalidField, notFound } from "../errors.ts";
import { publishFindings } from "../finding/finding-events.ts";
import { pageOf } from "../page.ts";
import { findingsOf, updateFinding } from "../rows/findings.ts";
import type { AccessAnalyzerTables, FindingRow } from "../tables.ts";
import { listFindings } from "./list-findings.ts";
import { commonView, detailsOf, firstView } from "./views.ts";

/**
 * ListFindings, GetFinding, ListFindingsV2, GetFindingV2, UpdateFindings. The second version's
 * reads are decided as those of the first.
 */
export function findingOperations(deps: AnalyzerDependencies, analysis: Analysis): OperationTable {
  return defineOperations<typeof sdk>()({
    // The first version knows external access alone.
    ListFindings: onAnalyzer("ListFindings", {}, async (analyzer, input, context) => {
      requireExternal(analyzer);
      const analyzed = await analysis.refresh(analyzer, context);
      const { rows, rest } = listFindings(analyzer, analyzed.findings, input);
      return { findings: rows.map((row) => firstView(row, analyzed)), ...rest };
    }),
    GetFinding: onAnalyzer("GetFinding", {}, async (analyzer, { id }, context) => {
      requireExternal(analyzer);
      const analyzed = await analysis.refresh(analyzer, context);
      return { finding: firstView(requireFinding(analyzed.findings, id), analyzed) };
    }),
    ListFindingsV2: onAnalyzer(
      "ListFindingsV2",
      { action: "ListFindings" },
      async (analyzer, input, context) => {
        const analyzed = await analysis.refresh(analyzer, context);
        const { rows, rest } = listFindings(analyzer, analyzed.findings, input);
        const findings = rows.map((row) => ({
          ...commonView(row, analyzed),
          findingType: row.type,
        }));
        return { findings, ...rest };
      },
    ),
    GetFindingV2: onAnalyzer(
      "GetFindingV2",
      { action: "GetFinding" },
      async (analyzer, input, context) => {
        const analyzed = await analysis.refresh(analyzer, context);
        const row = requireFinding(analyzed.findings, input.id);
        const numbered = detailsOf(row).map((details, number) => ({ details, number }));
        const list = ["details", row.finding_id];
        const { rows, rest } = pageOf(input, list, numbered, ({ number }) => [number, ""]);
        return {
          ...commonView(row, analyzed),
          findingType: row.type,
          findingDetails: rows.map(({ details }) => details),
          ...rest,
        };
      },
    ),
    UpdateFindings: onAnalyzer("UpdateFindings", {}, async (analyzer, input, context) => {
      const { ids, resourceArn } = input;
      const status = input.status === "ARCHIVED" ? "ARCHIVED" : "ACTIVE";
      if ((ids === undefined) === (resourceArn === undefined))
        throw invalidField("ids", "Name findings by ids or by resourceArn");
      await analysis.refresh(analyzer, context);
      await context.transaction<AccessAnalyzerTables, void>(async (tx) => {
        const all = await findingsOf(analyzer.analyzer_id, tx.db);
        for (const id of ids ?? []) requireFinding(all, id);
        const change = { status, updated_ms: context.nowMs } as const;
        const meant = all.filter(
          (row) =>
            (ids?.includes(row.finding_id) ?? row.resource === resourceArn) &&
            row.status !== "RESOLVED" &&
            row.status !== status,
        );
        for (const { finding_id } of meant) await updateFinding(finding_id, change, tx.db);
        const changed = meant.map((row) => ({ ...row, ...change }));
        tx.afterCommit(() => publishFindings(analyzer, changed, { ...deps, isDeleted: false }));
      });
      return {};
    }),
  });
}

/** @throws ResourceNotFoundException */
export function requireFinding(findings: readonly FindingRow[], id: string): FindingRow {
  const row = findings.find(({ finding_id }) => finding_id === id);
  if (!row) throw notFound("Finding", id);
  return row;
}
