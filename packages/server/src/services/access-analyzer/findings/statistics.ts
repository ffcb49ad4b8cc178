import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onAnalyzer } from "../access.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { accessOf } from "../analyzer-type.ts";
import { bodyOf } from "../finding/finding-body.ts";
import type { AnalyzerRow, FindingRow } from "../tables.ts";

/** Source: API reference, UnusedAccessFindingsStatistics: up to ten accounts. */
const TOP_ACCOUNTS = 10;

/** GetFindingsStatistics: counted at the time of the request. */
export function statisticsOperations(analysis: Analysis): OperationTable {
  return defineOperations<typeof sdk>()({
    GetFindingsStatistics: onAnalyzer(
      "GetFindingsStatistics",
      {},
      async (analyzer, _input, context) => {
        const { findings, atMs } = await analysis.refresh(analyzer, context);
        const statistics = statisticsOf(analyzer, findings);
        return { findingsStatistics: [statistics], lastUpdatedAt: new Date(atMs) };
      },
    ),
  });
}

function statisticsOf(
  { type }: AnalyzerRow,
  findings: readonly FindingRow[],
): sdk.FindingsStatistics {
  const access = accessOf(type);
  switch (access) {
    case "external":
      return { externalAccessFindingsStatistics: externalStatistics(findings) };
    case "internal":
      return { internalAccessFindingsStatistics: internalStatistics(findings) };
    case "unused":
      return { unusedAccessFindingsStatistics: unusedStatistics(findings) };
    default:
      return access satisfies never;
  }
}

function totals(findings: readonly FindingRow[]) {
  const count = (status: string) => findings.filter((row) => row.status === status).length;
  return {
    totalActiveFindings: count("ACTIVE"),
    totalArchivedFindings: count("ARCHIVED"),
    totalResolvedFindings: count("RESOLVED"),
  };
}

type Counts = Record<keyof sdk.ResourceTypeDetails, number>;

function externalStatistics(findings: readonly FindingRow[]): sdk.ExternalAccessFindingsStatistics {
  const resourceTypeStatistics: Record<string, Counts> = {};
  for (const row of findings.filter(({ status }) => status === "ACTIVE")) {
    resourceTypeStatistics[row.resource_type] ??= {
      ...{ totalActivePublic: 0, totalActiveCrossAccount: 0, totalActiveErrors: 0 },
    };
    const counts = resourceTypeStatistics[row.resource_type];
    const { error, external } = bodyOf(row);
    if (!counts) continue;
    if (error !== undefined) counts.totalActiveErrors += 1;
    else if (external?.isPublic) counts.totalActivePublic += 1;
    else counts.totalActiveCrossAccount += 1;
  }
  return { resourceTypeStatistics, ...totals(findings) };
}

function internalStatistics(findings: readonly FindingRow[]): sdk.InternalAccessFindingsStatistics {
  const types = new Set(findings.map(({ resource_type }) => resource_type));
  const ofType = (type: string) => findings.filter(({ resource_type }) => resource_type === type);
  return {
    resourceTypeStatistics: Object.fromEntries(
      [...types].sort().map((type) => [type, totals(ofType(type))]),
    ),
    ...totals(findings),
  };
}

function unusedStatistics(findings: readonly FindingRow[]): sdk.UnusedAccessFindingsStatistics {
  const active = findings.filter(({ status }) => status === "ACTIVE");
  const perType = countsOf(active, ({ type }) => type);
  const perAccount = countsOf(active, ({ owner_account_id }) => owner_account_id);
  const top = [...perAccount].sort(([, one], [, other]) => other - one).slice(0, TOP_ACCOUNTS);
  return {
    unusedAccessTypeStatistics: [...perType].map(([unusedAccessType, total]) => ({
      unusedAccessType,
      total,
    })),
    ...(top.length > 0 && {
      topAccounts: top.map(([account, numberOfActiveFindings]) => {
        const own = active.filter(({ owner_account_id }) => owner_account_id === account);
        const details = Object.fromEntries(countsOf(own, ({ type }) => type));
        return { account, numberOfActiveFindings, details };
      }),
    }),
    ...totals(findings),
  };
}

function countsOf(
  findings: readonly FindingRow[],
  keyOf: (row: FindingRow) => string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of findings) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}
