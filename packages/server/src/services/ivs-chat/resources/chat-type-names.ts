import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const chatResourceTypes: ResourceTypeSource = {
  typeNames: ["AWS::IVSChat::LoggingConfiguration", "AWS::IVSChat::Room"],
  load: async () => (await import("./chat-types.ts")).chatTypes,
};
