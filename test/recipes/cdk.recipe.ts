import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CreatePolicyCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
} from "@aws-sdk/client-iam";
import { GetStreamCommand, GetStreamKeyCommand } from "@aws-sdk/client-ivs";
import {
  DeleteObjectsCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFilm, publish } from "../scenarios/ivs/encoder.ts";
import { endOfDeletion } from "../support/role-deletion.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { until } from "../support/until.ts";

/*
 * The mission by the CDK alone, as npm has it and unmodified, with the CDK's own roles enforced:
 * bootstrap, deploy, a recorded stream, a deployment without a permission, destroy.
 */
const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "rolecast-cdk-"));
const ROLE = "AWSServiceRoleForIVSRecordToS3";
/** An execution role's policy that lacks ivs:CreateRecordingConfiguration. */
const NARROW = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:*", "iam:*", "ivs:*", "ssm:GetParameters"], Resource: "*" },
    { Effect: "Deny", Action: "ivs:CreateRecordingConfiguration", Resource: "*" },
  ],
});
/** A stack whose channel may be named badly, and one with three of the CDK's custom resources. */
const CONSTRUCTS = `
import { App, NestedStack, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnRule } from "aws-cdk-lib/aws-events";
import { CfnChannel } from "aws-cdk-lib/aws-ivs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { BucketDeployment, Source } from "aws-cdk-lib/aws-s3-deployment";

// As in the projects of cdk init: functions' log groups are resources.
const app = new App({ context: { "@aws-cdk/aws-lambda:useCdkManagedLogGroup": true } });
const name = app.node.tryGetContext("channel") ?? "none";
const failing = new Stack(app, "Failing");
const rule = { name: "swapped", description: "first", eventPattern: { source: ["aws.ivs"] } };
new CfnRule(failing, "Rule", { ...rule, ...(name === "better" ? { description: "second" } : {}) });
new CfnChannel(failing, "Channel", { name: name === "better" ? "good" : name });
const emptied = new NestedStack(new Stack(app, "Emptied"), "Nested");
const bucket = new Bucket(emptied, "Bucket", {
  bucketName: "emptied",
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
  eventBridgeEnabled: true,
});
new BucketDeployment(emptied, "Site", {
  sources: [
    Source.data("index.html", "<p>Live"),
    Source.jsonData("config.json", { bucket: bucket.bucketArn, region: emptied.region }),
  ],
  destinationBucket: bucket,
  destinationKeyPrefix: "site",
});
`;
let server: ServerProcess;

interface Outcome {
  readonly code: number;
  readonly said: string;
}

