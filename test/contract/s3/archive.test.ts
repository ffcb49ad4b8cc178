import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "archive";
const DAY_MS = 24 * 3_600_000;
const PAST = new Date("2020-01-01T00:00:00Z");

let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  server = await startTestServer();
  client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

const put = (Key: string, StorageClass?: s3.StorageClass) =>
  client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body: "text", StorageClass }));
const get = (Key: string) => client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key }));
const head = (Key: string) => client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key }));
const copy = (Key: string, from: string, StorageClass?: s3.StorageClass) => {
  const CopySource = `${BUCKET}/${from}`;
  return client.send(new s3.CopyObjectCommand({ Bucket: BUCKET, Key, CopySource, StorageClass }));
};
const restore = (Key: string, RestoreRequest: s3.RestoreRequest = { Days: 2 }) =>
  client.send(new s3.RestoreObjectCommand({ Bucket: BUCKET, Key, RestoreRequest }));

const invalidState = (StorageClass: string, message: string) => ({
  ...{ name: "InvalidObjectState", message, StorageClass },
  $metadata: { httpStatusCode: 403 },
});

describe.each(["GLACIER", "DEEP_ARCHIVE"] as const)("an object in %s", (storageClass) => {
  test("is there, can't be read, and can be after it was restored", async () => {
    const Key = `in-${storageClass}`;
    await put(Key, storageClass);
    const before = await head(Key);
    expect([before.StorageClass, before.ContentLength, before.Restore]).toEqual([
      ...[storageClass, 4, undefined],
    ]);
    const unread = invalidState(
      storageClass,
      "The operation is not valid for the object's storage class",
    );
    await expect(get(Key)).rejects.toMatchObject(unread);
    const uncopied = "Operation is not valid for the source object's storage class";
    await expect(copy("copy", Key)).rejects.toMatchObject(invalidState(storageClass, uncopied));

    expect((await restore(Key)).$metadata.httpStatusCode).toBe(202);
    const { Restore = "" } = await head(Key);
    const [, expiry = ""] = /^ongoing-request="false", expiry-date="(.*)"$/.exec(Restore) ?? [];
    const days = (Date.parse(expiry) - Date.now()) / DAY_MS;
    expect(Date.parse(expiry) % DAY_MS).toBe(0);
    expect(days > 1.9 && days <= 3).toBe(true);
    expect(await (await get(Key)).Body?.transformToString()).toBe("text");
    await copy("copy", Key);
    const copied = await head("copy");
    expect([copied.StorageClass, copied.Restore]).toEqual([undefined, undefined]);
    // Asked for again, it can be read for longer.
    expect((await restore(Key, { Days: 9 })).$metadata.httpStatusCode).toBe(200);
    expect((await head(Key)).Restore).not.toBe(Restore);
    await copy(Key, Key, "STANDARD");
    expect((await head(Key)).Restore).toBeUndefined();
  });
});

test("what is restored for ever, as far as days can be counted, is until the last one", async () => {
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await client.send(
    new s3.PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration }),
  );
  await put("ever", "GLACIER");
  expect((await restore("ever", { Days: 2 ** 31 - 1 })).$metadata.httpStatusCode).toBe(202);
  expect((await head("ever")).Restore).toBe(
    'ongoing-request="false", expiry-date="Fri, 31 Dec 9999 00:00:00 GMT"',
  );
});

test.each<[string, string, s3.RestoreRequest, string]>([
  ["what isn't in an archive", "standard", { Days: 1 }, "InvalidObjectState"],
  ["what can be read at once", "instant", { Days: 1 }, "InvalidObjectState"],
  ["what isn't there", "missing", { Days: 1 }, "NoSuchKey"],
  ["for no days", "glacier", {}, "MalformedXML"],
  [
    "in no tier",
    "glacier",
    { Days: 1, GlacierJobParameters: { Tier: "Soon" as s3.Tier } },
    "MalformedXML",
  ],
])("RestoreObject refuses %s", async (_name, Key, request, name) => {
  await put("standard");
  await put("instant", "GLACIER_IR");
  await put("glacier", "GLACIER");
  await expect(restore(Key, request)).rejects.toMatchObject({ name });
});

test("lifecycle rules move objects into an archive", async () => {
  await put("moved");
  const Rules: s3.LifecycleRule[] = [
    {
      Status: "Enabled",
      // Without a size, the smallest objects would be left where they are.
      Filter: { And: { Prefix: "moved", ObjectSizeGreaterThan: 1 } },
      Transitions: [{ Date: PAST, StorageClass: "GLACIER" }],
    },
  ];
  await client.send(
    new s3.PutBucketLifecycleConfigurationCommand({
      Bucket: BUCKET,
      LifecycleConfiguration: { Rules },
    }),
  );
  await expect.poll(async () => (await head("moved")).StorageClass).toBe("GLACIER");
  await expect(get("moved")).rejects.toMatchObject({ name: "InvalidObjectState" });
});
