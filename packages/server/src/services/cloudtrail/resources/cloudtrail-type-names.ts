import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const cloudtrailResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::CloudTrail::Trail"],
  load: async () => (await import("./trails.ts")).cloudtrailResources,
};
