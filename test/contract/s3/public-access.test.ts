import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let client: s3.S3Client;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "111122223333", rootAccessKeyId: "other", rootSecretAccessKey: "other-secret" },
    ],
  });
  client = server.clients().s3;
});
afterAll(() => server?.close());

const NOTHING = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
const EVERYTHING = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

async function bucketWithObject(Bucket: string): Promise<string> {
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "text" }));
  return Bucket;
}

const block = (Bucket: string, PublicAccessBlockConfiguration: Partial<typeof NOTHING>) =>
  client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));

function allowing(Bucket: string, Principal: unknown) {
  const statement = { Effect: "Allow", Principal, Action: "s3:GetObject" };
  const Statement = [{ ...statement, Resource: `arn:aws:s3:::${Bucket}/*` }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  return client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
}

describe("Block Public Access", () => {
  test("is on for a new bucket, kept, shown whole and deleted", async () => {
    const Bucket = await bucketWithObject("block-kept");
    const shown = () => client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    expect((await shown()).PublicAccessBlockConfiguration).toEqual(EVERYTHING);
    await block(Bucket, { BlockPublicAcls: true });
    expect((await shown()).PublicAccessBlockConfiguration).toEqual({
      ...NOTHING,
      BlockPublicAcls: true,
    });
    await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    await expect(shown()).rejects.toMatchObject({ name: "NoSuchPublicAccessBlockConfiguration" });
  });

  test("BlockPublicPolicy refuses a policy for everybody, with AWS's reason", async () => {
    const Bucket = await bucketWithObject("block-policy");
    await expect(allowing(Bucket, "*")).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: arn:aws:iam::000000000000:root is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${Bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
    });
    await allowing(Bucket, { AWS: "111122223333" });
    await block(Bucket, NOTHING);
    await allowing(Bucket, "*");
  });

  test("RestrictPublicBuckets keeps everybody from elsewhere out of a public bucket", async () => {
    const Bucket = await bucketWithObject("restricted");
    await block(Bucket, NOTHING);
    await allowing(Bucket, "*");
    const anonymous = async () => (await fetch(`${server.endpoint}/${Bucket}/k`)).status;
    const other = server.clients({ accessKeyId: "other", secretAccessKey: "other-secret" }).s3;
    const get = (from: s3.S3Client) => from.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
    expect(await anonymous()).toBe(200);
    await get(other);
    await block(Bucket, { RestrictPublicBuckets: true });
    expect(await anonymous()).toBe(403);
    await expect(get(other)).rejects.toMatchObject({ name: "AccessDenied" });
    await get(client);
    await allowing(Bucket, { AWS: "111122223333" });
    await get(other);
  });
});

describe("object ownership", () => {
  const controls = (Bucket: string, ObjectOwnership: s3.ObjectOwnership) => ({
    Bucket,
    OwnershipControls: { Rules: [{ ObjectOwnership }] },
  });

  test("is enforced at first, changed, deleted", async () => {
    const Bucket = await bucketWithObject("owned");
    const shown = async () =>
      (await client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls;
    expect(await shown()).toEqual({ Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] });
    const preferred = controls(Bucket, "BucketOwnerPreferred");
    await client.send(new s3.PutBucketOwnershipControlsCommand(preferred));
    expect(await shown()).toEqual(preferred.OwnershipControls);
    await client.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket }));
    await expect(shown()).rejects.toMatchObject({ name: "OwnershipControlsNotFoundError" });
    const odd = controls(Bucket, "Nobody" as s3.ObjectOwnership);
    await expect(client.send(new s3.PutBucketOwnershipControlsCommand(odd))).rejects.toMatchObject({
      name: "MalformedXML",
    });
  });

  test.each([
    [undefined, "public-read", "InvalidBucketAclWithObjectOwnership"],
    ["ObjectWriter", "public-read", "InvalidBucketAclWithBlockPublicAccessError"],
  ] as const)("%s: a new bucket isn't made with the ACL %s", async (ObjectOwnership, ACL, name) => {
    const bucket = { Bucket: "never-made", ObjectOwnership, ACL: ACL as s3.BucketCannedACL };
    await expect(client.send(new s3.CreateBucketCommand(bucket))).rejects.toMatchObject({ name });
  });

  test.each([
    ["BucketOwnerEnforced", "private", NOTHING, "AccessControlListNotSupported"],
    ["BucketOwnerPreferred", "private", NOTHING, undefined],
    ["ObjectWriter", "public-read", NOTHING, undefined],
    ["ObjectWriter", "public-read", { BlockPublicAcls: true }, "AccessDenied"],
    ["ObjectWriter", "log-delivery-write", { BlockPublicAcls: true }, undefined],
  ] as const)("%s: the bucket's ACL %s with %j", async (ownership, ACL, blocked, name) => {
    const Bucket = await bucketWithObject(`${ownership}-${ACL}-${name ?? "ok"}`.toLowerCase());
    await client.send(new s3.PutBucketOwnershipControlsCommand(controls(Bucket, ownership)));
    await block(Bucket, blocked);
    const put = client.send(new s3.PutBucketAclCommand({ Bucket, ACL: ACL as s3.BucketCannedACL }));
    if (name === undefined) await put;
    else await expect(put).rejects.toMatchObject({ name });
  });

  test("an object's ACL may say what is so anyway", async () => {
    const Bucket = await bucketWithObject("object-acls");
    const put = (ACL: s3.ObjectCannedACL, Key = "k") =>
      client.send(new s3.PutObjectAclCommand({ Bucket, Key, ACL }));
    await put("bucket-owner-full-control");
    await expect(put("private", "absent")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(put("public-read")).rejects.toMatchObject({
      name: "AccessControlListNotSupported",
    });
  });
});
