import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf, endedStack, outcomeOf, role, TRUST, template } from "./support.ts";

/*
 * A resource is one stack's, a handle's signals are its account's, and what a template is expanded
 * to counts as what it declares.
 */

const OTHER: Key = { accessKeyId: "AKIAOTHEROTHEROTHER1", secretAccessKey: "x".repeat(40) };
const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const RETAIN = { DeletionPolicy: "Retain" };

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = OTHER;
  server = await startTestServer({
    stackAnswerMs: 20_000,
    accounts: [{ id: "111111111111", rootAccessKeyId, rootSecretAccessKey }],
  });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

async function made(StackName: string, resources: object, by = client) {
  const TemplateBody = template(resources);
  await by.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  return (await endedStack(by, StackName)).StackStatus;
}

async function failures(StackName: string, by = client): Promise<string> {
  const { StackEvents = [] } = await by.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"))
    .map((each) => `${each.LogicalResourceId} ${each.ResourceStatusReason}`)
    .join("\n");
}

function importing(
  StackName: string,
  resources: Readonly<Record<string, { readonly Type: string }>>,
  identifier: Record<string, string>,
  by = client,
) {
  const ResourcesToImport = Object.entries(resources).map(([LogicalResourceId, { Type }]) => ({
    ...{ LogicalResourceId, ResourceType: Type, ResourceIdentifier: identifier },
  }));
  const TemplateBody = template(resources);
  const input = { StackName, ChangeSetName: "import", TemplateBody, Capabilities };
  return by.send(
    new CreateChangeSetCommand({ ...input, ResourcesToImport, ChangeSetType: "IMPORT" }),
  );
}

async function makeRole(RoleName: string): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await server.clients().iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
}

const TAKEN =
  "ValidationError: Resources [Mine] passed in ResourceToImport are already in a stack and " +
  "cannot be imported.";

test.each<[string, { readonly Type: string }, Record<string, string>]>([
  ["role", role({ RoleName: "owned" }, RETAIN), { RoleName: "owned" }],
  ["bucket", bucket("owned-bucket"), { BucketName: "owned-bucket" }],
  ["parameter", parameter("/owned"), { Name: "/owned" }],
])("a %s that is a stack's can't be imported into another one", async (what, resource, id) => {
  expect(await made(`owner-${what}`, { Theirs: resource })).toBe("CREATE_COMPLETE");
  const taking = importing(`taker-${what}`, { Mine: resource }, id);
  expect(await outcomeOf(taking)).toBe(TAKEN);
  const far = cloudFormationOf(server, ROOT, "eu-west-1");
  const elsewhere = await outcomeOf(importing(`far-${what}`, { Mine: resource }, id, far));
  // A parameter of the same name in another Region is another one.
  expect(elsewhere).toBe(what === "parameter" ? "done" : TAKEN);
});

function bucket(BucketName: string) {
  return { Type: "AWS::S3::Bucket", Properties: { BucketName }, ...RETAIN };
}

function parameter(Name: string) {
  return {
    Type: "AWS::SSM::Parameter",
    Properties: { Name, Value: "v", Type: "String" },
    ...RETAIN,
  };
}

test("what has become another stack's meanwhile isn't imported", async () => {
  await makeRole("contested");
  const Mine = role({ RoleName: "contested" }, RETAIN);
  const id = { RoleName: "contested" };
  for (const StackName of ["first", "second"]) await importing(StackName, { Mine }, id);
  for (const StackName of ["first", "second"]) {
    await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "import" }));
    await endedStack(client, StackName);
  }
  expect((await endedStack(client, "first")).StackStatus).toBe("IMPORT_COMPLETE");
  expect((await endedStack(client, "second")).StackStatus).toMatch(/ROLLBACK_COMPLETE$/);
  expect(await failures("second")).toContain(
    "Mine Resource Mine is already in a stack and cannot be imported.",
  );
});

test("importing what is there leaves out what is another stack's", async () => {
  await made("keeper", { Theirs: role({ RoleName: "kept" }, RETAIN) });
  await makeRole("free");
  const resources = {
    Mine: role({ RoleName: "kept" }, RETAIN),
    Free: role({ RoleName: "free" }, RETAIN),
  };
  const names = { StackName: "grasping", ChangeSetName: "all" };
  const given = { ...names, Capabilities, TemplateBody: template(resources) };
  await client.send(
    new CreateChangeSetCommand({
      ...given,
      ChangeSetType: "CREATE",
      ImportExistingResources: true,
    }),
  );
  const { Changes = [], Status } = await client.send(new DescribeChangeSetCommand(names));
  expect(
    Changes.map(({ ResourceChange: each }) => `${each?.LogicalResourceId} ${each?.Action}`).sort(),
  ).toEqual(["Free Import", "Mine Add"]);
  // The name is taken.
  expect(Status).toBe("FAILED");
});

