import * as cloudformation from "@aws-sdk/client-cloudformation";
import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { kmsOf } from "../kms/support.ts";
import { ssmOf } from "../ssm/support.ts";
import {
  channel,
  cloudFormationOf,
  endedStack,
  outcomeOf,
  role,
  stackOf,
  template,
} from "./support.ts";

/*
 * Source: CloudFormation user guide, "Get a secure string value from Systems Manager Parameter
 * Store": the literal reference is kept, shown and compared; few properties take one.
 */

const FIRST = "First-password-7f3a";
const SECOND = "Second-password-7f3a";
const NAME = "/sign-in/password";
const reference = (version?: number) =>
  `{{resolve:ssm-secure:${NAME}${version === undefined ? "" : `:${version}`}}}`;

let server: TestServer;
let client: cloudformation.CloudFormationClient;

beforeAll(async () => {
  server = await startTestServer();
  client = cloudFormationOf(server);
  const ssm = ssmOf(server);
  for (const Value of [FIRST, SECOND])
    await ssm.putParameter({ Name: NAME, Value, Type: "SecureString", Overwrite: true });
});
afterAll(() => server?.close());

const user = (UserName: string, Password: unknown, rest: object = {}) => ({
  Type: "AWS::IAM::User",
  Properties: { UserName, LoginProfile: { Password }, ...rest },
});
const create = (StackName: string, TemplateBody: string, who = client) =>
  who.send(
    new cloudformation.CreateStackCommand({
      ...{ StackName, TemplateBody },
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
const update = (StackName: string, TemplateBody: string) =>
  client.send(
    new cloudformation.UpdateStackCommand({
      ...{ StackName, TemplateBody },
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
const statusOf = async (name: string) => (await endedStack(client, name)).StackStatus;

/** Whether it is the user's password, which is another one afterwards. */
async function takesPassword(UserName: string, OldPassword: string): Promise<boolean> {
  const { iam } = server.clients();
  const PolicyDocument = policyOf([allow("iam:ChangePassword")]);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
  const own = server.clients({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }).iam;
  const change = new ChangePasswordCommand({ OldPassword, NewPassword: `${OldPassword}!` });
  const outcome = await outcomeOf(own.send(change));
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  return outcome === "done";
}

/** Everything that CloudFormation answers about a stack. */
async function answersOf(StackName: string): Promise<string> {
  const named = { StackName };
  const answers: unknown[] = [];
  const { Id: ChangeSetName } = await client.send(
    new cloudformation.CreateChangeSetCommand({
      ...{ ...named, ChangeSetName: "look", UsePreviousTemplate: true },
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      Tags: [{ Key: "looked", Value: "at" }],
    }),
  );
  const { StackDriftDetectionId = "" } = await client.send(
    new cloudformation.DetectStackDriftCommand(named),
  );
  const { StackId = "" } = await stackOf(client, StackName);
  for (const command of [
    new cloudformation.DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
    new cloudformation.DescribeStacksCommand(named),
    new cloudformation.ListStacksCommand({}),
    new cloudformation.DescribeStackEventsCommand(named),
    new cloudformation.DescribeEventsCommand(named),
    new cloudformation.DescribeStackResourcesCommand(named),
    new cloudformation.ListStackResourcesCommand(named),
    new cloudformation.DescribeStackResourceCommand({ ...named, LogicalResourceId: "SignsIn" }),
    new cloudformation.DescribeStackResourceDriftsCommand(named),
    new cloudformation.GetTemplateCommand({ ...named, TemplateStage: "Processed" }),
    new cloudformation.GetTemplateSummaryCommand(named),
    new cloudformation.DescribeChangeSetCommand({
      ...{ ChangeSetName, StackName: StackId, IncludePropertyValues: true },
    }),
  ])
    answers.push(await client.send(command as never));
  return JSON.stringify(answers);
}

test("answers have the reference, and the password is the value", async () => {
  const body = template({ SignsIn: user("signs-in", reference()) });
  await create("shown", body);
  expect(await statusOf("shown")).toBe("CREATE_COMPLETE");
  const answers = await answersOf("shown");
  expect(answers).toContain(reference());
  expect(answers).not.toContain(FIRST);
  expect(answers).not.toContain(SECOND);
  const { StackEvents = [] } = await client.send(
    new cloudformation.DescribeStackEventsCommand({ StackName: "shown" }),
  );
  const made = StackEvents.find(({ LogicalResourceId }) => LogicalResourceId === "SignsIn");
  expect(JSON.parse(made?.ResourceProperties ?? "{}")).toMatchObject({
    LoginProfile: { Password: reference() },
  });
  expect(await takesPassword("signs-in", SECOND)).toBe(true);
});

test("a new value under the same reference changes nothing; a new reference does", async () => {
  const body = (version: number, rest?: object) =>
    template({ SignsIn: user("versioned", reference(version), rest) });
  await create("versioned", body(1));
  expect(await statusOf("versioned")).toBe("CREATE_COMPLETE");
  expect(await takesPassword("versioned", FIRST)).toBe(true);
  await update("versioned", body(1, { Path: "/moved/" }));
  expect(await statusOf("versioned")).toBe("UPDATE_COMPLETE");
  // The password that was changed beside the stack is still there.
  expect(await takesPassword("versioned", `${FIRST}!`)).toBe(true);
  expect(await outcomeOf(update("versioned", body(1, { Path: "/moved/" })))).toBe(
    "ValidationError: No updates are to be performed.",
  );
  await update("versioned", body(2, { Path: "/moved/" }));
  expect(await statusOf("versioned")).toBe("UPDATE_COMPLETE");
  expect(await takesPassword("versioned", SECOND)).toBe(true);
});

test("a rollback puts the earlier reference's value in force again", async () => {
  const body = (version: number, rest: object = {}) =>
    template({ SignsIn: user("back", reference(version)), ...rest });
  await create("back", body(1));
  expect(await statusOf("back")).toBe("CREATE_COMPLETE");
  const Fails = { ...role({ RoleName: "bad name" }), DependsOn: "SignsIn" };
  await update("back", body(2, { Fails }));
  expect(await statusOf("back")).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await takesPassword("back", FIRST)).toBe(true);
});

test("a version that isn't there fails the resource, by the reference's name", async () => {
  await create("absent", template({ SignsIn: user("absent", reference(9)) }));
  expect(await statusOf("absent")).toBe("ROLLBACK_COMPLETE");
  const { StackEvents = [] } = await client.send(
    new cloudformation.DescribeStackEventsCommand({ StackName: "absent" }),
  );
  expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContain(
    `Parameters: [ssm-secure:${NAME}:9] cannot be found.`,
  );
});

describe("a reference to a secure string is refused", () => {
  const parameter = (Value: unknown) => ({
    Type: "AWS::SSM::Parameter",
    Properties: { Type: "String", Value },
  });
  const nested = {
    Type: "AWS::CloudFormation::Stack",
    Properties: { TemplateURL: "https://x/y", Parameters: { P: reference() } },
  };
  test.each<[what: string, body: string, where: string]>([
    ["in a channel's name", template({ A: channel({ Name: reference() }) }), "IVS::Channel/Name"],
    ["within a text", template({ A: parameter(`a ${reference(2)} b`) }), "SSM::Parameter/Value"],
    [
      "that functions make",
      template({ A: parameter({ "Fn::Join": ["", [reference(), { Ref: "AWS::Region" }]] }) }),
      "SSM::Parameter/Value",
    ],
    [
      "that comes from a parameter",
      template(
        { A: parameter({ Ref: "P" }) },
        { Parameters: { P: { Type: "String", Default: reference() } } },
      ),
      "SSM::Parameter/Value",
    ],
    [
      "in a list, by the list's name",
      template({ A: channel({ Tags: [{ Key: "a", Value: reference() }] }) }),
      "IVS::Channel/Tags",
    ],
    [
      "in a user's name",
      template({ A: { Type: "AWS::IAM::User", Properties: { UserName: reference() } } }),
      "IAM::User/UserName",
    ],
    [
      "in a nested stack's parameters",
      template({ A: nested }),
      "CloudFormation::Stack/Parameters/P",
    ],
    [
      "twice",
      template({ A: parameter(reference()), B: channel({ Name: reference() }) }),
      "SSM::Parameter/Value,IVS::Channel/Name",
    ],
  ])("%s", async (what, TemplateBody, where) => {
    const places = where
      .split(",")
      .map((each) => `AWS::${each.replace("/", "/Properties/")}`)
      .join(",");
    const message = `SSM Secure reference is not supported in: [${places}]`;
    const name = `refused-${what.replace(/[^a-z]+/g, "-")}`;
    expect(await outcomeOf(create(name, TemplateBody))).toBe(`ValidationError: ${message}`);
    await client.send(
      new cloudformation.CreateChangeSetCommand({
        ...{ StackName: name, ChangeSetName: "c", ChangeSetType: "CREATE", TemplateBody },
        Capabilities: ["CAPABILITY_NAMED_IAM"],
      }),
    );
    const changeSet = await client.send(
      new cloudformation.DescribeChangeSetCommand({ StackName: name, ChangeSetName: "c" }),
    );
    expect([changeSet.Status, changeSet.StatusReason]).toEqual(["FAILED", message]);
  });
});

test.each([
  ["with a label", "{{resolve:ssm:/plain:prod}}"],
  ["with two versions", "{{resolve:ssm:/plain:1:2}}"],
  ["with spaces", "{{resolve:ssm: /plain }}"],
  ["to an ARN", "{{resolve:ssm:arn:aws:ssm:us-east-1:000000000000:parameter/plain}}"],
  ["to a secure string's label", "{{resolve:ssm-secure:/plain:prod}}"],
])("a reference %s is refused before anything is done", async (what, written) => {
  const TemplateBody = template({ A: channel({ Name: { "Fn::Sub": `a-${written}` } }) });
  expect(await outcomeOf(create(`malformed-${what.replace(/\W+/g, "-")}`, TemplateBody))).toBe(
    `ValidationError: Incorrect format is used in the following SSM reference: [${written}]`,
  );
});

test("the deployer needs the parameter, and KMS's key", async () => {
  const { iam } = server.clients();
  const { KeyMetadata } = await kmsOf(server).send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn ?? "";
  const Name = "/own/password";
  await ssmOf(server).putParameter({ Name, Value: FIRST, Type: "SecureString", KeyId });
  const parameter = `arn:aws:ssm:us-east-1:000000000000:parameter${Name}`;
  const base = allow(["cloudformation:*", "iam:*"]);
  const read = allow(["ssm:GetParameter", "ssm:GetParameters"], parameter);
  const deployers: Readonly<Record<string, Key>> = {
    neither: await createUser(iam, "neither", [base]),
    parameter: await createUser(iam, "parameter", [base, read]),
    both: await createUser(iam, "both", [base, read, allow("kms:Decrypt", KeyId)]),
  };
  const statuses: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(deployers)) {
    const body = template({ SignsIn: user(`of-${name}`, `{{resolve:ssm-secure:${Name}}}`) });
    await create(`of-${name}`, body, cloudFormationOf(server, key));
    statuses[name] = await until(() => statusOf(`of-${name}`), name);
  }
  expect(statuses).toEqual({
    neither: "ROLLBACK_COMPLETE",
    parameter: "ROLLBACK_COMPLETE",
    both: "CREATE_COMPLETE",
  });
});