/** Runs `cdk` as somebody at a shell has it, who has set the two-liner's variables. */
async function cdk(...args: readonly string[]): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    NO_COLOR: "1",
    CI: "1",
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    CDK_DEFAULT_REGION: "us-east-1",
  };
  const all = ["cdk", "--no-notices", ...args];
  try {
    const { stdout, stderr } = await run("npx", all, { cwd: folder, env, timeout: 100_000 });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

async function deployed(): Promise<Readonly<Record<string, string>>> {
  const deploy = ["deploy", "--require-approval", "never", "--outputs-file", "outputs.json"];
  expect(await cdk(...deploy)).toMatchObject({ code: 0 });
  const outputs = JSON.parse(readFileSync(join(folder, "outputs.json"), "utf8"));
  return outputs.Studio as Record<string, string>;
}

beforeAll(async () => {
  cpSync(join(ROOT, "examples/cdk"), folder, { recursive: true });
  writeFileSync(join(folder, "constructs.ts"), CONSTRUCTS);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags], { cwd: folder });
  server = await startServerProcess(["--data", "memory"]);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.sequential("the CDK", () => {
  test("bootstraps, and a second time finds nothing to do", async () => {
    expect(await cdk("bootstrap")).toMatchObject({
      code: 0,
      said: expect.stringContaining("✅  Environment aws://000000000000/us-east-1 bootstrapped."),
    });
    expect(await cdk("bootstrap")).toMatchObject({
      code: 0,
      said: expect.stringContaining("bootstrapped (no changes)"),
    });
  });

  test("deploys the mission, whose stream is then recorded by the service's role", async () => {
    const { Bucket, ChannelArn, StreamKeyArn } = await deployed();
    const { iam, ivs, s3 } = server.root;
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
    expect(Role?.Path).toBe("/aws-service-role/ivs.amazonaws.com/");

    const { streamKey } = await ivs.send(new GetStreamKeyCommand({ arn: StreamKeyArn }));
    const url = `rtmps://127.0.0.1:${server.rtmpsPort}/app/${streamKey?.value}`;
    const encoder = publish(await makeFilm(6), url);
    await until(
      () => ivs.send(new GetStreamCommand({ channelArn: ChannelArn })),
      "the channel to be live",
    );
    expect(await encoder.ended).toMatchObject({ code: 0 });
    await until(async () => {
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents?.some(({ Key }) => Key?.endsWith("events/recording-ended.json"));
    }, "the recording's last object");
    expect((await cdk("diff", "--fail")).code).toBe(0);
    expect((await cdk("drift", "--fail")).code).toBe(0);
  });

  test("fails without a permission with the reason, and rolls back", async () => {
    const { Policy } = await server.root.iam.send(
      new CreatePolicyCommand({ PolicyName: "narrow", PolicyDocument: NARROW }),
    );
    const toolkit = ["--toolkit-stack-name", "Narrow"];
    const policies = ["--cloudformation-execution-policies", Policy?.Arn ?? ""];
    const bootstrap = await cdk("bootstrap", ...toolkit, "--qualifier", "narrow", ...policies);
    expect(bootstrap).toMatchObject({ code: 0 });

    const context = ["-c", "@aws-cdk/core:bootstrapQualifier=narrow", "-c", "name=Refused"];
    const deploy = await cdk("deploy", "--require-approval", "never", ...toolkit, ...context);
    expect(deploy.code).toBe(1);
    expect(deploy.said).toContain("is not authorized to perform: ivs:CreateRecordingConfiguration");
    expect(deploy.said).toContain("ROLLBACK_COMPLETE");
    const destroy = await cdk("destroy", "--force", ...toolkit, ...context);
    expect(destroy).toMatchObject({ code: 0 });
  });

  test("goes back from a failure that it was told to leave, and deploys again", async () => {
    const walk = ["--app", "tsx constructs.ts", "-c"];
    const direct = ["deploy", "--require-approval", "never", "--method=direct", ...walk];
    const failed = await cdk(...direct, "channel=not a name", "--no-rollback", "Failing");
    expect(failed.code).toBe(1);
    expect(failed.said).toContain("CREATE_FAILED");
    expect((await cdk("rollback", ...walk, "channel=good", "Failing")).code).toBe(0);
    expect(await cdk(...direct, "channel=good", "Failing", "Emptied")).toMatchObject({ code: 0 });
    const swap = ["deploy", "--hotswap", ...walk, "channel=better", "Failing"];
    expect(await cdk(...swap)).toMatchObject({ code: 0 });
  });

  test("fills and empties buckets, and puts their notifications, without a function", async () => {
    const { s3 } = server.root;
    const { EventBridgeConfiguration } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: "emptied" }),
    );
    expect(EventBridgeConfiguration).toEqual({});
    const site = async (name: string) => {
      const get = new GetObjectCommand({ Bucket: "emptied", Key: `site/${name}` });
      const { Body, ContentType } = await s3.send(get);
      return [ContentType, await Body?.transformToString()];
    };
    expect(await site("index.html")).toEqual(["text/html", "<p>Live"]);
    expect(await site("config.json")).toEqual([
      "application/json",
      '{"bucket":"arn:aws:s3:::emptied","region":"us-east-1"}',
    ]);
    await s3.send(new PutObjectCommand({ Bucket: "emptied", Key: "film.ts", Body: "film" }));
    const destroy = ["destroy", "--force", "--app", "tsx constructs.ts", "Failing", "Emptied"];
    expect(await cdk(...destroy)).toMatchObject({ code: 0 });
    await expect(
      s3.send(new GetBucketPolicyStatusCommand({ Bucket: "emptied" })),
    ).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  test("doesn't destroy a bucket with objects, and then does", async () => {
    const { Bucket } = await deployed();
    const failed = await cdk("destroy", "--force");
    expect(failed.code).toBe(1);
    expect(failed.said).toContain("The bucket you tried to delete is not empty");
    const { s3, iam } = server.root;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await cdk("destroy", "--force")).toMatchObject({ code: 0 });
    await expect(s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
    const { DeletionTaskId } = await iam.send(
      new DeleteServiceLinkedRoleCommand({ RoleName: ROLE }),
    );
    expect(await endOfDeletion(iam, DeletionTaskId)).toMatchObject({ Status: "SUCCEEDED" });
  });
});
