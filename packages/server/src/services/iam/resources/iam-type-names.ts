import type { ResourceTypeSource } from "../../../kernel/resources.ts";

/** IAM's resource types: all that CloudFormation has. */
export const iamResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::IAM::Role"],
  load: async () => (await import("./iam-resources.ts")).iamResources,
};
