import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import * as s3 from "@aws-sdk/client-s3";
import * as control from "@aws-sdk/client-s3-control";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { s3ControlClient } from "../../support/s3-control.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const AccountId = "000000000000";
let server: TestServer;
let clients: Clients;
let root: control.S3ControlClient;
let made = 0;

beforeAll(async () => {
  server = await startTestServer();
  clients = server.clients();
  root = s3ControlClient(server.endpoint);
});
afterAll(() => server?.close());

async function newBucket(more: Partial<s3.CreateBucketCommandInput> = {}) {
  const Bucket = `control-${Date.now()}-${made++}`;
  await clients.s3.send(new s3.CreateBucketCommand({ Bucket, ...more }));
  return { Bucket, AccountId, ResourceArn: `arn:aws:s3:::${Bucket}` };
}

const tag = (resource: { ResourceArn: string }, ...Tags: control.Tag[]) =>
  new control.TagResourceCommand({ AccountId, ...resource, Tags });

describe("tags of a bucket", () => {
  test("are one set, whichever API wrote them", async () => {
    const bucket = await newBucket();
    const list = async () => (await root.send(new control.ListTagsForResourceCommand(bucket))).Tags;
    expect(await list()).toEqual([]);
    const added = await root.send(tag(bucket, { Key: "a", Value: "1" }, { Key: "b", Value: "" }));
    expect(added.$metadata.httpStatusCode).toBe(204);
    await root.send(tag(bucket, { Key: "a", Value: "2" }, { Key: "c d", Value: "é" }));
    const all = [
      { Key: "a", Value: "2" },
      { Key: "b", Value: "" },
      { Key: "c d", Value: "é" },
    ];
    expect(await list()).toEqual(all);
    const { TagSet } = await clients.s3.send(new s3.GetBucketTaggingCommand(bucket));
    expect(TagSet).toEqual(all);
    const TagKeys = ["a", "c d", "none"];
    await root.send(new control.UntagResourceCommand({ ...bucket, TagKeys }));
    expect(await list()).toEqual([{ Key: "b", Value: "" }]);
    await root.send(new control.UntagResourceCommand({ ...bucket, TagKeys: ["b"] }));
    await expect(clients.s3.send(new s3.GetBucketTaggingCommand(bucket))).rejects.toMatchObject({
      name: "NoSuchTagSet",
    });
  });

  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
  const one = { Key: "a", Value: "1" };
  test.each([
    ["a key given twice", [one, one], /duplicate tag keys/],
    ["AWS's own keys", [{ Key: "aws:a", Value: "1" }], /can't start with "aws:"/],
    ["a value of other characters", [{ Key: "a", Value: "!" }], /key or value that isn't valid/],
    ["a long key", [{ Key: "x".repeat(129), Value: "" }], /key or value that isn't valid/],
    ["more than 50", [...many, one], /exceeds the limit of 50 tags/],
  ])("refuse %s", async (_what, Tags, message) => {
    const bucket = await newBucket();
    const failure = await root.send(tag(bucket, ...Tags)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "InvalidTag", message: expect.stringMatching(message) });
    expect(failure).not.toHaveProperty("TagKey");
    const { Tags: kept } = await root.send(new control.ListTagsForResourceCommand(bucket));
    expect(kept).toEqual([]);
  });

  test.each([
    ["key", { Value: "v" }],
    ["value", { Key: "k" }],
  ])("are no document without a %s", async (_what, half) => {
    const request = root.send(tag(await newBucket(), half as control.Tag));
    await expect(request).rejects.toMatchObject({ name: "MalformedXML" });
  });

  test.each([
    ["arn:aws:s3:::nowhere-at-all", "NoSuchResource"],
    ["arn:aws:s3:us-east-1:000000000000:accesspoint/a", "NotImplemented"],
    ["arn:aws:iam::000000000000:user/a", "InvalidRequest"],
  ])("of %s: %s", async (ResourceArn, name) => {
    const list = new control.ListTagsForResourceCommand({ AccountId, ResourceArn });
    await expect(root.send(list)).rejects.toMatchObject({ name });
  });

  test("need permissions of their own, and show what is asked for in condition keys", async () => {
    const bucket = await newBucket();
    const user = await createUser(clients.iam, `tagger-${made}`, [
      { ...allow("s3:TagResource"), Condition: { StringEquals: { "aws:RequestTag/a": "1" } } },
      {
        ...allow("s3:UntagResource"),
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } },
      },
      allow("s3:CreateBucket"),
    ]);
    const own = s3ControlClient(server.endpoint, user);
    await own.send(tag(bucket, { Key: "a", Value: "1" }));
    await own.send(new control.UntagResourceCommand({ ...bucket, TagKeys: ["a"] }));
    const denials: readonly [() => Promise<unknown>, string][] = [
      [() => own.send(tag(bucket, { Key: "a", Value: "2" })), "TagResource"],
      [
        () => own.send(new control.UntagResourceCommand({ ...bucket, TagKeys: ["b"] })),
        "UntagResource",
      ],
      [() => own.send(new control.ListTagsForResourceCommand(bucket)), "ListTagsForResource"],
    ];
    for (const [denied, action] of denials) {
      await expect(denied()).rejects.toMatchObject({
        name: "AccessDenied",
        message: expect.stringContaining(
          `is not authorized to perform: s3:${action} on resource: "${bucket.ResourceArn}"`,
        ),
      });
    }
    const create = (Value: string) =>
      server.clients(user).s3.send(
        new s3.CreateBucketCommand({
          Bucket: `born-${bucket.Bucket}`,
          CreateBucketConfiguration: { Tags: [{ Key: "a", Value }] },
        }),
      );
    await expect(create("2")).rejects.toThrow(/s3:TagResource/);
    await create("1");
  });

  test("are condition keys once the bucket has attributes, and S3's own tagging ends", async () => {
    const bucket = await newBucket();
    await root.send(tag(bucket, { Key: "team", Value: "video" }));
    const user = await createUser(clients.iam, `by-tag-${made}`, [
      { ...allow("s3:*"), Condition: { StringEquals: { "aws:ResourceTag/team": "video" } } },
    ]);
    const own = server.clients(user).s3;
    const head = () => own.send(new s3.HeadBucketCommand(bucket));
    const put = () => own.send(new s3.PutObjectCommand({ ...bucket, Key: "k", Body: "" }));
    await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const abac = (Status: s3.BucketAbacStatus) =>
      clients.s3.send(new s3.PutBucketAbacCommand({ ...bucket, AbacStatus: { Status } }));
    const shown = async () =>
      (await clients.s3.send(new s3.GetBucketAbacCommand(bucket))).AbacStatus?.Status;
    expect(await shown()).toBe("Disabled");
    await abac("Enabled");
    expect(await shown()).toBe("Enabled");
    await head();
    await put();
    const old = new s3.PutBucketTaggingCommand({ ...bucket, Tagging: { TagSet: [] } });
    await expect(clients.s3.send(old)).rejects.toThrow(/Use TagResource/);
    await root.send(tag(bucket, { Key: "team", Value: "audio" }));
    await expect(put()).rejects.toMatchObject({ name: "AccessDenied" });
    await abac("Disabled");
    expect(await shown()).toBe("Disabled");
    await clients.s3.send(old);
  });
});

