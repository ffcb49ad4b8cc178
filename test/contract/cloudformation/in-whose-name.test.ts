import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf, endedStack, template } from "./support.ts";

/*
 * A template's function works as its role, so that making it, giving it the role and calling it are
 * decided on whoever deploys, as on AWS.
 */

const OWN = "000000000000";
const OTHER = "111111111111";
const OTHER_ROOT: Key = { accessKeyId: "AKIAOTHEROTHEROTHER1", secretAccessKey: "x".repeat(40) };
const ENDPOINT_TOKEN = `arn:aws:lambda:us-east-1:${OWN}:function:maker`;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    stackAnswerMs: 20_000,
    accounts: [
      {
        id: OTHER,
        rootAccessKeyId: OTHER_ROOT.accessKeyId,
        rootSecretAccessKey: OTHER_ROOT.secretAccessKey,
      },
    ],
    customResources: { [ENDPOINT_TOKEN]: "http://127.0.0.1:9/" },
  });
  for (const key of [ROOT, OTHER_ROOT]) await makeAdmin(key);
});
afterAll(() => server.close());

const document = (...Statement: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string | readonly string[], Resource = "*") => ({
  ...{ Effect: "Allow", Action, Resource },
});
const TRUST = {
  ...{ Effect: "Allow", Action: "sts:AssumeRole" },
  Principal: { Service: "lambda.amazonaws.com" },
};

/** A role for functions that may do everything in its account. */
async function makeAdmin(key: Key): Promise<void> {
  const { iam } = server.clients(key);
  const AssumeRolePolicyDocument = document(TRUST);
  await iam.send(new CreateRoleCommand({ RoleName: "admin", AssumeRolePolicyDocument }));
  const policy = { PolicyName: "all", PolicyDocument: document(allow("*")) };
  await iam.send(new PutRolePolicyCommand({ RoleName: "admin", ...policy }));
}

const admin = (account: string) => `arn:aws:iam::${account}:role/admin`;

let users = 0;

async function userWith(...statements: readonly object[]): Promise<Key> {
  const { iam } = server.clients();
  const UserName = `deployer-${++users}`;
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = document(...statements);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "may", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  return { accessKeyId, secretAccessKey };
}

function sdkCall(UserName: string, more: object = {}) {
  const call = { service: "IAM", action: "createUser", parameters: { UserName } };
  return JSON.stringify({ ...call, physicalResourceId: { id: UserName }, ...more });
}

const Handler = (Role: unknown) => ({
  Type: "AWS::Lambda::Function",
  Properties: { Code: { S3Bucket: "assets", S3Key: "0.zip" }, Role, Handler: "index.handler" },
});
const call = (ServiceToken: unknown, Create: string) => ({
  Type: "Custom::AWS",
  Properties: { ServiceToken, Create },
});
const HANDLER_ARN = { "Fn::GetAtt": ["Handler", "Arn"] };

/** A function with the role, and a call by it that makes a user. */
function makesUser(Role: unknown, userName: string) {
  return { Handler: Handler(Role), Call: call(HANDLER_ARN, sdkCall(userName)) };
}

async function deployed(key: Key, StackName: string, resources: object, region = "us-east-1") {
  const client = cloudFormationOf(server, key, region);
  await client.send(new CreateStackCommand({ StackName, TemplateBody: template(resources) }));
  return (await endedStack(cloudFormationOf(server, ROOT, region), StackName)).StackStatus;
}

async function reasons(StackName: string, region = "us-east-1"): Promise<string> {
  const command = new DescribeStackEventsCommand({ StackName });
  const { StackEvents = [] } = await cloudFormationOf(server, ROOT, region).send(command);
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"))
    .map((each) => `${each.LogicalResourceId} ${each.ResourceStatusReason}`)
    .join("\n");
}

async function userNames(key = ROOT): Promise<readonly (string | undefined)[]> {
  const { Users = [] } = await server.clients(key).iam.send(new ListUsersCommand({}));
  return Users.map(({ UserName }) => UserName);
}

const DENY = { Effect: "Deny", Action: ["lambda:*", "iam:*"], Resource: "*" };

