import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const ssmResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::SSM::Parameter"],
  load: async () => [(await import("./parameter-type.ts")).parameterType],
};
