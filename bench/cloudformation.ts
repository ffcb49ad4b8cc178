/*
 * Stacks of 50 and of 500 mixed resources (roles, managed policies, channels, users, groups) on a
 * server with its data on the disk: created, changed by nothing, planned by a change set, deleted.
 * Run: npx tsx bench/cloudformation.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createServer } from "@rolecast/server";

const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};
const ALLOW = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
};

/** Every fifth resource is of one type; each third one refers to the one before it. */
function template(count: number, change = ""): string {
  const kinds = [
    () => ({ Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: TRUST } }),
    () => ({ Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: ALLOW } }),
    (index: number) => ({
      Type: "AWS::IVS::Channel",
      Properties: { Name: { "Fn::Sub": `of-\${R${index - 2}}` } },
    }),
    () => ({
      Type: "AWS::IAM::User",
      Properties: { Tags: [{ Key: "made", Value: `x${change}` }] },
    }),
    () => ({ Type: "AWS::IAM::Group", Properties: {} }),
  ];
  const resources = Array.from({ length: count }, (_, index) => [
    `R${index}`,
    kinds[index % kinds.length]?.(index),
  ]);
  return JSON.stringify({ Resources: Object.fromEntries(resources) });
}

const dir = await mkdtemp(join(tmpdir(), "rolecast-bench-"));
const server = await createServer({
  data: dir,
  port: 0,
  rtmpPort: 0,
  rtmpsPort: 0,
  srtPort: 0,
  stackAnswerMs: 60_000,
});
const { endpoint } = server;
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const client = new CloudFormationClient({ endpoint, region: "us-east-1", credentials });
const s3 = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
const Capabilities = ["CAPABILITY_IAM" as const];
await s3.send(new CreateBucketCommand({ Bucket: "templates" }));

/** The address of a template: those of 500 resources are too long for a request. */
async function stored(Key: string, Body: string): Promise<string> {
  await s3.send(new PutObjectCommand({ Bucket: "templates", Key, Body }));
  return `${endpoint}/templates/${Key}`;
}

async function timed(what: string, run: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  await run();
  console.log(`${what}: ${Math.round(performance.now() - startMs)} ms`);
}

async function status(StackName: string): Promise<string | undefined> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus;
}

for (const count of [5, 50, 500]) {
  const StackName = `bench-${count}`;
  const TemplateURL = await stored(`${count}.json`, template(count));
  const ChangedURL = await stored(`${count}-changed.json`, template(count, "y"));
  await timed(`${count} created`, () =>
    client.send(new CreateStackCommand({ StackName, TemplateURL, Capabilities })),
  );
  console.log(`  ${await status(StackName)}`);
  await timed(`${count}, update without a change`, () =>
    client.send(new UpdateStackCommand({ StackName, TemplateURL, Capabilities })).catch(() => {}),
  );
  await timed(`${count}, change set that changes a fifth`, () =>
    client.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: "plan",
        TemplateURL: ChangedURL,
        Capabilities,
      }),
    ),
  );
  await timed(`${count} deleted`, () => client.send(new DeleteStackCommand({ StackName })));
}
await server.close();
await rm(dir, { recursive: true, force: true });
