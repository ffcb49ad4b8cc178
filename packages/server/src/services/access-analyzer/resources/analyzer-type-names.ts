import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const accessAnalyzerResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::AccessAnalyzer::Analyzer", "AWS::AccessAnalyzer::ArchiveRule"],
  load: async () => (await import("./analyzer-resources.ts")).accessAnalyzerResources,
};
