import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { dbOf, onAnalyzer, onArn, onEverything, requestTagKeys, tagsOf } from "../access.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { ANALYZER_PRINCIPAL, zoneOf } from "../analysis/zone.ts";
import { accessOf, isOfOrganization } from "../analyzer-type.ts";
import { analyzerArn, arnOf } from "../arns.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { conflict, invalidRequest, quotaExceeded } from "../errors.ts";
import { checkFilter } from "../finding/filter.ts";
import { publishFindings } from "../finding/finding-events.ts";
import { pageOf } from "../page.ts";
import { QUOTAS } from "../quotas.ts";
import {
  analyzersIn,
  countAnalyzers,
  findAnalyzer,
  insertAnalyzer,
  removeAnalyzer,
  updateAnalyzer,
} from "../rows/analyzers.ts";
import { insertArchiveRule } from "../rows/archive-rules.ts";
import { findingsOf } from "../rows/findings.ts";
import type { AccessAnalyzerTables, AnalyzerRow, AnalyzerType } from "../tables.ts";
import { checkedTags } from "../tags.ts";
import { ruleRow } from "./archive-rules.ts";
import { storedConfiguration } from "./configuration.ts";
import { ensureRole } from "./linked-role.ts";

/** CreateAnalyzer, GetAnalyzer, ListAnalyzers, UpdateAnalyzer, DeleteAnalyzer. */
export function analyzerOperations(deps: AnalyzerDependencies, analysis: Analysis): OperationTable {
  return defineOperations<typeof sdk>()({
    CreateAnalyzer: {
      authorize: ({ analyzerName, tags }, context) => {
        const place = { accountId: requireAccount(context), region: context.region };
        const arn = analyzerArn({ ...place, name: analyzerName });
        const keys = requestTagKeys(tags);
        const create = onArn("CreateAnalyzer", arn, place, keys);
        const isTagged = tags !== undefined && Object.keys(tags).length > 0;
        return isTagged ? [create, onArn("TagResource", arn, place, keys)] : create;
      },
      handle: async (input, context) => {
        const row = newAnalyzer(input, context, deps);
        const rules = (input.archiveRules ?? []).map(({ ruleName, filter }) => {
          checkFilter(filter, "rule");
          return ruleRow(row.analyzer_id, ruleName, filter, context.nowMs);
        });
        await requireOrganization(row, context, deps);
        await context.transaction<AccessAnalyzerTables, void>(async (tx) => {
          if (await isRepeated(row, tx)) return;
          await ensureRole(deps.linkedRoles, context, tx.tables());
          await insertAnalyzer(row, tx.db);
          for (const rule of rules) await insertArchiveRule(rule, tx.db);
        });
        await analysis.refresh(row, context);
        return { arn: arnOf(row) };
      },
    },
    GetAnalyzer: onAnalyzer("GetAnalyzer", {}, async (analyzer, _input, context) => ({
      analyzer: {
        ...(await summaryOf(analyzer, deps, analysis, context)),
        ...(analyzer.configuration !== null && {
          configuration: JSON.parse(analyzer.configuration) as sdk.AnalyzerConfiguration,
        }),
      },
    })),
    ListAnalyzers: {
      authorize: () => onEverything("ListAnalyzers"),
      handle: async (input, context) => {
        const place = { accountId: requireAccount(context), region: context.region };
        const { type } = input;
        const all = (await analyzersIn(place, dbOf(context))).filter(
          (row) => type === undefined || row.type === type,
        );
        const list = ["analyzers", type ?? ""];
        const { rows, rest } = pageOf(input, list, all, ({ name }) => [name, ""]);
        const analyzers = [];
        for (const row of rows) analyzers.push(await summaryOf(row, deps, analysis, context));
        return { analyzers, ...rest };
      },
    },
    UpdateAnalyzer: onAnalyzer("UpdateAnalyzer", {}, async (analyzer, input, context) => {
      if (accessOf(analyzer.type) === "external")
        throw invalidRequest(
          "Analyzers of external access have no configuration that could be updated.",
          "notSupported",
        );
      const configuration = storedConfiguration(input.configuration, analyzer.type);
      await context.transaction<AccessAnalyzerTables, void>(({ db }) =>
        updateAnalyzer(analyzer.analyzer_id, { configuration }, db),
      );
      return configuration === null
        ? {}
        : { configuration: JSON.parse(configuration) as sdk.AnalyzerConfiguration };
    }),
    DeleteAnalyzer: onAnalyzer("DeleteAnalyzer", {}, async (analyzer, _input, context) => {
      await context.transaction<AccessAnalyzerTables, void>(async (tx) => {
        const findings = await findingsOf(analyzer.analyzer_id, tx.db);
        await removeAnalyzer(analyzer.analyzer_id, tx.db);
        tx.afterCommit(() => publishFindings(analyzer, findings, { ...deps, isDeleted: true }));
      });
      return {};
    }),
  });
}

