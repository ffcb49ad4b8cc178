import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const accessAnalyzerResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::AccessAnalyzer::Analyzer"],
  load: async () => (await import("./analyzer-resources.ts")).accessAnalyzerResources,
};
