import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import type { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { NativeProvider } from "./custom-type.ts";
import { json, optional, replaced, required, text } from "./properties.ts";

/** The CDK's `eventBridgeEnabled` and `addEventNotification`: a bucket's notifications. */
export const bucketNotifications: NativeProvider = {
  typeName: "Custom::S3BucketNotifications",
  properties: {
    BucketName: replaced(required(text)),
    NotificationConfiguration: required(json),
    Managed: optional({ kind: "boolean" }),
    SkipDestinationValidation: optional({ kind: "boolean" }),
  },
  create: (want, calls) => put(want, calls),
  update: (_model, _was, want, calls) => put(want, calls),
  async delete(model, calls) {
    // Somebody else's bucket keeps EventBridge: others may have turned it on too.
    if (isManaged(model)) await put({ ...model, NotificationConfiguration: {} }, calls);
    return true;
  },
};

/** Whether the bucket is the stack's own, so that it has no other notifications. */
function isManaged({ Managed = true }: ResourceModel): boolean {
  return String(Managed) === "true";
}

async function put(want: ResourceModel, calls: StepCalls): Promise<ResourceModel> {
  const Bucket = String(want.BucketName);
  const wanted = want.NotificationConfiguration as NotificationConfiguration;
  const others = isManaged(want)
    ? {}
    : await calls.invoke<NotificationConfiguration>("s3", "GetBucketNotificationConfiguration", {
        Bucket,
      });
  await calls.invoke("s3", "PutBucketNotificationConfiguration", {
    Bucket,
    NotificationConfiguration: { ...others, ...wanted },
    SkipDestinationValidation: String(want.SkipDestinationValidation) === "true",
  });
  return {};
}
