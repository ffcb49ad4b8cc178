import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { endOf } from "./ended.ts";

const ACCOUNT_ID = "000000000000";
const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

let server: TestServer;
let root: CloudControl;

beforeAll(async () => {
  server = await startTestServer();
  const { endpoint } = server;
  root = new CloudControl({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });
});
afterAll(() => server?.close());

async function create(TypeName: string, state: object): Promise<void> {
  const sent = await root.createResource({ TypeName, DesiredState: JSON.stringify(state) });
  expect(await endOf(root, sent)).toMatchObject({ OperationStatus: "SUCCESS" });
}

async function update(TypeName: string, Identifier: string, ...patch: readonly object[]) {
  const PatchDocument = JSON.stringify(patch);
  return endOf(root, await root.updateResource({ TypeName, Identifier, PatchDocument }));
}

/** `code: message` of a refusal; `done` where there was none. */
function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe("a patch", () => {
  it("can't change what would need another resource, nor patch what isn't there", async () => {
    await create("AWS::IAM::Role", { RoleName: "still", AssumeRolePolicyDocument: TRUST });
    const replace = (path: string) =>
      update("AWS::IAM::Role", "still", { op: "replace", path, value: "/x/" });
    expect(await outcomeOf(replace("/Path"))).toBe(
      "NotUpdatableException: Invalid patch update: createOnlyProperties [/properties/Path] " +
        "cannot be updated",
    );
    expect(await outcomeOf(replace("/Description"))).toContain("Invalid patch update: [0]");
    expect(await outcomeOf(replace("/Arn"))).toBe(
      "ValidationException: Invalid patch update: readOnlyProperties [/properties/Arn] " +
        "cannot be updated",
    );
    expect(await outcomeOf(update("AWS::IAM::Role", "gone"))).toContain("NotFound");
  });

  it("takes what isn't read by adding it alone, and tests what only the service sets", async () => {
    const state = { UserName: "signs-in", LoginProfile: { Password: "Secret-pass-1" } };
    await create("AWS::IAM::User", state);
    const path = "/LoginProfile/Password";
    const change = (...patch: readonly object[]) => update("AWS::IAM::User", "signs-in", ...patch);
    expect(await outcomeOf(change({ op: "replace", path, value: "Secret-pass-2" }))).toBe(
      "ValidationException: Invalid patch update: writeOnlyProperties [/LoginProfile/Password] " +
        "can only be updated using 'add' operation",
    );
    const value = `arn:aws:iam::${ACCOUNT_ID}:user/signs-in`;
    const sent = [
      { op: "test", path: "/Arn", value },
      { op: "add", path, value: "Secret-pass-2" },
    ];
    expect(await change(...sent)).toMatchObject({ OperationStatus: "SUCCESS" });
  });
});

describe("a list", () => {
  it("of bucket policies has those that can be read in its Region", async () => {
    const there = new S3Client({
      ...{ endpoint: server.endpoint, region: "eu-west-1", credentials: ROOT },
      forcePathStyle: true,
    });
    for (const [client, bucket] of [
      [server.clients().s3, "policy-here"],
      [there, "policy-there"],
    ] as const) {
      const Resource = `arn:aws:s3:::${bucket}`;
      const deny = { Effect: "Deny", Principal: "*", Action: "s3:PutBucketCORS", Resource };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [deny] });
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    }
    const { ResourceDescriptions } = await root.listResources({
      TypeName: "AWS::S3::BucketPolicy",
    });
    expect(ResourceDescriptions?.map(({ Identifier }) => Identifier)).toEqual(["policy-here"]);
  });
});
