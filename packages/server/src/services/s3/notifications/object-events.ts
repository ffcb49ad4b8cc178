import { isoSeconds } from "../../../kernel/clock.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { bucketArn } from "../resource-arn.ts";
import { NULL_VERSION } from "../rows/version-id.ts";
import type { BucketRow, ObjectRow, S3Tables } from "../tables.ts";

/*
 * The events that a bucket sends to EventBridge once that is turned on. Names and fields: S3 user
 * guide, "EventBridge event message structure".
 */

/** An object as an event names it. */
export type EventObject = Pick<ObjectRow, "object_key" | "version_id"> &
  Partial<Pick<ObjectRow, "size_bytes" | "etag">>;

/** The cause: a request, or S3 itself. */
export type Requester = Pick<RequestContext, "requestId" | "accountId" | "sourceIp">;

export type DeletionReason = "DeleteObject" | "Lifecycle Expiration";

/** An event of an object; `reason` is the operation as S3 names it there. */
export type Occurrence =
  | {
      readonly type: "Object Created";
      readonly reason: "PutObject" | "CopyObject" | "CompleteMultipartUpload";
    }
  | {
      readonly type: "Object Deleted";
      readonly reason: DeletionReason;
      readonly deletion: "Delete Marker Created" | "Permanently Deleted";
    }
  | { readonly type: "Object Tags Added" | "Object Tags Deleted" | "Object ACL Updated" }
  | {
      readonly type: "Object Restore Initiated" | "Object Restore Completed";
      readonly sourceStorageClass: string;
      /** Until when it can be read, once it is done. */
      readonly untilMs?: number;
    };

type Restore = Extract<Occurrence, { readonly sourceStorageClass: string }>;

/** Milliseconds are counted on by so many: within one, events of this process keep their order. */
const EVENTS_PER_MS = 4096;

let lastSequence = 0;

/** Publishes the event after the commit, if the bucket sends its events to EventBridge. */
export function announce(
  occurrence: Occurrence,
  object: EventObject,
  bucket: BucketRow,
  requester: Requester,
  tx: Transaction<S3Tables>,
  { events, ids, clock }: S3Dependencies,
): void {
  if (bucket.event_bridge !== 1) return;
  const nowMs = clock.nowMs();
  const event = {
    version: "0" as const,
    id: ids.uuid(),
    "detail-type": occurrence.type,
    source: "aws.s3",
    account: bucket.account_id,
    time: isoSeconds(nowMs),
    region: bucket.region,
    resources: [bucketArn(bucket.bucket_name)],
    detail: {
      version: "0",
      bucket: { name: bucket.bucket_name },
      object: {
        key: object.object_key,
        ...(object.size_bytes === undefined ? {} : { size: object.size_bytes }),
        ...(object.etag === undefined ? {} : { etag: object.etag }),
        ...(object.version_id === NULL_VERSION ? {} : { "version-id": object.version_id }),
        ...("reason" in occurrence ? { sequencer: nextSequencer(nowMs) } : {}),
      },
      "request-id": requester.requestId,
      requester: requester.accountId,
      ...(requester.sourceIp === undefined ? {} : { "source-ip-address": requester.sourceIp }),
      ...("reason" in occurrence ? { reason: occurrence.reason } : {}),
      ...("deletion" in occurrence ? { "deletion-type": occurrence.deletion } : {}),
      ...("sourceStorageClass" in occurrence ? restoreDetails(occurrence) : {}),
    },
  };
  tx.afterCommit(() => events.publish(event));
}

function restoreDetails({ sourceStorageClass, untilMs }: Restore) {
  return {
    ...(untilMs === undefined ? {} : { "restore-expiry-time": isoSeconds(untilMs) }),
    "source-storage-class": sourceStorageClass,
  };
}

/** Hexadecimal; of a key's events the later one has the higher. */
function nextSequencer(nowMs: number): string {
  lastSequence = Math.max(lastSequence + 1, nowMs * EVENTS_PER_MS);
  return lastSequence.toString(16).toUpperCase().padStart(16, "0");
}
