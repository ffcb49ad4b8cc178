import { Agent } from "node:http";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
});
afterAll(() => server?.close());

const OTHER = { accessKeyId: "other", secretAccessKey: "other-secret" };

function create(name: string, region = "us-east-1", constraint?: string, key?: typeof OTHER) {
  return server.clients(key, region).s3.send(
    new s3.CreateBucketCommand({
      Bucket: name,
      ...(constraint
        ? {
            CreateBucketConfiguration: {
              LocationConstraint: constraint as s3.BucketLocationConstraint,
            },
          }
        : {}),
    }),
  );
}

/** The names of localhost.localstack.cloud as the world resolves them. */
const loopback = new Agent({
  lookup: (_name, { all }, answer) =>
    all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4),
});

describe("a bucket in the host name", () => {
  test.each([
    "localhost",
    "s3.localhost",
    "localhost.localstack.cloud",
    "s3.localhost.localstack.cloud",
  ])("is found below %s", async (host) => {
    const { port } = new URL(server.endpoint);
    const client = new s3.S3Client({
      endpoint: `http://${host}:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: { httpAgent: loopback },
    });
    const Bucket = `below-${host.replaceAll(".", "-")}`;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "a", Body: "b" }));
    const listed = await server.clients().s3.send(new s3.ListObjectsV2Command({ Bucket }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(["a"]);
    client.destroy();
  });
});

describe("CreateBucket", () => {
  test.each([
    "ab",
    "Upper-case",
    "under_score",
    "-leading",
    "trailing-",
    "two..dots",
    "dot.-hyphen",
    "hyphen-.dot",
    "192.168.5.4",
    "xn--punycode",
    "name-s3alias",
    "a".repeat(64),
  ])("refuses the name %j", async (name) => {
    await expect(create(name)).rejects.toMatchObject({ name: "InvalidBucketName" });
  });

  test("again is a success in us-east-1 only, and never for another account", async () => {
    expect(await create("again-us")).toMatchObject({ Location: "/again-us" });
    expect(await create("again-us")).toMatchObject({ Location: "/again-us" });
    await create("again-eu", "eu-west-1", "eu-west-1");
    await expect(create("again-eu", "eu-west-1", "eu-west-1")).rejects.toMatchObject({
      name: "BucketAlreadyOwnedByYou",
    });
    await expect(create("again-us", "us-east-1", undefined, OTHER)).rejects.toMatchObject({
      name: "BucketAlreadyExists",
    });
  });

  test.each([
    ["us-west-2", "eu-west-1", "IllegalLocationConstraintException"],
    ["us-east-1", "us-east-1", "InvalidLocationConstraint"],
    ["us-east-1", "nowhere", "InvalidLocationConstraint"],
    ["US", undefined, "AuthorizationHeaderMalformed"],
  ])("from %s with location constraint %s is %s", async (region, constraint, code) => {
    await expect(create("constrained", region, constraint)).rejects.toMatchObject({ name: code });
  });

  test("from us-east-1 makes buckets anywhere, and GetBucketLocation answers where", async () => {
    await create("made-from-afar", "us-east-1", "ap-south-1");
    const locate = (Bucket: string) =>
      server.clients().s3.send(new s3.GetBucketLocationCommand({ Bucket }));
    expect((await locate("made-from-afar")).LocationConstraint).toBe("ap-south-1");
    await create("made-long-ago", "us-east-1", "EU");
    expect((await locate("made-long-ago")).LocationConstraint).toBe("EU");
    await create("made-at-home");
    expect((await locate("made-at-home")).LocationConstraint).toBeUndefined();
  });
});

test("a request signed for another Region is sent to the bucket's, and the SDK follows", async () => {
  await create("in-frankfurt", "eu-central-1", "eu-central-1");
  const command = () => new s3.HeadBucketCommand({ Bucket: "in-frankfurt" });
  const refused = server.clients(undefined, "us-west-2").s3.send(command());
  await expect(refused).rejects.toMatchObject({
    $metadata: { httpStatusCode: 301 },
    $response: { headers: { "x-amz-bucket-region": "eu-central-1" } },
  });
  const following = new s3.S3Client({
    endpoint: server.endpoint,
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    followRegionRedirects: true,
  });
  expect(await following.send(command())).toMatchObject({ BucketRegion: "eu-central-1" });
});

test("ListBuckets shows an account its own, page by page, by prefix and Region", async () => {
  for (const name of ["list-a", "list-b", "list-c"])
    await create(name, "us-east-1", undefined, OTHER);
  await create("list-eu", "eu-west-1", "eu-west-1", OTHER);
  const { s3: client } = server.clients(OTHER);
  const names = (output: s3.ListBucketsCommandOutput) => output.Buckets?.map((b) => b.Name);
  const all = await client.send(new s3.ListBucketsCommand({}));
  expect(names(all)).toEqual(["list-a", "list-b", "list-c", "list-eu"]);
  const first = await client.send(new s3.ListBucketsCommand({ MaxBuckets: 3 }));
  expect(names(first)).toEqual(["list-a", "list-b", "list-c"]);
  const rest = await client.send(
    new s3.ListBucketsCommand({ MaxBuckets: 3, ContinuationToken: first.ContinuationToken }),
  );
  expect(names(rest)).toEqual(["list-eu"]);
  expect(rest.ContinuationToken).toBeUndefined();
  const inEu = await client.send(new s3.ListBucketsCommand({ BucketRegion: "eu-west-1" }));
  expect(names(inEu)).toEqual(["list-eu"]);
  const byPrefix = await client.send(new s3.ListBucketsCommand({ Prefix: "list-e" }));
  expect(names(byPrefix)).toEqual(["list-eu"]);
});

test("DeleteBucket wants the bucket empty; uploads in progress end with it", async () => {
  const { s3: client } = server.clients();
  const Bucket = "to-be-deleted";
  await create(Bucket);
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  const remove = () => client.send(new s3.DeleteBucketCommand({ Bucket }));
  await expect(remove()).rejects.toMatchObject({ name: "BucketNotEmpty" });
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "k" }));
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: "k" }));
  await client.send(
    new s3.UploadPartCommand({ Bucket, Key: "k", UploadId, PartNumber: 1, Body: "x" }),
  );
  await remove();
  await expect(remove()).rejects.toMatchObject({ name: "NoSuchBucket" });
  await create(Bucket);
  await expect(
    client.send(new s3.ListPartsCommand({ Bucket, Key: "k", UploadId })),
  ).rejects.toMatchObject({ name: "NoSuchUpload" });
});

test("an expected bucket owner must be the owner", async () => {
  const { s3: client } = server.clients();
  await create("owned-bucket");
  const head = (ExpectedBucketOwner: string) =>
    client.send(new s3.GetBucketLocationCommand({ Bucket: "owned-bucket", ExpectedBucketOwner }));
  await head("000000000000");
  await expect(head("111122223333")).rejects.toMatchObject({ name: "AccessDenied" });
});

test("what nobody configured reads as on AWS", async () => {
  const { s3: client } = server.clients();
  const Bucket = "unconfigured";
  await create(Bucket);
  const encryption = await client.send(new s3.GetBucketEncryptionCommand({ Bucket }));
  expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
  ]);
  const versioning = await client.send(new s3.GetBucketVersioningCommand({ Bucket }));
  expect(versioning.Status).toBeUndefined();
  const { Owner, Grants } = await client.send(new s3.GetBucketAclCommand({ Bucket }));
  expect(Grants).toMatchObject([{ Grantee: { ID: Owner?.ID }, Permission: "FULL_CONTROL" }]);
  const absent: readonly [() => Promise<unknown>, string][] = [
    [() => client.send(new s3.GetBucketWebsiteCommand({ Bucket })), "NoSuchWebsiteConfiguration"],
    [
      () => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
      "NoSuchLifecycleConfiguration",
    ],
    [() => client.send(new s3.GetBucketPolicyCommand({ Bucket })), "NoSuchBucketPolicy"],
    [() => client.send(new s3.GetBucketTaggingCommand({ Bucket })), "NoSuchTagSet"],
    [() => client.send(new s3.GetBucketCorsCommand({ Bucket })), "NoSuchCORSConfiguration"],
  ];
  for (const [ask, name] of absent) await expect(ask()).rejects.toMatchObject({ name });
});

test("bucket tags are kept, replaced and removed", async () => {
  const { s3: client } = server.clients();
  const Bucket = "tagged-bucket";
  await create(Bucket);
  const TagSet = [{ Key: "team", Value: "video" }];
  await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  const read = () => client.send(new s3.GetBucketTaggingCommand({ Bucket }));
  expect((await read()).TagSet).toEqual(TagSet);
  await client.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
  await expect(read()).rejects.toMatchObject({ name: "NoSuchTagSet" });
});
