import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
} from "@aws-sdk/client-iam";
import { ListChannelsCommand, ListRecordingConfigurationsCommand } from "@aws-sdk/client-ivs";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startServerProcess } from "../../support/server-process.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const SEED = join(import.meta.dirname, "../../../examples/seed/rolecast.seed.yml");
let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-seed-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function seedFile(text: string): string {
  const file = join(dir, "rolecast.seed.yml");
  writeFileSync(file, text);
  return file;
}

async function whatIsThere(server: TestServer) {
  const { iam, ivs, s3 } = server.clients();
  await s3.send(new HeadBucketCommand({ Bucket: "shows" }));
  const { channels = [] } = await ivs.send(new ListChannelsCommand({}));
  const recording = await ivs.send(new ListRecordingConfigurationsCommand({}));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "editor" }));
  const ofUser = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: "app" }));
  const inline = await iam.send(new ListUserPoliciesCommand({ UserName: "app" }));
  await iam.send(new GetRoleCommand({ RoleName: "AWSServiceRoleForIVSRecordToS3" }));
  return {
    channels: channels
      .map(({ name, arn, authorized, tags, recordingConfigurationArn: recorded }) => ({
        name,
        arn,
        authorized,
        tags,
        recorded: recorded === recording.recordingConfigurations?.[0]?.arn,
      }))
      .sort((a, b) => String(a.name).localeCompare(String(b.name))),
    recordingConfigurations: recording.recordingConfigurations?.map(({ arn }) => arn),
    ofRole: attached.AttachedPolicies?.map(({ PolicyName }) => PolicyName).sort(),
    ofUser: [
      ...(ofUser.AttachedPolicies ?? []).map((p) => p.PolicyName),
      ...(inline.PolicyNames ?? []),
    ],
  };
}

test("the example's seed is there at the start, once after a restart, and again after a reset", async () => {
  const settings = { data: join(dir, "data"), seed: SEED };
  const first = await startTestServer(settings);
  const made = await whatIsThere(first);
  expect(made).toMatchObject({
    channels: [
      { name: "evening", authorized: false, tags: {}, recorded: true },
      { name: "rehearsal", authorized: true, tags: { stage: "rehearsal" }, recorded: false },
    ],
    ofRole: ["ReadOnlyAccess", "shows"],
    ofUser: ["shows", "read-recordings"],
  });
  await first.close();
  const second = await startTestServer(settings);
  expect(await whatIsThere(second)).toEqual(made);
  await second.server.reset();
  const sownAgain = await whatIsThere(second);
  expect(sownAgain.channels.map(({ name }) => name)).toEqual(["evening", "rehearsal"]);
  expect(sownAgain.channels[0]?.arn).not.toBe(made.channels[0]?.arn);
  await second.close();
});

test("a changed policy is in force after the next start", async () => {
  const policy = (action: string) =>
    seedFile(`accounts:
  "000000000000":
    policies:
      - name: p
        document: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${action}", Resource: "*" }] }
`);
  const data = join(dir, "data");
  await (await startTestServer({ data, seed: policy("ivs:GetChannel") })).close();
  const server = await startTestServer({ data, seed: policy("ivs:StopStream") });
  const { iam } = server.clients();
  const PolicyArn = "arn:aws:iam::000000000000:policy/p";
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  expect(decodeURIComponent(version.PolicyVersion?.Document ?? "")).toContain("ivs:StopStream");
  expect(VersionId).toBe("v2");
  await server.close();
});

test("a role may trust a user of an account that stands after its own", async () => {
  const other = {
    id: "111111111111",
    rootAccessKeyId: "AKIAOTHER",
    rootSecretAccessKey: "other-secret",
  };
  const seed = seedFile(`accounts:
  "000000000000":
    roles:
      - name: host
        trustPolicy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::111111111111:user/guest" } }] }
  "111111111111": { users: [{ name: guest }] }
`);
  const server = await startTestServer({ seed, accounts: [other] });
  const { Role } = await server.clients().iam.send(new GetRoleCommand({ RoleName: "host" }));
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toContain("user/guest");
  await server.close();
});