/** @throws ValidationException */
function newAnalyzer(
  input: sdk.CreateAnalyzerRequest & { readonly analyzerName: string; readonly type: string },
  context: RequestContext,
  { ids }: AnalyzerDependencies,
): AnalyzerRow {
  const type = input.type as AnalyzerType;
  return {
    analyzer_id: ids.uuid(),
    account_id: requireAccount(context),
    region: context.region,
    name: input.analyzerName,
    type,
    created_ms: context.nowMs,
    tags: JSON.stringify(withSystemTags(checkedTags(input.tags ?? {}), context)),
    configuration: storedConfiguration(input.configuration, type),
    client_token: input.clientToken ?? null,
  };
}

/**
 * An organization's analyzer is its management account's, or its delegated administrator's, once
 * Access Analyzer has trusted access. @throws ValidationException
 */
async function requireOrganization(
  row: AnalyzerRow,
  context: RequestContext,
  { contributed }: AnalyzerDependencies,
): Promise<void> {
  if (!isOfOrganization(row.type)) return;
  const zone = await zoneOf(row, contributed.organizations);
  if ("disabled" in zone)
    throw invalidRequest(
      "You must be the management account or a delegated administrator of an organization " +
        `to create an analyzer of type ${row.type}.`,
      "other",
    );
  const facts = await contributed.organizations[0]?.features.find(row.account_id, context);
  if (!facts?.trusts(ANALYZER_PRINCIPAL))
    throw invalidRequest(
      `Trusted access for ${ANALYZER_PRINCIPAL} must be enabled in the organization.`,
      "other",
    );
}

/**
 * Whether the same request made the analyzer before. @throws ConflictException,
 * ServiceQuotaExceededException
 */
async function isRepeated(row: AnalyzerRow, tx: Transaction<AccessAnalyzerTables>) {
  const place = { accountId: row.account_id, region: row.region };
  const known = await findAnalyzer(place, row.name, tx.db);
  if (known) {
    const isSame = known.type === row.type && known.client_token === row.client_token;
    if (isSame && row.client_token !== null) return true;
    const arn = arnOf(known);
    throw conflict("Analyzer", arn, `An analyzer with the name ${row.name} already exists.`);
  }
  const [types, most] = quotaOf(row.type);
  if ((await countAnalyzers(place, types, tx.db)) >= most)
    throw quotaExceeded(
      "Analyzer",
      arnOf(row),
      `You have reached the maximum number of analyzers of type ${row.type}: ${most}.`,
    );
  return false;
}

function quotaOf(type: AnalyzerType): readonly [types: readonly AnalyzerType[], most: number] {
  if (!isOfOrganization(type)) return [[type], QUOTAS.analyzersOfAccount];
  return accessOf(type) === "internal"
    ? [[type], QUOTAS.internalAnalyzersOfOrganization]
    : [ORGANIZATION_TYPES, QUOTAS.analyzersOfOrganization];
}

const ORGANIZATION_TYPES: readonly AnalyzerType[] = ["ORGANIZATION", "ORGANIZATION_UNUSED_ACCESS"];

async function summaryOf(
  analyzer: AnalyzerRow,
  { contributed }: AnalyzerDependencies,
  analysis: Analysis,
  context: RequestContext,
): Promise<sdk.AnalyzerSummary> {
  const zone = await zoneOf(analyzer, contributed.organizations);
  const { resources, atMs } = await analysis.refresh(analyzer, context);
  const last = resources.at(-1);
  return {
    arn: arnOf(analyzer),
    name: analyzer.name,
    type: analyzer.type,
    createdAt: new Date(analyzer.created_ms),
    ...(last && { lastResourceAnalyzed: last.arn, lastResourceAnalyzedAt: new Date(atMs) }),
    tags: { ...tagsOf(analyzer) },
    ...("disabled" in zone
      ? { status: "DISABLED", statusReason: { code: zone.disabled } }
      : { status: "ACTIVE" }),
  };
}