test("an import names a resource by its identifier alone, and none of the engine's", async () => {
  await makeRole("plain");
  const Mine = role({ RoleName: "plain" }, RETAIN);
  const more = { RoleName: "plain", Arn: "arn:aws:iam::000000000000:role/other" };
  expect(await outcomeOf(importing("more", { Mine }, more))).toBe(
    "ValidationError: Resource identifiers of [Mine] must be [RoleName]",
  );
  const handle = { Mine: { Type: "AWS::CloudFormation::WaitConditionHandle", ...RETAIN } };
  expect(await outcomeOf(importing("own", handle, { Id: "http://x" }))).toBe(
    "ValidationError: ResourceTypes [AWS::CloudFormation::WaitConditionHandle] are not supported " +
      "for Import",
  );
});

test("a wait condition waits for its account's handles alone, by their whole address", async () => {
  const Handle = { Type: "AWS::CloudFormation::WaitConditionHandle" };
  await made("signalled", { Handle });
  const { StackResourceDetail } = await client.send(
    new DescribeStackResourceCommand({ StackName: "signalled", LogicalResourceId: "Handle" }),
  );
  const url = StackResourceDetail?.PhysicalResourceId ?? "";
  const body = JSON.stringify({ Status: "SUCCESS", UniqueId: "1", Data: "secret" });
  expect((await fetch(url, { method: "PUT", body })).status).toBe(200);
  const waits = (address: string) => ({
    Condition: {
      Type: "AWS::CloudFormation::WaitCondition",
      Properties: { Handle: address, Timeout: "1", Count: 1 },
    },
  });
  const front = url.slice(0, url.lastIndexOf("/") + 1);
  for (const [index, address] of [front, `${front}${"x".repeat(40)}`, `${url}x`].entries()) {
    expect(await made(`guess-${index}`, waits(address))).toBe("ROLLBACK_COMPLETE");
    expect(await failures(`guess-${index}`)).toContain("Invalid wait condition handle");
  }
  const stranger = cloudFormationOf(server, OTHER);
  expect(await made("stranger", waits(url), stranger)).toBe("ROLLBACK_COMPLETE");
  expect(await failures("stranger", stranger)).toContain("Invalid wait condition handle");
  const far = cloudFormationOf(server, ROOT, "eu-west-1");
  expect(await made("far", waits(url), far)).toBe("ROLLBACK_COMPLETE");
  expect(await made("neighbour", waits(url))).toBe("CREATE_COMPLETE");
});

test("capabilities are asked for what a template is expanded to", async () => {
  const looped = (properties: object) =>
    JSON.stringify({
      Transform: "AWS::LanguageExtensions",
      Resources: { "Fn::ForEach::Roles": ["Name", ["a"], { "Role${Name}": role(properties) }] },
    });
  const asked = (TemplateBody: string, ...given: string[]) => {
    const Capabilities = ["CAPABILITY_AUTO_EXPAND", ...given] as never[];
    const StackName = "expanded";
    return outcomeOf(
      client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities })),
    );
  };
  const missing = (name: string) =>
    `InsufficientCapabilitiesException: Requires capabilities : [${name}]`;
  expect(await asked(looped({}))).toBe(missing("CAPABILITY_IAM"));
  expect(await asked(looped({ RoleName: "looped" }), "CAPABILITY_IAM")).toBe(
    missing("CAPABILITY_NAMED_IAM"),
  );
  const names = { StackName: "expanded-set", ChangeSetName: "one" };
  const change = { ...names, TemplateBody: looped({}), ChangeSetType: "CREATE" as const };
  const Capabilities = ["CAPABILITY_AUTO_EXPAND" as const];
  await client.send(new CreateChangeSetCommand({ ...change, Capabilities }));
  const { Status, StatusReason } = await client.send(new DescribeChangeSetCommand(names));
  expect([Status, StatusReason]).toEqual(["FAILED", "Requires capabilities : [CAPABILITY_IAM]"]);
  expect(await asked(looped({}), "CAPABILITY_IAM")).toBe("done");
  await endedStack(client, "expanded");
  const update = {
    StackName: "expanded",
    TemplateBody: looped({ Description: "x" }),
    Capabilities,
  };
  expect(await outcomeOf(client.send(new UpdateStackCommand(update)))).toBe(
    missing("CAPABILITY_IAM"),
  );
});

test("whoever may not look at a resource isn't told that it isn't there", async () => {
  await makeRole("unseen");
  const may = allow(["cloudformation:*", "iam:CreateRole"]);
  const blind = cloudFormationOf(server, await createUser(server.clients().iam, "blind", [may]));
  const set = (StackName: string, by: typeof client) =>
    by.send(
      new CreateChangeSetCommand({
        ...{ StackName, ChangeSetName: "c", ChangeSetType: "CREATE", Capabilities },
        ...{ ImportExistingResources: true, DisableValidation: true },
        TemplateBody: template({ Mine: role({ RoleName: "unseen" }, RETAIN) }),
      }),
    );
  expect(await outcomeOf(set("unseen-by-blind", blind))).toMatch(
    /^AccessDenied: .*user\/blind is not authorized to perform: iam:GetRole/,
  );
  expect(await outcomeOf(set("seen", client))).toBe("done");
});
