import type * as sdk from "@aws-sdk/client-accessanalyzer";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { dbOf, onAnalyzer } from "../access.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { isArchived } from "../analysis/reconcile.ts";
import { type AnalyzerName, archiveRuleArn, arnOf } from "../arns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { conflict, notFound, quotaExceeded } from "../errors.ts";
import { checkFilter, type Filter } from "../finding/filter.ts";
import { publishFindings } from "../finding/finding-events.ts";
import { pageOf } from "../page.ts";
import { QUOTAS } from "../quotas.ts";
import { type Db, findAnalyzerById } from "../rows/analyzers.ts";
import {
  archiveRulesOf,
  findArchiveRule,
  insertArchiveRule,
  removeArchiveRule,
  updateArchiveRule,
} from "../rows/archive-rules.ts";
import { findingsOf, updateFinding } from "../rows/findings.ts";
import type { AccessAnalyzerTables, AnalyzerRow, ArchiveRuleRow } from "../tables.ts";

/** An operation on one archive rule is decided on the rule. */
function onArchiveRule<
  Input extends { readonly analyzerName: string; readonly ruleName: string },
  Output,
>(
  operation: string,
  handle: (analyzer: AnalyzerRow, input: Input, context: RequestContext) => Promise<Output>,
): OperationHandler<Input, Output> {
  const resource = ({ ruleName }: Input, analyzer: AnalyzerName) =>
    archiveRuleArn(analyzer, ruleName);
  return onAnalyzer(operation, { resource }, handle);
}

/** Operations on archive rules, and ApplyArchiveRule. */
export function archiveRuleOperations(
  deps: AnalyzerDependencies,
  analysis: Analysis,
): OperationTable {
  return defineOperations<typeof sdk>()({
    CreateArchiveRule: onArchiveRule(
      "CreateArchiveRule",
      async (analyzer, { ruleName, filter }, context) => {
        checkFilter(filter, "rule");
        await context.transaction<AccessAnalyzerTables, void>(async ({ db }) => {
          await requireAnalyzer(analyzer, db);
          const all = await archiveRulesOf(analyzer.analyzer_id, db);
          if (all.some(({ name }) => name === ruleName))
            throw conflict("ArchiveRule", ruleName, `The archive rule ${ruleName} already exists.`);
          if (all.length >= QUOTAS.archiveRules)
            throw quotaExceeded(
              "ArchiveRule",
              ruleName,
              `An analyzer has ${QUOTAS.archiveRules} archive rules at most.`,
            );
          await insertArchiveRule(
            ruleRow(analyzer.analyzer_id, ruleName, filter, context.nowMs),
            db,
          );
        });
        return {};
      },
    ),
    GetArchiveRule: onArchiveRule(
      "GetArchiveRule",
      async ({ analyzer_id }, { ruleName }, context) => ({
        archiveRule: summaryOf(await requireRule(analyzer_id, ruleName, dbOf(context))),
      }),
    ),
    ListArchiveRules: onAnalyzer(
      "ListArchiveRules",
      {},
      async ({ analyzer_id }, input, context) => {
        const all = await archiveRulesOf(analyzer_id, dbOf(context));
        const { rows, rest } = pageOf(input, [analyzer_id], all, ({ name }) => [name, ""]);
        return { archiveRules: rows.map(summaryOf), ...rest };
      },
    ),
    UpdateArchiveRule: onArchiveRule(
      "UpdateArchiveRule",
      async ({ analyzer_id }, { ruleName, filter }, context) => {
        checkFilter(filter, "rule");
        await context.transaction<AccessAnalyzerTables, void>(async ({ db }) => {
          const rule = await requireRule(analyzer_id, ruleName, db);
          const change = { filter: JSON.stringify(filter), updated_ms: context.nowMs };
          await updateArchiveRule(rule, change, db);
        });
        return {};
      },
    ),
    DeleteArchiveRule: onArchiveRule(
      "DeleteArchiveRule",
      async ({ analyzer_id }, { ruleName }, context) => {
        await context.transaction<AccessAnalyzerTables, void>(async ({ db }) => {
          await requireRule(analyzer_id, ruleName, db);
          await removeArchiveRule(analyzer_id, ruleName, db);
        });
        return {};
      },
    ),
    ApplyArchiveRule: onAnalyzer(
      "ApplyArchiveRule",
      {},
      async (analyzer, { ruleName }, context) => {
        await requireRule(analyzer.analyzer_id, ruleName, dbOf(context));
        await analysis.refresh(analyzer, context);
        await context.transaction<AccessAnalyzerTables, void>(async (tx) => {
          const rule = await requireRule(analyzer.analyzer_id, ruleName, tx.db);
          const change = { status: "ARCHIVED", updated_ms: context.nowMs } as const;
          const all = await findingsOf(analyzer.analyzer_id, tx.db);
          const meant = all.filter((row) => row.status === "ACTIVE" && isArchived(row, [rule]));
          for (const { finding_id } of meant) await updateFinding(finding_id, change, tx.db);
          const changed = meant.map((row) => ({ ...row, ...change }));
          tx.afterCommit(() => publishFindings(analyzer, changed, { ...deps, isDeleted: false }));
        });
        return {};
      },
    ),
  });
}

export function ruleRow(
  analyzerId: string,
  name: string,
  filter: Filter,
  nowMs: number,
): ArchiveRuleRow {
  return {
    analyzer_id: analyzerId,
    name,
    filter: JSON.stringify(filter),
    created_ms: nowMs,
    updated_ms: nowMs,
  };
}

function summaryOf(row: ArchiveRuleRow): sdk.ArchiveRuleSummary {
  return {
    ruleName: row.name,
    filter: JSON.parse(row.filter) as Record<string, sdk.Criterion>,
    createdAt: new Date(row.created_ms),
    updatedAt: new Date(row.updated_ms),
  };
}

/** @throws ResourceNotFoundException */
async function requireRule(analyzerId: string, name: string, db: Db): Promise<ArchiveRuleRow> {
  const rule = await findArchiveRule(analyzerId, name, db);
  if (!rule) throw notFound("ArchiveRule", name);
  return rule;
}

/** @throws ResourceNotFoundException for one that was deleted meanwhile */
export async function requireAnalyzer(analyzer: AnalyzerRow, db: Db): Promise<void> {
  if (!(await findAnalyzerById(analyzer.analyzer_id, db)))
    throw notFound("Analyzer", arnOf(analyzer));
}
