import type { ServiceConstraints } from "../../kernel/constraints.ts";

/** Source: the service's model. Names, buckets and tags have errors of their own. */
export const cloudTrailConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  unsupported: [
    "CreateTrail.RecursiveLogging",
    "UpdateTrail.RecursiveLogging",
    "GetInsightSelectors.EventDataStore",
  ],
  members: {
    TagsList: { max: 200 },
    // Source: API reference, ListTags.
    ResourceIdList: { max: 20 },
    AttributeKey: {
      values: [
        "EventId",
        "EventName",
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "EventSource",
        "AccessKeyId",
      ],
    },
    AttributeValue: { min: 1, max: 2000 },
    ReadWriteType: { values: ["ReadOnly", "WriteOnly", "All"] },
  },
};
