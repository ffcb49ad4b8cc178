import type { ServiceApi } from "../../kernel/service.ts";
import type { Analysis } from "./analysis/analysis.ts";
import { analyzerOperations } from "./analyzers/analyzers.ts";
import { archiveRuleOperations } from "./analyzers/archive-rules.ts";
import type { CheckThreads } from "./checks/check-threads.ts";
import { accessAnalyzerConstraints } from "./constraints.ts";
import type { AnalyzerDependencies } from "./dependencies.ts";
import { resourceOperations } from "./findings/analyzed-resources.ts";
import { findingOperations } from "./findings/findings.ts";
import { statisticsOperations } from "./findings/statistics.ts";
import type { GenerationWorker } from "./generations/generation-worker.ts";
import { policyGenerationOperations } from "./generations/policy-generations.ts";
import { policyCheckOperations } from "./policy-checks.ts";
import { accessPreviewOperations } from "./previews/access-previews.ts";
import { recommendationOperations } from "./recommendations/recommendations.ts";
import { accessAnalyzerSchemas } from "./schema.ts";
import { tagOperations } from "./tags.ts";

export function accessAnalyzerApi(
  deps: AnalyzerDependencies,
  analysis: Analysis,
  generations: Pick<GenerationWorker, "wake">,
  checks: CheckThreads,
): ServiceApi {
  return {
    schemas: accessAnalyzerSchemas,
    constraints: accessAnalyzerConstraints,
    operations: {
      ...policyCheckOperations(checks),
      ...analyzerOperations(deps, analysis),
      ...archiveRuleOperations(deps, analysis),
      ...findingOperations(deps, analysis),
      ...statisticsOperations(analysis),
      ...resourceOperations(analysis),
      ...accessPreviewOperations(deps, analysis),
      ...recommendationOperations(deps, analysis),
      ...policyGenerationOperations(deps, generations),
      ...tagOperations(),
    },
  };
}
