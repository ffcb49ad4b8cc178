import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const ecrResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::ECR::Repository"],
  load: async () => [(await import("./repository-type.ts")).repositoryType],
};
