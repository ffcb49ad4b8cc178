import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import Libsql from "libsql";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  cloudFormationOf,
  endedStack,
  outcomeOf,
  template,
} from "../../contract/cloudformation/support.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * No model of a stack's resource can be read. Others that nobody owns are imported all the same,
 * and those of the stack are still its own.
 */

const RULE = "arn:aws:events:us-east-1:000000000000:rule/";

/** Types whose identifiers are a Region's, everybody's, and something else than Ref gives. */
const KINDS: Readonly<
  Record<string, (name: string) => [{ Type: string; Properties: object }, Record<string, string>]>
> = {
  parameter: (Name) => [
    { Type: "AWS::SSM::Parameter", Properties: { Name, Value: "v", Type: "String" } },
    { Name },
  ],
  bucket: (BucketName) => [{ Type: "AWS::S3::Bucket", Properties: { BucketName } }, { BucketName }],
  rule: (Name) => [
    { Type: "AWS::Events::Rule", Properties: { Name, EventPattern: { source: ["studio"] } } },
    { Arn: `${RULE}${Name}` },
  ],
};
const NAMES = Object.keys(KINDS);

let folder: string;
let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-damaged-resources-"));
  const data = join(folder, "data");
  const config = { data, stackAnswerMs: 20_000 };
  const before = await startTestServer(config);
  const made = cloudFormationOf(before);
  for (const StackName of ["held", "free"]) {
    const TemplateBody = template(
      Object.fromEntries(NAMES.map((kind) => [kind, declared(kind, StackName)])),
    );
    await made.send(new CreateStackCommand({ StackName, TemplateBody }));
    expect((await endedStack(made, StackName)).StackStatus).toBe("CREATE_COMPLETE");
  }
  await made.send(new DeleteStackCommand({ StackName: "free" }));
  await before.close();
  const db = new Libsql(join(data, "rolecast.db"));
  const torn = `sealed:${Buffer.from("torn".repeat(20)).toString("base64")}`;
  db.exec(`update cloudformation_resources set model = '${torn}'`);
  db.close();
  server = await startTestServer(config);
  client = cloudFormationOf(server);
}, 60_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function declared(kind: string, of: string) {
  const [resource] = KINDS[kind]?.(`${of}-${kind}`) ?? [];
  return { ...resource, Type: resource?.Type ?? "", DeletionPolicy: "Retain" };
}

async function takenOver(kind: string, of: string): Promise<string> {
  const StackName = `takes-${of}-${kind}`;
  const names = { StackName, ChangeSetName: "import" };
  const [resource, ResourceIdentifier] = KINDS[kind]?.(`${of}-${kind}`) ?? [];
  const TemplateBody = template({ Mine: declared(kind, of) });
  const named = { LogicalResourceId: "Mine", ResourceType: resource?.Type, ResourceIdentifier };
  const asked = { ...names, TemplateBody, ChangeSetType: "IMPORT" as const };
  const sent = client.send(new CreateChangeSetCommand({ ...asked, ResourcesToImport: [named] }));
  const refusal = await outcomeOf(sent);
  if (refusal !== "done") return refusal;
  await client.send(new ExecuteChangeSetCommand(names));
  return (await endedStack(client, StackName)).StackStatus ?? "";
}

test.each(NAMES)("a %s that nobody owns is imported beside damaged rows", async (kind) => {
  expect(await takenOver(kind, "free")).toBe("IMPORT_COMPLETE");
});

test("a resource of the same name in another Region is found", async () => {
  const far = cloudFormationOf(server, ROOT, "eu-west-1");
  const TemplateBody = template({ Mine: declared("parameter", "held") });
  await far.send(new CreateStackCommand({ StackName: "far", TemplateBody }));
  await endedStack(far, "far");
  const PhysicalResourceId = "held-parameter";
  const asked = new DescribeStackResourcesCommand({ PhysicalResourceId });
  const { StackResources = [] } = await far.send(asked);
  expect(StackResources.map(({ StackName }) => StackName)).toEqual(["far"]);
});

test.each(["parameter", "bucket"])("a %s with a damaged row is still its stack's", async (kind) => {
  expect(await takenOver(kind, "held")).toContain("already in a stack and cannot be imported");
});