const mine = (declared: string) => `  "000000000000":\n    ${declared}`;
const POLICIES = "policies: [{ name: p, document: { Statement: 5 } }]";
test.each([
  ["  '111111111111': {}", /:2:3: this server has no account 111111111111, only 000000000000/],
  ["  000000000000: {}", /:2:3: accounts\.0 can't be "0": an account id has 12 digits, in quotes/],
  [mine("user: []"), /:3:5: accounts\.000000000000\.user isn't known: did you mean users\?/],
  [mine("servers: []"), /\.servers isn't known: known are region, policies, users/],
  [
    mine("recordingConfigurations: [{ name: r, bucket: nowhere }]"),
    /:3:\d+: .*recordingConfigurations\[0\]\.bucket: there is no bucket nowhere$/,
  ],
  [mine("channels: [{ name: a }, { type: BASIC }]"), /:3:29: .*channels\[1\]\.name is missing/],
  [
    mine("buckets: [aaa, bbb, aaa]"),
    /:3:25: .*buckets\[2\] can't be "aaa": another entry has this name/,
  ],
  [mine("users: ["), /:3:13: this isn't YAML: Flow sequence/],
  [
    mine("channels: [{ name: a, recordingConfiguration: nowhere }]"),
    /:3:27: .*channels\[0\]\.recordingConfiguration: there is no recording configuration nowhere$/,
  ],
  [
    mine(
      "buckets: [bbb]\n    recordingConfigurations: [{ name: r, bucket: bbb, thumbnailConfiguration: { targetIntervalSeconds: 0 } }]",
    ),
    /recordingConfigurations\[0\]: CreateRecordingConfiguration answered ValidationException: /,
  ],
  [
    mine(`users: [{ name: u, ${POLICIES} }]`),
    /:3:35: .*users\[0\]\.policies\[0\]: PutUserPolicy answered MalformedPolicyDocument: /,
  ],
])("a mistake is reported with its place: %s", async (declared, message) => {
  const seed = seedFile(`accounts:\n${declared}`);
  await expect(startTestServer({ seed })).rejects.toThrow(message);
});

const INHERITED = {
  AWS_SESSION_TOKEN: "another's",
  AWS_PROFILE: "elsewhere",
  AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
  AWS_MAX_ATTEMPTS: "1",
};

test("ready scripts run by name with the root key; a failing one doesn't stop the next", async () => {
  const ready = (name: string, script: string) => writeFileSync(join(dir, name), script);
  ready("10-fails.sh", "exit 3");
  ready(
    "20-asks.mjs",
    `import { writeFileSync } from "node:fs";
const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/_localstack/init");
const { completed: { READY }, scripts } = await answer.json();
const inherited = ${JSON.stringify(Object.keys(INHERITED))}.filter((name) => name in process.env);
const environment = { key: process.env.AWS_ACCESS_KEY_ID, inherited, READY, scripts: scripts.map(({ state }) => state) };
writeFileSync(${JSON.stringify(join(dir, "asked"))}, JSON.stringify(environment));`,
  );
  ready("notes.txt", "no script");
  const server = await startServerProcess(["--data", "memory", "--ready-dir", dir], INHERITED);
  const said = await server.said(/20-asks\.mjs: done/);
  expect(said).toMatch(/10-fails\.sh ended with 3/);
  expect(JSON.parse(readFileSync(join(dir, "asked"), "utf8"))).toEqual({
    key: "test",
    inherited: ["AWS_MAX_ATTEMPTS"],
    READY: false,
    scripts: ["ERROR", "RUNNING"],
  });
  const init = async (path: string) =>
    (await fetch(`${server.endpoint}/_localstack${path}`)).json();
  // A script's line is printed just before it is noted.
  await expect
    .poll(() => init("/init/ready"))
    .toEqual({
      completed: true,
      scripts: [
        { stage: "READY", name: "10-fails.sh", state: "ERROR" },
        { stage: "READY", name: "20-asks.mjs", state: "SUCCESSFUL" },
      ],
    });
  expect(await server.stop()).toBe(0);
  await expect(
    startServerProcess(["--data", "memory", "--ready-dir", join(dir, "none")]),
  ).rejects.toThrow(
    /ended with 2: rolecast: --ready-dir can't be ".*none": there is no such folder/,
  );
});
