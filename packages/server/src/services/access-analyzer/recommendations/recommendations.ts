import type * as sdk from "@aws-sdk/client-accessanalyzer";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { dbOf, onAnalyzer } from "../access.ts";
import { type Analysis, unusedAccessOf } from "../analysis/analysis.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { invalidRequest, notFound } from "../errors.ts";
import { requireFinding } from "../findings/findings.ts";
import { pageOf } from "../page.ts";
import { UNUSED_ACCESS_AGE_DAYS } from "../quotas.ts";
import { findRecommendation, storeRecommendation } from "../rows/recommendations.ts";
import type { AccessAnalyzerTables, AnalyzerRow, FindingRow } from "../tables.ts";
import { type Recommendation, recommendedSteps } from "./recommended-steps.ts";

const DAY_MS = 24 * 60 * 60_000;

/** GenerateFindingRecommendation, GetFindingRecommendation: of unused permissions alone. */
export function recommendationOperations(
  deps: AnalyzerDependencies,
  analysis: Analysis,
): OperationTable {
  return defineOperations<typeof sdk>()({
    GenerateFindingRecommendation: onAnalyzer(
      "GenerateFindingRecommendation",
      {},
      async (analyzer, { id }, context) => {
        const { findings } = await analysis.refresh(analyzer, context);
        const finding = requireFinding(findings, id);
        if (finding.type !== "UnusedPermission")
          throw invalidRequest("Only unused permissions have recommendations.", "notSupported");
        const body = await recommendationFor(finding, analyzer, context, deps);
        const row = {
          finding_id: finding.finding_id,
          analyzer_id: analyzer.analyzer_id,
          generated_ms: context.nowMs,
          body: JSON.stringify(body),
        };
        await context.transaction<AccessAnalyzerTables, void>(({ db }) =>
          storeRecommendation(row, db),
        );
        return {};
      },
    ),
    GetFindingRecommendation: onAnalyzer(
      "GetFindingRecommendation",
      {},
      async (analyzer, input, context) => {
        const { id } = input;
        const row = await findRecommendation(analyzer.analyzer_id, id, dbOf(context));
        if (!row) throw notFound("Recommendation", id);
        const { findings } = await analysis.refresh(analyzer, context);
        const { resource: resourceArn } = requireFinding(findings, id);
        const at = new Date(row.generated_ms);
        const about = {
          resourceArn,
          startedAt: at,
          completedAt: at,
          recommendationType: "UnusedPermissionRecommendation" as const,
        };
        const made = JSON.parse(row.body) as Recommendation;
        if ("error" in made) return { ...about, status: "FAILED" as const, error: made.error };
        const numbered = made.steps.map((step, number) => ({ step, number }));
        const list = ["steps", id, row.generated_ms];
        const { rows, rest } = pageOf(input, list, numbered, ({ number }) => [number, ""]);
        return {
          ...about,
          status: "SUCCEEDED" as const,
          recommendedSteps: rows.map(({ step }) => ({ unusedPermissionsRecommendedStep: step })),
          ...rest,
        };
      },
    ),
  });
}

/** @throws ResourceNotFoundException if the user or role has gone meanwhile */
async function recommendationFor(
  { resource, owner_account_id: accountId }: FindingRow,
  analyzer: AnalyzerRow,
  context: RequestContext,
  { inventory, directory, permissionUses }: AnalyzerDependencies,
): Promise<Recommendation> {
  const identities = await inventory.examine(accountId, context);
  const identity = identities.find(({ arn }) => arn === resource);
  if (!identity) throw notFound("Resource", resource);
  const days = unusedAccessOf(analyzer).unusedAccessAge ?? UNUSED_ACCESS_AGE_DAYS;
  const about = { principalArn: resource, sinceMs: context.nowMs - days * DAY_MS };
  const uses = await permissionUses.list(accountId, about, context);
  const { identity: policies } = await directory.policiesOf(identity.principal, context);
  return recommendedSteps(policies, uses);
}
