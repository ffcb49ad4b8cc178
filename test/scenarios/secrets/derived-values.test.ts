import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import Libsql from "libsql";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  cloudFormationOf,
  endedStack,
  role,
  template,
} from "../../contract/cloudformation/support.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { KnownSecrets } from "./known-secrets.ts";

/*
 * What functions make of a parameter with NoEcho is hidden as the parameter is: in answers, and in
 * each row of the database but those that SECURITY.md names as plain. Source: CloudFormation user
 * guide, "Parameters syntax" (NoEcho): calls that describe the stack or its events mask it;
 * metadata and outputs show it.
 */

/** The columns that SECURITY.md names, where this template puts a hidden value. */
const PLAIN = ["cloudformation_stacks.outputs"];

const Capabilities: cloudformation.Capability[] = [
  "CAPABILITY_NAMED_IAM",
  "CAPABILITY_AUTO_EXPAND",
];
const StackName = "derived";
const secrets = new KnownSecrets();

let folder: string;
let server: TestServer;
let client: cloudformation.CloudFormationClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-derived-"));
  server = await startTestServer({ data: join(folder, "data"), database: undefined });
  client = cloudFormationOf(server);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const P = { Ref: "P" };
const half = (index: number) => ({ "Fn::Select": [index, { "Fn::Split": ["-", P] }] });
/** All that can be made of a parameter: each has one of the secrets that the parameter has. */
const MADE: Readonly<Record<string, unknown>> = {
  Ref: P,
  Sub: { "Fn::Sub": "a ${P} z" },
  SubOfOwn: { "Fn::Sub": ["${Own}!", { Own: { "Fn::Join": ["", [P]] } }] },
  Join: { "Fn::Join": ["/", ["a", P]] },
  Base64: { "Fn::Base64": P },
  Base64OfSub: { "Fn::Base64": { "Fn::Sub": "key=${P}" } },
  First: half(0),
  Second: { "Fn::Sub": ["is ${Half}", { Half: half(1) }] },
  Base64OfHalf: { "Fn::Base64": half(1) },
  JoinOfSplit: { "Fn::Join": ["+", { "Fn::Split": ["-", P] }] },
  If: { "Fn::If": ["Always", P, "nothing"] },
  Json: { "Fn::ToJsonString": { key: P } },
};

/** Users whose passwords, of which IAM keeps a hash, are all that is made; outputs, too. */
function body(more: object = {}): string {
  const made = Object.entries(MADE);
  const users = made.map(([name, Password]) => [
    name,
    {
      Type: "AWS::IAM::User",
      Properties: { UserName: name, LoginProfile: { Password } },
      Metadata: { of: "a template, which is plain" },
    },
  ]);
  const outputs = made.map(([name, Value]) => [`Out${name}`, { Value }]);
  return template(
    { ...Object.fromEntries(users), ...more },
    {
      Transform: "AWS::LanguageExtensions",
      Parameters: { P: { Type: "String", NoEcho: true } },
      Conditions: { Always: { "Fn::Equals": ["a", "a"] } },
      Outputs: Object.fromEntries(outputs),
    },
  );
}

const given = (what: string) => ({
  Parameters: [
    {
      ParameterKey: "P",
      ParameterValue: `${secrets.make(`${what}, first`)}-${secrets.make(`${what}, second`)}`,
    },
  ],
});

const statusOf = async () => (await endedStack(client, StackName)).StackStatus;

/** Everything that is answered about the stack, but for DescribeStacks, which has the outputs. */
async function answers(ChangeSetName: string): Promise<readonly string[]> {
  const named = { StackName };
  await client.send(new cloudformation.DetectStackDriftCommand(named));
  const said: string[] = [];
  for (const command of [
    new cloudformation.DescribeStackEventsCommand(named),
    new cloudformation.DescribeEventsCommand(named),
    new cloudformation.DescribeStackResourcesCommand(named),
    new cloudformation.DescribeStackResourceDriftsCommand(named),
    new cloudformation.DescribeChangeSetCommand({ ChangeSetName, IncludePropertyValues: true }),
    ...Object.keys(MADE).flatMap((LogicalResourceId) => [
      new cloudformation.DescribeStackResourceCommand({ ...named, LogicalResourceId }),
    ]),
  ])
    said.push(JSON.stringify(await client.send(command as never)));
  return said;
}

/** `table.column` of each that shows a secret in one of its rows. */
function plainColumns(): readonly string[] {
  const db = new Libsql(join(folder, "data", "rolecast.db"));
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const found = new Set<string>();
  for (const { name } of tables as { name: string }[])
    for (const row of db.prepare(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[])
      for (const [column, value] of Object.entries(row))
        if (secrets.in(Buffer.isBuffer(value) ? value : String(value)).length > 0)
          found.add(`${name}.${column}`);
  db.close();
  return [...found].sort();
}

test("what functions make of a hidden parameter is in no answer and no row in plain", async () => {
  const stack = { StackName, Capabilities };
  const create = { ...stack, TemplateBody: body(), ...given("the stack") };
  await client.send(new cloudformation.CreateStackCommand(create));
  expect(await statusOf()).toBe("CREATE_COMPLETE");
  const plan = { ...stack, ChangeSetName: "planned", UsePreviousTemplate: true };
  const { Id = "" } = await client.send(
    new cloudformation.CreateChangeSetCommand({ ...plan, ...given("the change set") }),
  );
  const Fails = { ...role({ RoleName: "bad name" }), DependsOn: Object.keys(MADE) };
  const update = { ...stack, TemplateBody: body({ Fails }), ...given("the failed update") };
  await client.send(new cloudformation.UpdateStackCommand(update));
  expect(await statusOf()).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await answers(Id)).flatMap((text) => secrets.in(text))).toEqual([]);
  const { Outputs } = await endedStack(client, StackName);
  expect(secrets.in(JSON.stringify(Outputs))).toEqual(["the stack, first", "the stack, second"]);
  await server.close();
  expect(plainColumns()).toEqual(PLAIN);
}, 60_000);
