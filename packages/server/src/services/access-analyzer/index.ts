import { defineService } from "../../kernel/define-service.ts";
import { accessAnalyzerDenied } from "./errors.ts";

/** IAM Access Analyzer: checks of policies, of their form and by proof. */
export const accessAnalyzer = defineService({
  title: "Access Analyzer",
  definition: {
    name: "accessanalyzer",
    signingName: "access-analyzer",
    protocol: "restJson1",
    version: "2019-11-01",
  },
  audit: {
    resourceTypePrefix: "AWS::AccessAnalyzer",
    readOnly: [
      ...["CheckAccessNotGranted", "CheckNoNewAccess", "CheckNoPublicAccess", "ValidatePolicy"],
    ],
  },
  create: () => ({
    api: async () => {
      const { accessAnalyzerApi } = await import("./api.ts");
      return accessAnalyzerApi();
    },
    accessDenied: accessAnalyzerDenied,
  }),
});
