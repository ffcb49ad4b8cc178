import { defineService } from "../../kernel/define-service.ts";
import type { Analysis } from "./analysis/analysis.ts";
import { AnalysisThreads } from "./analysis/analysis-threads.ts";
import { analysisRounds } from "./analysis/rounds.ts";
import { analyzerUsage } from "./analyzers/analyzer-usage.ts";
import { CheckThreads } from "./checks/check-threads.ts";
import type { GenerationDependencies } from "./dependencies.ts";
import { accessAnalyzerDenied } from "./errors.ts";
import { GenerationWorker } from "./generations/generation-worker.ts";
import { accessAnalyzerMigrations } from "./migrations.ts";
import { accessAnalyzerResourceTypes } from "./resources/analyzer-type-names.ts";

/**
 * IAM Access Analyzer: checks of policies, of their form and by proof, and analyzers, which find
 * who gets to resources from outside.
 */
export const accessAnalyzer = defineService({
  title: "Access Analyzer",
  definition: {
    name: "accessanalyzer",
    signingName: "access-analyzer",
    protocol: "restJson1",
    version: "2019-11-01",
  },
  migrations: accessAnalyzerMigrations,
  audit: {
    resourceTypePrefix: "AWS::AccessAnalyzer",
    readOnly: [
      ...["CheckAccessNotGranted", "CheckNoNewAccess", "CheckNoPublicAccess", "ValidatePolicy"],
    ],
  },
  create: createAccessAnalyzer,
});

function createAccessAnalyzer(needs: GenerationDependencies) {
  const proofs = new AnalysisThreads(needs.log);
  let made: Promise<Analysis> | undefined;
  const analysis = () => {
    made ??= import("./analysis/analysis.ts").then((module) => new module.Analysis(needs, proofs));
    return made;
  };
  const rounds = analysisRounds(needs, analysis);
  const generations = new GenerationWorker(needs);
  const checks = new CheckThreads(needs.log);
  return {
    api: async () => {
      const { accessAnalyzerApi } = await import("./api.ts");
      return accessAnalyzerApi(needs, await analysis(), generations, checks);
    },
    accessDenied: accessAnalyzerDenied,
    contributes: {
      linkedServiceUsages: [analyzerUsage],
      resourceTypes: [accessAnalyzerResourceTypes],
    },
    async start() {
      rounds.start();
      generations.start();
    },
    drain: () => generations.drain(),
    async close() {
      await Promise.all([checks.close(), proofs.close()]);
      await generations.close();
      await rounds.close();
    },
  };
}
