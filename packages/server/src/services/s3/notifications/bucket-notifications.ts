import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { malformedXml } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";
import { checkDestinations } from "./check-destinations.ts";

/** PutBucketNotificationConfiguration, GetBucketNotificationConfiguration: EventBridge alone. */
export function bucketNotificationOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketNotificationConfiguration: bucketOperation(
      "PutBucketNotification",
      async (bucket, input, context) => {
        const { NotificationConfiguration: given } = input;
        if (!given) throw malformedXml();
        checkDestinations(given, bucket, input.SkipDestinationValidation === true);
        await updateBucket(
          bucket,
          { event_bridge: given.EventBridgeConfiguration ? 1 : 0 },
          context,
        );
        return {};
      },
    ),
    GetBucketNotificationConfiguration: bucketOperation("GetBucketNotification", (bucket) => {
      return bucket.event_bridge === 1 ? { EventBridgeConfiguration: {} } : {};
    }),
  });
}
