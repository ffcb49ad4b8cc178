import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const cloudwatchResourceTypes: ResourceTypeSource = {
  typeNames: [
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
  ],
  load: async () => (await import("./cloudwatch-types.ts")).cloudwatchTypes,
};
