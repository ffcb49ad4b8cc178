import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const eventsResourceTypes: ResourceTypeSource = {
  typeNames: [
    ...["AWS::Events::ApiDestination", "AWS::Events::Archive", "AWS::Events::Connection"],
    ...["AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Rule"],
  ],
  load: async () => (await import("./events-resources.ts")).eventsResources,
};
