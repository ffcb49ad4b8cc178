/*
 * Stacks of 50 and of 500 mixed resources (roles, managed policies, channels, users, groups) on a
 * server with its data on the disk: created, changed by nothing, planned by a change set, deleted.
 * While 500 are created and deleted, one caller after the other asks who it is: its slowest
 * hundredth beside that of an idle server.
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
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
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

/** Between two questions of the caller whose answers are timed. */
const ASK_PAUSE_MS = 2;
const IDLE_MS = 3_000;

async function timed(what: string, run: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  await run();
  console.log(`${what}: ${Math.round(performance.now() - startMs)} ms`);
}

const sts = new STSClient({ endpoint, region: "us-east-1", credentials });

/** Asks as long as `run` takes, or this long, and returns the times of the answers. */
async function askedMeanwhile(run: () => Promise<unknown>): Promise<readonly number[]> {
  let isOver = false;
  const done = run().finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const startMs = performance.now();
    await sts.send(new GetCallerIdentityCommand({}));
    times.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, ASK_PAUSE_MS));
  }
  await done;
  return times.sort((one, other) => one - other);
}

function slowestHundredth(times: readonly number[]): number {
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
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

const StackName = "meanwhile";
const TemplateURL = `${endpoint}/templates/500.json`;
await askedMeanwhile(() => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
const idle = await askedMeanwhile(() => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
const busy = {
  "500 are created": () =>
    client.send(new CreateStackCommand({ StackName, TemplateURL, Capabilities })),
  "500 are deleted": () => client.send(new DeleteStackCommand({ StackName })),
};
const idleMs = slowestHundredth(idle);
console.log(`p99 of GetCallerIdentity, idle: ${idleMs.toFixed(1)} ms of ${idle.length}`);
for (const [what, run] of Object.entries(busy)) {
  const times = await askedMeanwhile(run);
  const busyMs = slowestHundredth(times);
  const ratio = (busyMs / idleMs).toFixed(1);
  console.log(`p99 while ${what}: ${busyMs.toFixed(1)} ms of ${times.length}, ${ratio} of idle`);
}
await server.close();
await rm(dir, { recursive: true, force: true });
