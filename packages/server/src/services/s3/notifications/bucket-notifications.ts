import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onBucket } from "../access/authorization.ts";
import { malformedXml, notImplemented } from "../errors.ts";
import { requireBucket, updateBucket } from "../rows/buckets.ts";

/** PutBucketNotificationConfiguration, GetBucketNotificationConfiguration: EventBridge alone. */
export function bucketNotificationOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketNotificationConfiguration: {
      authorize: async (input, context) =>
        onBucket("PutBucketNotification", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const { NotificationConfiguration: given } = input;
        if (!given) throw malformedXml();
        for (const name of [
          "TopicConfigurations",
          "QueueConfigurations",
          "LambdaFunctionConfigurations",
        ] as const) {
          if ((given[name]?.length ?? 0) > 0) throw notImplemented(name);
        }
        const bucket = await requireBucket(input, context);
        await updateBucket(
          bucket,
          { event_bridge: given.EventBridgeConfiguration ? 1 : 0 },
          context,
        );
        return {};
      },
    },
    GetBucketNotificationConfiguration: {
      authorize: async (input, context) =>
        onBucket("GetBucketNotification", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return bucket.event_bridge === 1 ? { EventBridgeConfiguration: {} } : {};
      },
    },
  });
}
