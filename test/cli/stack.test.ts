import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackEvent } from "@aws-sdk/client-cloudformation";
import * as ivs from "@aws-sdk/client-ivs";
import { DeleteObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rolecast } from "../support/rolecast-command.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** A channel and its stream's recording, whose name is a parameter. */
const TEMPLATE = `
Parameters:
  Name: { Type: String, Default: studio }
  Kind: { Type: String, Default: BASIC }
Resources:
  Recordings: { Type: AWS::S3::Bucket }
  ToBucket:
    Type: AWS::IVS::RecordingConfiguration
    Properties:
      Name: !Ref Name
      DestinationConfiguration: { S3: { BucketName: !Ref Recordings } }
  Channel:
    Type: AWS::IVS::Channel
    Properties: { Name: !Ref Name, Type: !Ref Kind, RecordingConfigurationArn: !Ref ToBucket }
Outputs:
  ChannelArn: { Value: !Ref Channel }
`;
const LONG_NAME = "x".repeat(129);

let dir = "";
let server: TestServer;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-stack-"));
  writeFileSync(join(dir, "studio.yaml"), TEMPLATE);
  server = await startTestServer();
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

const TO_TEMPLATE = ["studio", "--template", "studio.yaml"];

function stack(...args: readonly string[]) {
  const env = { AWS_ENDPOINT_URL: server.endpoint, HOME: dir };
  return rolecast(["stack", ...args], { env, cwd: dir });
}

test("a stack is deployed, compared, changed, and looked at for drift", async () => {
  const first = await stack("deploy", ...TO_TEMPLATE);
  expect(first).toMatchObject({ code: 0, err: "" });
  expect(first.out).toMatch(/^\+ AWS::S3::Bucket Recordings$/m);
  expect(first.out).toMatch(/^[\d:]{8} +CREATE_COMPLETE +AWS::CloudFormation::Stack studio$/m);
  expect(first.out).toMatch(/^3 to add, 0 to change, 0 to remove\.$/m);
  expect(first.out).toMatch(/^studio: CREATE_COMPLETE, 3 changes made\.$/m);
  const [, arn = ""] = /^ChannelArn = (arn:aws:ivs:\S+)$/m.exec(first.out) ?? [];

  expect((await stack("deploy", ...TO_TEMPLATE)).out).toBe(
    "Nothing changes: studio is as studio.yaml says.\n",
  );
  const renamed = [...TO_TEMPLATE, "--parameter", "Name=live"];
  const diff = await stack("diff", ...renamed);
  expect(diff.code).toBe(1);
  expect(diff.out).toContain("~ AWS::IVS::RecordingConfiguration ToBucket (replaced)\n");
  expect(diff.out).toContain("~ AWS::IVS::Channel Channel\n    Name: studio → live\n");
  expect(diff.out).toMatch(/\n0 to add, 2 to change \(1 replaced\), 0 to remove\.\n$/);
  expect(await stack("diff", ...TO_TEMPLATE)).toMatchObject({
    code: 0,
    out: "Nothing changes: studio is as studio.yaml says.\n",
  });
  expect((await stack("deploy", ...renamed)).code).toBe(0);

  expect(await stack("drift", "studio")).toEqual({
    ...{ code: 0, err: "" },
    out: "No drift: 3 resources compared.\n",
  });
  const client = server.clients().ivs;
  await client.send(new ivs.UpdateChannelCommand({ arn, name: "moved" }));
  expect(await stack("drift", "studio")).toMatchObject({
    code: 1,
    out: "~ AWS::IVS::Channel Channel\n    Name: live → moved\n",
  });
});

test("what fails is said with its reason, and the stack is as before", async () => {
  const refused = [...TO_TEMPLATE, "--parameter", `Name=${LONG_NAME}`];
  const failed = await stack("deploy", "refused", ...refused.slice(1));
  expect(failed).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^rolecast: the stack refused ended in ROLLBACK_COMPLETE\.$/m),
  });
  expect(failed.out).toMatch(/CREATE_FAILED +AWS::IVS::RecordingConfiguration ToBucket .*name/);
  const events = await stack("events", "refused", "--json");
  const statuses = JSON.parse(events.out).map((event: StackEvent) => event.ResourceStatus);
  expect(statuses[0]).toMatch(/_IN_PROGRESS$/);
  expect(statuses.at(-1)).toBe("ROLLBACK_COMPLETE");
});

test.each([
  [["deploy", "a", "--template", "nowhere.yaml"], 1, /no such file/],
  [["deploy", "a", "--template", "studio.yaml", "--parameter", "Name"], 2, /NAME=VALUE/],
  [["deploy", "a", "--template", "studio.yaml", "--parameter", "Nom=x"], 4, /Nom/],
  [["diff", "0", "--template", "studio.yaml"], 4, /stackName/],
  [["events", "nothing"], 4, /does not exist/],
  [["drift", "nothing"], 4, /does not exist/],
])("%j ends with %i and says why", async (args, code, why) => {
  expect(await stack(...args)).toMatchObject({ code, err: expect.stringMatching(why) });
});

test("a stack is deleted to its end, and what can't be is named with the reason", async () => {
  const file = "kept.yaml";
  writeFileSync(join(dir, file), "Resources: { Films: { Type: AWS::S3::Bucket } }");
  expect((await stack("deploy", "kept", "--template", file)).code).toBe(0);
  expect(await stack("delete", "kept")).toMatchObject({
    code: 2,
    err: expect.stringContaining("say --yes"),
  });
  const { s3 } = server.clients();
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const Bucket = Buckets.find(({ Name }) => Name?.startsWith("kept-"))?.Name ?? "";
  await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "x" }));
  const failed = await stack("delete", "kept", "--yes");
  expect(failed).toMatchObject({
    code: 1,
    err: expect.stringMatching(/ended in DELETE_FAILED\.\n {2}Films \(AWS::S3::Bucket .*not empty/),
  });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  expect((await stack("delete", "kept", "--yes")).out).toMatch(
    /Deleted kept with its resource\.\n$/,
  );
  expect((await stack("delete", "kept", "--yes")).code).toBe(4);
});

test("a server starts with the stack of a template, and not with one that fails", async () => {
  const file = join(dir, "studio.yaml");
  const started = await startTestServer({ template: file });
  const { channels } = await started.clients().ivs.send(new ivs.ListChannelsCommand({}));
  expect(channels).toMatchObject([{ name: "studio" }]);
  await started.close();

  const wrong = join(dir, "wrong.yaml");
  writeFileSync(wrong, TEMPLATE.replace("BASIC", "SQUARE"));
  await expect(startTestServer({ template: wrong })).rejects.toThrow(
    /wrong ended in DELETE_COMPLETE:\n {2}Channel \(AWS::IVS::Channel\): .*'type' failed/,
  );
  const unnamed = join(dir, "1.yaml");
  writeFileSync(unnamed, TEMPLATE);
  await expect(startTestServer({ template: unnamed })).rejects.toThrow(
    /letters, digits and hyphens/,
  );
});