test.each<[string, readonly object[], string, string]>([
  ["nothing but cloudformation:*", [], OWN, "lambda:CreateFunction"],
  ["an explicit Deny", [allow("*"), DENY], OWN, "lambda:CreateFunction"],
  ["functions, but no role to pass", [allow("lambda:*")], OWN, "iam:PassRole"],
  [
    "a role for another service to pass",
    [
      allow("lambda:*"),
      {
        ...allow("iam:PassRole"),
        Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
      },
    ],
    OWN,
    "iam:PassRole",
  ],
  [
    "all but calls of functions",
    [allow("*"), { Effect: "Deny", Action: "lambda:InvokeFunction", Resource: "*" }],
    OWN,
    "lambda:InvokeFunction",
  ],
  ["another account's role", [allow("*")], OTHER, "Cross-account pass role is not allowed."],
  ["another account's, by nothing but cloudformation:*", [], OTHER, ""],
])("a template's function makes no user for a caller with %s", async (what, may, account, said) => {
  const key = await userWith(allow("cloudformation:*"), ...may);
  const name = what.replaceAll(/\W+/g, "-");
  const StackName = `stack-${name}`;
  expect(await deployed(key, StackName, makesUser(admin(account), name))).toBe("ROLLBACK_COMPLETE");
  expect(await reasons(StackName)).toContain(said);
  expect(await userNames()).not.toContain(name);
  expect(await userNames(OTHER_ROOT)).not.toContain(name);
});

test("the refusal is the handler's, and says which policy is missing", async () => {
  const key = await userWith(allow("cloudformation:*"));
  await deployed(key, "worded", makesUser(admin(OWN), "worded"));
  const id = "[\\w-]+";
  const user = "arn:aws:iam::000000000000:user/deployer-\\d+";
  const handler = `arn:aws:lambda:us-east-1:000000000000:function:worded-Handler-${id}`;
  expect(await reasons("worded")).toMatch(
    new RegExp(
      `^Handler Resource handler returned message: "User: ${user} is not authorized to perform: ` +
        `lambda:CreateFunction on resource: ${handler} because no identity-based policy allows ` +
        "the lambda:CreateFunction action \\(Service: Lambda, Status Code: 403, " +
        `Request ID: ${id}\\)" ` +
        `\\(RequestToken: ${id}, HandlerErrorCode: AccessDenied\\)$`,
      "m",
    ),
  );
});

test("who may do all that is needed deploys, changes and deletes", async () => {
  const needed = [
    allow("cloudformation:*"),
    allow(
      ["lambda:CreateFunction", "lambda:GetFunction", "lambda:UpdateFunctionConfiguration"],
      `arn:aws:lambda:us-east-1:${OWN}:function:whole-*`,
    ),
    allow(
      ["lambda:InvokeFunction", "lambda:DeleteFunction"],
      `arn:aws:lambda:us-east-1:${OWN}:function:whole-*`,
    ),
    {
      ...allow("iam:PassRole", admin(OWN)),
      Condition: {
        StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" },
        "ForAnyValue:StringEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" },
      },
    },
  ];
  const key = await userWith(...needed);
  const resources = makesUser(admin(OWN), "whole");
  const status = await deployed(key, "whole", resources);
  expect([status, await reasons("whole")]).toEqual(["CREATE_COMPLETE", ""]);
  expect(await userNames()).toContain("whole");
  const client = cloudFormationOf(server, key);
  resources.Handler.Properties.Handler = "index.other";
  const TemplateBody = template(resources);
  await client.send(new UpdateStackCommand({ StackName: "whole", TemplateBody }));
  expect((await endedStack(client, "whole")).StackStatus).toBe("UPDATE_COMPLETE");
  const { StackId } = await endedStack(client, "whole");
  await client.send(new DeleteStackCommand({ StackName: "whole" }));
  expect((await endedStack(client, StackId ?? "")).StackStatus).toBe("DELETE_COMPLETE");
});

