import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudControl, waitUntilResourceRequestSuccess } from "@aws-sdk/client-cloudcontrol";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { zipOf } from "../../support/zip.ts";

let dir: string;
let server: ServerProcess | undefined;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolecast-cloudcontrol-"));
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

const clientOf = ({ endpoint }: ServerProcess) =>
  new CloudControl({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });

/** Ten resources of two types, of which one takes several steps. */
const REQUESTS = Array.from({ length: 10 }, (_, index) => ({
  ClientToken: `token-${index}`,
  ...(index % 2 === 0
    ? { TypeName: "AWS::IVS::Channel", DesiredState: `{"Name": "channel-${index}"}` }
    : {
        TypeName: "AWS::IVS::RecordingConfiguration",
        DesiredState: JSON.stringify({
          Name: `configuration-${index}`,
          DestinationConfiguration: { S3: { BucketName: "takes" } },
        }),
      }),
}));

it("requests outlive a process that is killed, and make each resource once", async () => {
  server = await startServerProcess(["--data", dir]);
  const before = clientOf(server);
  const bucket = { TypeName: "AWS::S3::Bucket", DesiredState: '{"BucketName": "takes"}' };
  await before.createResource(bucket);
  const sent = REQUESTS.map((request) => before.createResource(request));
  // The others are under way, or wait.
  await Promise.race(sent);
  const [, answered] = await Promise.all([server.stop("SIGKILL"), Promise.allSettled(sent)]);
  expect(answered.some(({ status }) => status === "fulfilled")).toBe(true);
  server = await startServerProcess(["--data", dir]);
  const client = clientOf(server);
  for (const [index, request] of REQUESTS.entries()) {
    const { ProgressEvent } = await client.createResource(request);
    const RequestToken = ProgressEvent?.RequestToken;
    const first = answered[index];
    if (first?.status === "fulfilled")
      expect(RequestToken).toBe(first.value.ProgressEvent?.RequestToken);
    const wait = { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
    await waitUntilResourceRequestSuccess(wait, { RequestToken });
  }
  for (const TypeName of ["AWS::IVS::Channel", "AWS::IVS::RecordingConfiguration"]) {
    const { ResourceDescriptions = [] } = await client.listResources({ TypeName });
    const names = await Promise.all(
      ResourceDescriptions.map(async ({ Identifier }) => {
        const found = await client.getResource({ TypeName, Identifier });
        return JSON.parse(found.ResourceDescription?.Properties ?? "{}").Name as string;
      }),
    );
    const wanted = REQUESTS.filter((request) => request.TypeName === TypeName);
    expect(names.sort()).toEqual(wanted.map(({ DesiredState }) => JSON.parse(DesiredState).Name));
  }
});

/** A bucket deployment as the CDK makes it. */
const DEPLOYMENT = JSON.stringify({
  Resources: {
    Role: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        },
        ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
      },
    },
    Handler: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "0.zip" },
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
      },
    },
    Deploy: {
      Type: "Custom::CDKBucketDeployment",
      Properties: {
        ServiceToken: { "Fn::GetAtt": ["Handler", "Arn"] },
        SourceBucketNames: ["assets"],
        SourceObjectKeys: ["site.zip"],
        DestinationBucketName: "site",
      },
    },
  },
});

it("a bucket deployment outlives a process that is killed while it uploads", async () => {
  server ??= await startServerProcess(["--data", dir]);
  const files = Array.from({ length: 500 }, (_, at) => ({ name: `${at}.txt`, data: `file ${at}` }));
  for (const Bucket of ["assets", "site"])
    await server.root.s3.send(new CreateBucketCommand({ Bucket }));
  const object = { Bucket: "assets", Key: "site.zip", Body: zipOf(files) };
  await server.root.s3.send(new PutObjectCommand(object));
  const StackName = "deployed";
  const formation = ({ endpoint }: ServerProcess) =>
    new CloudFormation({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });
  const Capabilities = ["CAPABILITY_IAM" as const];
  const created = formation(server)
    .createStack({ StackName, TemplateBody: DEPLOYMENT, Capabilities })
    .catch(() => {});
  const count = async ({ root }: ServerProcess) =>
    (await root.s3.send(new ListObjectsV2Command({ Bucket: "site" }))).KeyCount ?? 0;
  const first = server;
  await until(async () => (await count(first)) > 0, "the first object");
  await Promise.all([server.stop("SIGKILL"), created]);
  server = await startServerProcess(["--data", dir]);
  const second = server;
  await until(async () => {
    const { Stacks = [] } = await formation(second).describeStacks({ StackName });
    return Stacks[0]?.StackStatus === "CREATE_COMPLETE";
  }, "the stack");
  expect(await count(second)).toBe(files.length);
});
