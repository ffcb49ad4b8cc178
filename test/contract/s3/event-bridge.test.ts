import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFeed } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: s3.S3Client;
let runs = 0;
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
});
afterAll(() => server?.close());

const configure = (Bucket: string, NotificationConfiguration: s3.NotificationConfiguration) =>
  client.send(
    new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  );

interface S3Event {
  readonly "detail-type": string;
  readonly source: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly object: { readonly key: string; readonly sequencer?: string };
  } & Readonly<Record<string, unknown>>;
}

/** The first `count` events of the bucket since the server's start, as the feed resumes them. */
async function eventsOf(Bucket: string, count: number): Promise<S3Event[]> {
  const abort = new AbortController();
  const { body } = await openFeed(server.endpoint, "events", {
    headers: { "last-event-id": "0" },
    signal: abort.signal,
  });
  const events: S3Event[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.startsWith("data:"))) {
      const event = JSON.parse(line.slice("data:".length)) as S3Event;
      if (event.resources[0] === `arn:aws:s3:::${Bucket}`) events.push(event);
    }
    if (events.length >= count) break;
  }
  abort.abort();
  return events;
}

test("a bucket tells EventBridge what happens to its objects, once it is told to", async () => {
  const Bucket = `tells-events-${runs++}`;
  const shown = async () => {
    const command = new s3.GetBucketNotificationConfigurationCommand({ Bucket });
    return (await client.send(command)).EventBridgeConfiguration;
  };
  const put = (Key: string) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "hello" }));
  const ObjectOwnership = "ObjectWriter" as const;
  await client.send(new s3.CreateBucketCommand({ Bucket, ObjectOwnership }));
  expect(await shown()).toBeUndefined();
  await put("before");
  await configure(Bucket, { EventBridgeConfiguration: {} });
  expect(await shown()).toEqual({});

  await put("recording-started.json");
  await client.send(
    new s3.CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/before` }),
  );
  const upload = { Bucket, Key: "parts" };
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(upload));
  const part = { ...upload, UploadId, PartNumber: 1 };
  const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body: "part" }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(
    new s3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }),
  );
  const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
  await client.send(new s3.PutObjectTaggingCommand({ Bucket, Key: "copy", Tagging }));
  await client.send(new s3.DeleteObjectTaggingCommand({ Bucket, Key: "copy" }));
  for (const ACL of ["private", "aws-exec-read"] as const)
    await client.send(new s3.PutObjectAclCommand({ Bucket, Key: "copy", ACL }));
  const StorageClass = "GLACIER" as const;
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "cold", Body: "c", StorageClass }));
  const RestoreRequest = { Days: 1 };
  for (let count = 0; count < 2; count++)
    await client.send(new s3.RestoreObjectCommand({ Bucket, Key: "cold", RestoreRequest }));
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "copy" }));
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "never-was" }));
  const VersioningConfiguration = { Status: "Enabled" as const };
  await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const { VersionId } = await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "parts" }));
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "parts", VersionId }));
  await configure(Bucket, {});
  expect(await shown()).toBeUndefined();
  await put("after");
  await configure(Bucket, { EventBridgeConfiguration: {} });
  await put("last");

  const events = await eventsOf(Bucket, 13);
  const created = "Object Created";
  const gone = "Permanently Deleted";
  expect(
    events.map((event) => [
      event["detail-type"],
      event.detail.object.key,
      event.detail.reason,
      event.detail["deletion-type"],
    ]),
  ).toEqual([
    [created, "recording-started.json", "PutObject", undefined],
    [created, "copy", "CopyObject", undefined],
    [created, "parts", "CompleteMultipartUpload", undefined],
    ["Object Tags Added", "copy", undefined, undefined],
    ["Object Tags Deleted", "copy", undefined, undefined],
    ["Object ACL Updated", "copy", undefined, undefined],
    [created, "cold", "PutObject", undefined],
    ["Object Restore Initiated", "cold", undefined, undefined],
    ["Object Restore Completed", "cold", undefined, undefined],
    ["Object Deleted", "copy", "DeleteObject", gone],
    ["Object Deleted", "parts", "DeleteObject", "Delete Marker Created"],
    ["Object Deleted", "parts", "DeleteObject", gone],
    [created, "last", "PutObject", undefined],
  ]);
  const [done] = events.filter(({ "detail-type": type }) => type === "Object Restore Completed");
  expect(done?.detail).toMatchObject({
    requester: "s3.amazonaws.com",
    "restore-expiry-time": expect.stringMatching(/T00:00:00Z$/),
    "source-storage-class": "GLACIER",
  });
  expect(events[0]).toMatchObject({
    version: "0",
    source: "aws.s3",
    account: "000000000000",
    region: "us-east-1",
    resources: [`arn:aws:s3:::${Bucket}`],
    detail: {
      version: "0",
      bucket: { name: Bucket },
      object: { size: 5, etag: "5d41402abc4b2a76b9719d911017c592" },
      "request-id": expect.any(String),
      requester: "000000000000",
      "source-ip-address": "127.0.0.1",
    },
  });
  expect(events[11]?.detail.object).toMatchObject({ "version-id": VersionId });
  const sequencers = events.flatMap(({ detail }) => detail.object.sequencer ?? []);
  expect(sequencers).toEqual([...new Set(sequencers)].sort());
});

test("other destinations are refused by name", async () => {
  const Bucket = "no-queues";
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const QueueArn = "arn:aws:sqs:us-east-1:000000000000:q";
  const QueueConfigurations = [{ QueueArn, Events: ["s3:ObjectCreated:*" as const] }];
  await expect(configure(Bucket, { QueueConfigurations })).rejects.toMatchObject({
    name: "InvalidArgument",
    ArgumentName1: QueueArn,
  });
});