test("changing and deleting a function are decided on whoever does it", async () => {
  const resources = makesUser(admin(OWN), "made-by-root");
  await deployed(ROOT, "roots", resources);
  const key = await userWith(allow("cloudformation:*"), allow("lambda:InvokeFunction"));
  const client = cloudFormationOf(server, key);
  resources.Handler.Properties.Handler = "index.other";
  const TemplateBody = template(resources);
  await client.send(new UpdateStackCommand({ StackName: "roots", TemplateBody }));
  expect((await endedStack(client, "roots")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await reasons("roots")).toContain("perform: lambda:UpdateFunctionConfiguration on");
  await client.send(new DeleteStackCommand({ StackName: "roots" }));
  expect((await endedStack(client, "roots")).StackStatus).toBe("DELETE_FAILED");
  expect(await reasons("roots")).toContain("is not authorized to perform: lambda:DeleteFunction");
});

test("a role that isn't there or doesn't trust Lambda is refused", async () => {
  const { iam } = server.clients();
  const AssumeRolePolicyDocument = document({
    ...{ ...TRUST, Principal: { Service: "ec2.amazonaws.com" } },
  });
  await iam.send(new CreateRoleCommand({ RoleName: "machines", AssumeRolePolicyDocument }));
  for (const name of ["machines", "nobody"]) {
    const role = `arn:aws:iam::${OWN}:role/${name}`;
    expect(await deployed(ROOT, `of-${name}`, makesUser(role, name))).toBe("ROLLBACK_COMPLETE");
    expect(await reasons(`of-${name}`)).toContain(
      "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status",
    );
  }
  expect(await deployed(ROOT, "of-text", makesUser("admin", "text"))).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("of-text")).toContain("Value 'admin' at 'role' failed to satisfy");
});

test("a function works in a stack whose rows are sealed for its hidden parameter", async () => {
  const resources = makesUser(admin(OWN), "hidden");
  const Environment = { Variables: { SECRET: { Ref: "Secret" } } };
  const Handler = { ...resources.Handler };
  const Properties = { ...Handler.Properties, Environment };
  const TemplateBody = template(
    { ...resources, Handler: { ...Handler, Properties } },
    { Parameters: { Secret: { Type: "String", NoEcho: true } } },
  );
  const Parameters = [{ ParameterKey: "Secret", ParameterValue: "not-to-be-shown" }];
  const client = cloudFormationOf(server);
  await client.send(new CreateStackCommand({ StackName: "hidden", TemplateBody, Parameters }));
  expect((await endedStack(client, "hidden")).StackStatus).toBe("CREATE_COMPLETE");
  expect(await userNames()).toContain("hidden");
});

/** The ARN of a function that the root user of an account deployed. */
async function functionOf(key: Key, StackName: string, account: string, region = "us-east-1") {
  const client = cloudFormationOf(server, key, region);
  const Outputs = { Arn: { Value: HANDLER_ARN } };
  const resources = makesUser(admin(account), `${StackName}-${region}`);
  const TemplateBody = template(resources, { Outputs });
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  return (await endedStack(client, StackName)).Outputs?.[0]?.OutputValue ?? "";
}

test("another stack's function works for whoever may invoke it, in its Region", async () => {
  const token = await functionOf(ROOT, "provider", OWN);
  const asked = (name: string) => ({ Call: call(token, sdkCall(name)) });
  const stranger = await userWith(allow("cloudformation:*"));
  expect(await deployed(stranger, "stranger", asked("by-stranger"))).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("stranger")).toContain(
    "is not authorized to perform: lambda:InvokeFunction",
  );
  const invoker = await userWith(allow("cloudformation:*"), allow("lambda:InvokeFunction", token));
  expect(await deployed(invoker, "invoker", asked("by-invoker"))).toBe("CREATE_COMPLETE");
  expect(await userNames()).toContain("by-invoker");
  expect(await userNames()).not.toContain("by-stranger");

  const far = await functionOf(ROOT, "far", OWN, "eu-west-1");
  const call2 = { Call: call(far, sdkCall("by-far")) };
  expect(await deployed(ROOT, "far-away", call2)).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("far-away")).toContain("must be of the stack's account and Region");
  const theirs = await functionOf(OTHER_ROOT, "theirs", OTHER);
  expect(await deployed(ROOT, "thieves", { Call: call(theirs, sdkCall("stolen")) })).toBe(
    "ROLLBACK_COMPLETE",
  );
  expect(await reasons("thieves")).toContain("is not authorized to perform: lambda:InvokeFunction");
  expect([...(await userNames()), ...(await userNames(OTHER_ROOT))]).not.toContain("stolen");
});

