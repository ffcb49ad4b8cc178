import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ivs from "@aws-sdk/client-ivs";
import { CreateStageCommand, IVSRealTimeClient } from "@aws-sdk/client-ivs-realtime";
import { CreateBucketCommand, DeleteBucketCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolecastProgram } from "../../packages/cli/src/program.ts";
import { createUser } from "../support/principals.ts";
import { rolecast } from "../support/rolecast-command.ts";
import { ROOT, startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";

/** Commands that answer a question: with `--json`, by one document. */
const ANSWERS: Readonly<Record<string, string>> = {
  "channel ls": "",
  doctor: "",
  explain: "",
  "guardrails test": "rules.yml",
  "iam service-linked-roles": "",
  "policy check": "policy.json",
  "policy diff": "policy.json policy.json",
  "policy simulate": "--policy policy.json --action s3:GetObject --resource arn:aws:s3:::a/b",
  "policy unused": "--principal arn:aws:iam::000000000000:user/ann",
  env: "",
  "record ls": "",
  "stack drift": "studio",
  "stack events": "studio",
  "stack ls": "",
  "stage ls": "",
  status: "",
};

/** All others, and why this table doesn't run them. */
const OTHERS: Readonly<Record<string, string>> = {
  aws: "the AWS CLI has its own --output",
  broadcast: "does something",
  chat: "goes on until it is ended: a line for each message",
  completion: "prints a script",
  demo: "does something",
  drain: "does something",
  logs: "goes on until it is ended: a line for each item",
  "objects migrate": "does something",
  "policy generate": "prints policies, which are JSON",
  "record get": "does something",
  "record play": "goes on until it is ended: its URL first",
  "record rm": "does something",
  reset: "does something",
  "snapshot load": "does something",
  "snapshot save": "does something",
  "stack delete": "does something",
  "stack deploy": "does something",
  "stack diff": "its test is with the others of deployments",
  "stage join": "does something",
  "stage record": "does something",
  start: "goes on until it is ended: where it listens first",
};

const POLICY = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" },
};
const ORGANIZATION = 'id: o-a1b2c3d4e5\nmanagementAccount: "111111111111"\n';
const RULES = `
organization: ./organization
tests:
  - { principal: "arn:aws:iam::111111111111:root", action: "s3:GetObject", expect: allow }
`;
const TEMPLATE =
  "Resources: { It: { Type: AWS::S3::Bucket, Properties: { BucketName: studio-1 } } }";

let dir = "";
let server: TestServer;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-json-"));
  writeFileSync(join(dir, "policy.json"), JSON.stringify(POLICY));
  writeFileSync(join(dir, "rules.yml"), RULES);
  mkdirSync(join(dir, "organization"));
  writeFileSync(join(dir, "organization/organization.yml"), ORGANIZATION);
  writeFileSync(join(dir, "studio.yaml"), TEMPLATE);
  server = await startTestServer();
  await populate();
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Something of each kind that is listed. */
async function populate(): Promise<void> {
  const root = server.clients();
  await root.s3.send(new CreateBucketCommand({ Bucket: "recordings" }));
  const { recordingConfiguration } = await root.ivs.send(
    new ivs.CreateRecordingConfigurationCommand({
      destinationConfiguration: { s3: { bucketName: "recordings" } },
    }),
  );
  const { channel } = await root.ivs.send(
    new ivs.CreateChannelCommand({
      name: "first",
      type: "BASIC",
      recordingConfigurationArn: recordingConfiguration?.arn,
    }),
  );
  const stages = new IVSRealTimeClient({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT },
  });
  await stages.send(new CreateStageCommand({ name: "rehearsal" }));
  expect((await run("stack deploy studio --template studio.yaml")).code).toBe(0);
  // What was deployed isn't there any more: a drift.
  await root.s3.send(new DeleteBucketCommand({ Bucket: "studio-1" }));
  const ann = server.clients(await createUser(root.iam, "ann"));
  await expect(ann.s3.send(new ListBucketsCommand({}))).rejects.toThrow("ListAllMyBuckets");
  await startTestPicture(channel?.arn ?? "");
}

async function startTestPicture(ChannelArn: string): Promise<void> {
  const { fetchSigned } = await import("../../packages/cli/src/signed-request.ts");
  const path = "/_rolecast/test-pictures";
  const signer = { endpoint: server.endpoint, credentials: ROOT };
  const answer = await fetchSigned(signer, { path, method: "POST", json: { ChannelArn } });
  expect(answer.status).toBe(200);
  const list = () => server.clients().ivs.send(new ivs.ListStreamsCommand({}));
  await until(async () => (await list()).streams?.length === 1, "the channel is live");
}

function run(line: string) {
  const env = { AWS_ENDPOINT_URL: server.endpoint, HOME: dir };
  return rolecast(line.split(" "), { env, cwd: dir });
}

/** Commands that have none of their own, by their path. */
function leavesOf(command: Command, path: readonly string[] = []): Map<string, Command> {
  if (command.commands.length === 0) return new Map([[path.join(" "), command]]);
  return new Map(
    command.commands.flatMap((child) => [...leavesOf(child, [...path, child.name()])]),
  );
}

test("every command answers as JSON, or says why it doesn't", async () => {
  const leaves = leavesOf(await rolecastProgram());
  expect([...leaves.keys()].sort()).toEqual(
    [...Object.keys(ANSWERS), ...Object.keys(OTHERS)].sort(),
  );
  for (const name of Object.keys(ANSWERS))
    expect(
      leaves.get(name)?.options.map(({ long }) => long),
      name,
    ).toContain("--json");
});

describe("with --json", () => {
  test.each(Object.entries(ANSWERS))(
    "%s prints one document, and nothing else",
    async (name, rest) => {
      const { out } = await run(`${name} ${rest} --json`.replace(/ +/g, " "));
      const document: unknown = JSON.parse(out);
      const { isList, members } = documentedShape(name);
      expect(Array.isArray(document), out).toBe(isList);
      const first = (Array.isArray(document) ? document[0] : document) as object | undefined;
      for (const member of members) expect(first, out).toHaveProperty([member]);
    },
  );
});

/** The shape that the documentation's list names; members after a semicolon may be missing. */
function documentedShape(name: string) {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  const item = new RegExp(`^- \`${name}\`: ((?:one|a list)(?:(?!\\n[-\\n])[^;])*)`, "m");
  const [, shape] = item.exec(page) ?? [];
  expect(shape, `docs/cli.md says which shape ${name} --json has`).toBeDefined();
  const members = [...(shape ?? "").matchAll(/`(\w+)`/g)].map(([, member = ""]) => member);
  return { isList: shape?.startsWith("a list") === true, members };
}