describe("an account's Block Public Access", () => {
  const get = () => root.send(new control.GetPublicAccessBlockCommand({ AccountId }));
  const put = (PublicAccessBlockConfiguration: control.PublicAccessBlockConfiguration) =>
    root.send(
      new control.PutPublicAccessBlockCommand({ AccountId, PublicAccessBlockConfiguration }),
    );
  const remove = () => root.send(new control.DeletePublicAccessBlockCommand({ AccountId }));
  const isPublic = (Bucket: string) => ({
    Bucket,
    Policy: policyOf([{ ...allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`), Principal: "*" }]),
  });

  test("is kept, and gone when deleted", async () => {
    await remove();
    await expect(get()).rejects.toMatchObject({ name: "NoSuchPublicAccessBlockConfiguration" });
    await expect(put({})).rejects.toMatchObject({ name: "InvalidRequest" });
    await put({ BlockPublicPolicy: true });
    expect((await get()).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: false,
      BlockPublicPolicy: true,
      IgnorePublicAcls: false,
      RestrictPublicBuckets: false,
    });
    for (const { $metadata: metadata } of [await remove(), await remove()])
      expect(metadata.httpStatusCode).toBe(204);
    const other = { AccountId: "111111111111" };
    await expect(root.send(new control.GetPublicAccessBlockCommand(other))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const EventName = "PutAccountPublicAccessBlock";
    const LookupAttributes = [{ AttributeKey: "EventName" as const, AttributeValue: EventName }];
    const found = async () =>
      (await clients.cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))).Events?.[0];
    await expect.poll(found).toMatchObject({ EventSource: "s3.amazonaws.com" });
  });

  test("holds for buckets that are there and for new ones, whatever theirs says", async () => {
    const before = await newBucket();
    await put({ BlockPublicPolicy: true });
    const after = await newBucket();
    for (const { Bucket } of [before, after]) {
      await clients.s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
      const policy = new s3.PutBucketPolicyCommand(isPublic(Bucket));
      await expect(clients.s3.send(policy)).rejects.toThrow(/BlockPublicPolicy setting/);
    }
    await remove();
    await clients.s3.send(new s3.PutBucketPolicyCommand(isPublic(after.Bucket)));
    await clients.s3.send(new s3.PutObjectCommand({ ...after, Key: "k", Body: "seen" }));
    const read = () => fetch(`${server.endpoint}/${after.Bucket}/k`);
    expect((await read()).status).toBe(200);
    await put({ RestrictPublicBuckets: true });
    expect((await read()).status).toBe(403);
    await remove();
    expect((await read()).status).toBe(200);
  });
});

test("what S3 Control has and isn't built says so; a bucket may have the API's name", async () => {
  const create = { AccountId, Name: "point", Bucket: "none" };
  await expect(root.send(new control.CreateAccessPointCommand(create))).rejects.toThrow(
    /CreateAccessPoint/,
  );
  const Bucket = "v20180820";
  await clients.s3.send(new s3.CreateBucketCommand({ Bucket }));
  const Key = "tags/arn:aws:s3:::x";
  await clients.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: "object" }));
  const { Body } = await clients.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
  expect(await Body?.transformToString()).toBe("object");
  await clients.s3.send(new s3.DeleteObjectCommand({ Bucket, Key }));
  await clients.s3.send(new s3.DeleteBucketCommand({ Bucket }));
});

test("a refusal is in an ErrorResponse, with both names of the request beside it", async () => {
  const path = "/v20180820/configuration/publicAccessBlock";
  const headers = { "x-amz-account-id": AccountId };
  const answer = await sendSigned(
    server.endpoint,
    { method: "GET", path, headers },
    { service: "s3" },
  );
  expect([answer.status, answer.body]).toEqual([
    404,
    expect.stringContaining("<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration<"),
  ]);
  expect(answer.body).toMatch(
    /<\/Error><RequestId>[^<]+<\/RequestId><HostId>[^<]+<\/HostId><\/ErrorResponse>$/,
  );
});