/** Deploys a function that its stack keeps; resolves to its ARN. */
async function keptFunction(StackName: string): Promise<string> {
  const { iam } = server.clients();
  const AssumeRolePolicyDocument = document(TRUST);
  await iam.send(new CreateRoleCommand({ RoleName: StackName, AssumeRolePolicyDocument }));
  const policy = { PolicyName: "users", PolicyDocument: document(allow("iam:CreateUser")) };
  await iam.send(new PutRolePolicyCommand({ RoleName: StackName, ...policy }));
  const resources = makesUser(`arn:aws:iam::${OWN}:role/${StackName}`, StackName);
  const kept = { ...resources, Handler: { ...resources.Handler, DeletionPolicy: "Retain" } };
  const TemplateBody = template(kept, { Outputs: { Arn: { Value: HANDLER_ARN } } });
  const client = cloudFormationOf(server);
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  return (await endedStack(client, StackName)).Outputs?.[0]?.OutputValue ?? "";
}

test("a function that its deleted stack kept works for whoever may invoke it", async () => {
  const token = await keptFunction("keeper");
  const client = cloudFormationOf(server);
  const { StackId: id = "" } = await endedStack(client, "keeper");
  await client.send(new DeleteStackCommand({ StackName: "keeper" }));
  expect((await endedStack(client, id)).StackStatus).toBe("DELETE_COMPLETE");
  const asked = (name: string) => ({ Call: call(token, sdkCall(name)) });
  const invoker = await userWith(allow("cloudformation:*"), allow("lambda:InvokeFunction", token));
  const stranger = await userWith(allow("cloudformation:*"));
  expect(await deployed(invoker, "of-kept", asked("by-kept"))).toBe("CREATE_COMPLETE");
  expect(await userNames()).toContain("by-kept");
  expect(await deployed(stranger, "no-kept", asked("not-by-kept"))).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("no-kept")).toContain("not authorized to perform: lambda:InvokeFunction");
  // Its role still decides what it may do.
  const { iam } = server.clients();
  const role = { RoleName: "keeper", PolicyName: "users" };
  await iam.send(new DeleteRolePolicyCommand(role));
  expect(await deployed(invoker, "no-longer", asked("no-longer"))).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("no-longer")).toContain("is not authorized to perform: iam:CreateUser");
});

test("a function that an update took out of its stack is unknown, kept or not", async () => {
  const token = await keptFunction("dropper");
  const TemplateBody = template({ Bucket: { Type: "AWS::S3::Bucket" } });
  const client = cloudFormationOf(server);
  await client.send(new UpdateStackCommand({ StackName: "dropper", TemplateBody }));
  expect((await endedStack(client, "dropper")).StackStatus).toBe("UPDATE_COMPLETE");
  const asked = { Call: call(token, sdkCall("by-dropped")) };
  expect(await deployed(ROOT, "of-dropped", asked)).toBe("ROLLBACK_COMPLETE");
  expect(await reasons("of-dropped")).toContain(`Function not found: ${token}`);
});

test("an endpoint is asked for its token's account alone, by whoever may invoke it", async () => {
  const Made = { Type: "Custom::Maker", Properties: { ServiceToken: ENDPOINT_TOKEN } };
  const stranger = await userWith(allow("cloudformation:*"));
  await deployed(stranger, "unasked", { Made });
  expect(await reasons("unasked")).toContain("is not authorized to perform: lambda:InvokeFunction");
  const client = cloudFormationOf(server, OTHER_ROOT);
  const TemplateBody = template({ Made });
  await client.send(new CreateStackCommand({ StackName: "unowned", TemplateBody }));
  await endedStack(client, "unowned");
  const command = new DescribeStackEventsCommand({ StackName: "unowned" });
  const { StackEvents } = await client.send(command);
  expect(JSON.stringify(StackEvents)).toContain("not authorized to perform: lambda:InvokeFunction");
  expect(JSON.stringify(StackEvents)).not.toContain("Failed to call the endpoint");
});
