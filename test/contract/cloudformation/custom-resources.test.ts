import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
} from "@aws-sdk/client-iam";
import {
  GetBucketNotificationConfigurationCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { ssmOf } from "../ssm/support.ts";
import { cloudFormationOf, endedStack, outcomeOf, role, stackOf, template } from "./support.ts";

/*
 * The custom resources that the CDK makes for our services, as it synthesises them: a role, a
 * function that has it, and a resource whose service token is the function.
 */
let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const LAMBDA = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

/** The provider, whose role may do these actions, and a bucket with a resource of the type. */
function provided(Type: string, actions: readonly string[], properties: object, tagged = true) {
  const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
  const PolicyDocument = { Version: "2012-10-17", Statement };
  const Policies = actions.length > 0 ? [{ PolicyName: "Inline", PolicyDocument }] : [];
  const Tags = [{ Key: "aws-cdk:auto-delete-objects", Value: "true" }];
  return {
    Bucket: { Type: "AWS::S3::Bucket", Properties: tagged ? { Tags } : {} },
    Role: role({ AssumeRolePolicyDocument: LAMBDA, Policies }),
    Handler: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "0.zip" },
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Timeout: 900,
        MemorySize: 128,
      },
    },
    Custom: {
      Type,
      Properties: { ServiceToken: { "Fn::GetAtt": ["Handler", "Arn"] }, ...properties },
    },
  };
}

const OF_BUCKET = { BucketName: { Ref: "Bucket" } };
const BUCKET = { Outputs: { Bucket: { Value: { Ref: "Bucket" } } } };
const EMPTIES = ["s3:GetBucket*", "s3:List*", "s3:DeleteObject*"];

async function made(StackName: string, TemplateBody: string) {
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  const { StackStatus, Outputs = [] } = await endedStack(client, StackName);
  return { StackStatus, value: Outputs[0]?.OutputValue ?? "" };
}

async function changed(StackName: string, TemplateBody: string): Promise<void> {
  await client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities }));
  await endedStack(client, StackName);
}

/** Deletes a stack and resolves to its last status. */
async function deleted(StackName: string): Promise<string | undefined> {
  const { StackId = "" } = await stackOf(client, StackName);
  await client.send(new DeleteStackCommand({ StackName }));
  return (await endedStack(client, StackId)).StackStatus;
}

async function failuresOf(StackName: string): Promise<readonly string[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED")).map(
    ({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId} ${ResourceStatusReason}`,
  );
}

/** Two versions, a delete marker's worth, in a bucket that keeps them. */
async function fill(Bucket: string) {
  const { s3 } = server.clients();
  const VersioningConfiguration = { Status: "Enabled" as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  for (const Body of ["one", "two"])
    await s3.send(new PutObjectCommand({ Bucket, Key: "film.ts", Body }));
}

test("a bucket is emptied with all its versions before it is deleted", async () => {
  const resources = provided("Custom::S3AutoDeleteObjects", EMPTIES, OF_BUCKET);
  const { StackStatus, value: Bucket } = await made("emptied", template(resources, BUCKET));
  expect(StackStatus).toBe("CREATE_COMPLETE");
  await fill(Bucket);
  expect(await deleted("emptied")).toBe("DELETE_COMPLETE");
  const gone = server.clients().s3.send(new HeadBucketCommand({ Bucket }));
  expect(await outcomeOf(gone)).toContain("NotFound");
});

test("the function's role decides, and a bucket without the tag isn't emptied", async () => {
  const type = "Custom::S3AutoDeleteObjects";
  const narrow = provided(type, ["s3:GetBucket*", "s3:List*"], OF_BUCKET);
  const denied = await made("denied", template(narrow, BUCKET));
  await fill(denied.value);
  expect(await deleted("denied")).toBe("DELETE_FAILED");
  expect(await failuresOf("denied")).toContainEqual(
    expect.stringMatching(
      /^Custom Received response status \[FAILED\] from custom resource\. Message returned: Acc/,
    ),
  );

  expect(await failuresOf("denied")).toContainEqual(
    expect.stringMatching(/\/denied-Handler-\w+ is not authorized to perform: s3:DeleteObjectV/),
  );

  const kept = await made("kept", template(provided(type, EMPTIES, OF_BUCKET, false), BUCKET));
  await fill(kept.value);
  await deleted("kept");
  expect(await failuresOf("kept")).toContainEqual(
    expect.stringContaining("The bucket you tried to delete is not empty"),
  );
});

test("a bucket's notifications are put, and refused without the permission", async () => {
  const type = "Custom::S3BucketNotifications";
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  const properties = { ...OF_BUCKET, NotificationConfiguration, Managed: true };
  const resources = provided(type, ["s3:PutBucketNotification"], properties);
  const { value: Bucket } = await made("notified", template(resources, BUCKET));
  const configuration = async () => {
    const command = new GetBucketNotificationConfigurationCommand({ Bucket });
    return (await server.clients().s3.send(command)).EventBridgeConfiguration;
  };
  expect(await configuration()).toEqual({});
  const off = provided(type, ["s3:PutBucketNotification"], {
    ...properties,
    NotificationConfiguration: {},
  });
  await changed("notified", template(off, BUCKET));
  expect(await configuration()).toBeUndefined();

  await made("silent", template(provided(type, [], properties), BUCKET));
  expect(await failuresOf("silent")).toContainEqual(
    expect.stringContaining("is not authorized to perform: s3:PutBucketNotification"),
  );
});

test("an OIDC provider is made, changes, and goes with its stack", async () => {
  const actions = ["iam:*OpenIDConnectProvider*"];
  const properties = {
    Url: "https://token.example.com",
    ClientIDList: ["sts.amazonaws.com"],
    ThumbprintList: ["a".repeat(40)],
    CodeHash: "0",
  };
  const type = "Custom::AWSCDKOpenIdConnectProvider";
  const resources = provided(type, actions, properties);
  const outputs = { Outputs: { Arn: { Value: { Ref: "Custom" } } } };
  const { value } = await made("oidc", template(resources, outputs));
  const listed = async () => {
    const { iam } = server.clients();
    const answer = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    return answer.OpenIDConnectProviderList;
  };
  expect(await listed()).toEqual([{ Arn: value }]);

  const others = { ...properties, ClientIDList: ["other"], ThumbprintList: ["b".repeat(40)] };
  await changed("oidc", template(provided(type, actions, others), outputs));
  const get = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: value });
  const { ClientIDList, ThumbprintList } = others;
  expect(await server.clients().iam.send(get)).toMatchObject({ ClientIDList, ThumbprintList });

  await deleted("oidc");
  expect(await listed()).toEqual([]);
});

test("other functions and other custom resources are refused by name", async () => {
  const { Handler, Role } = provided("Custom::S3AutoDeleteObjects", [], OF_BUCKET);
  const asked = (resources: object) => {
    const TemplateBody = template(resources);
    const command = new CreateStackCommand({ StackName: "refused", TemplateBody, Capabilities });
    return outcomeOf(client.send(command));
  };
  expect(await asked({ Handler, Role })).toMatch(
    /ValidationError: Rolecast runs no functions\..*\[Handler\]/,
  );
  expect(await asked(provided("Custom::CDKNothing", [], {}))).toContain(
    "Unrecognized resource types: [Custom::CDKNothing]",
  );
});

const VALUE = { Outputs: { Value: { Value: { "Fn::GetAtt": ["Custom", "Parameter.Value"] } } } };
const asked = (service: string, action: string, parameters: object, more: object = {}) =>
  JSON.stringify({ service, action, parameters, ...more });

test("a call of the SDK is made for each event, with the function's permissions", async () => {
  const ssm = ssmOf(server);
  const Name = "/custom/one";
  const put = (Value: string) =>
    asked(
      "SSM",
      "putParameter",
      { Name, Value, Type: "String", Overwrite: true },
      {
        physicalResourceId: { id: Name },
      },
    );
  const properties = (value: string) => ({
    Create: put(value),
    Update: put(value),
    Delete: asked("@aws-sdk/client-ssm", "DeleteParameterCommand", {
      Name: "PHYSICAL:RESOURCEID:",
    }),
    InstallLatestAwsSdk: false,
  });
  const resources = (value: string, actions = ["ssm:*"]) =>
    provided("Custom::AWS", actions, properties(value));
  const { StackStatus } = await made("called", template(resources("a")));
  expect([StackStatus, await failuresOf("called")]).toEqual(["CREATE_COMPLETE", []]);
  expect((await ssm.getParameter({ Name })).Parameter?.Value).toBe("a");
  await changed("called", template(resources("b")));
  expect((await ssm.getParameter({ Name })).Parameter?.Value).toBe("b");
  const read = provided("Custom::AWS", ["ssm:GetParameter"], {
    Create: asked(
      "SSM",
      "getParameter",
      { Name },
      {
        physicalResourceId: { responsePath: "Parameter.ARN" },
      },
    ),
  });
  expect((await made("reader", template(read, VALUE))).value).toBe("b");
  await made("refused", template(resources("c", ["ssm:GetParameter"])));
  expect((await failuresOf("refused")).join("\n")).toContain(
    "is not authorized to perform: ssm:PutParameter",
  );
  expect(await deleted("called")).toBe("DELETE_COMPLETE");
  await expect(ssm.getParameter({ Name })).rejects.toThrow();
});

test.each([
  ["an operation that isn't here", asked("Lambda", "invoke", {}), "no operation Lambda:Invoke"],
  ["another role", asked("SSM", "getParameter", {}, { assumedRoleArn: "arn:x" }), "assumedRoleArn"],
  [
    "an expression",
    asked("SSM", "getParameter", { Name: "/x" }, { ignoreErrorCodesMatching: "(a+)+$" }),
    "has names joined by |, not (a+)+$",
  ],
  ["no JSON", "{", "Create isn't JSON."],
  [
    "a Region that isn't there",
    asked("SSM", "getParameter", { Name: "/x" }, { region: "eu-west-9" }),
    "eu-west-9 is no Region of the partition aws.",
  ],
  [
    "a Region that is a text",
    asked("SSM", "getParameter", { Name: "/x" }, { region: "us-east-1/../x" }),
    "us-east-1/../x is no Region of the partition aws.",
  ],
  [
    "another partition's Region",
    asked("SSM", "getParameter", { Name: "/x" }, { region: "cn-north-1" }),
    "cn-north-1 is no Region of the partition aws.",
  ],
])("a call that can't be made fails with its reason: %s", async (what, Create, reason) => {
  const StackName = `call-${what.replaceAll(/\W/g, "-")}`;
  await made(StackName, template(provided("Custom::AWS", ["ssm:*"], { Create })));
  expect((await failuresOf(StackName)).join("\n")).toContain(reason);
});

test("an error that the call ignores is no failure", async () => {
  const Create = asked(
    "SSM",
    "getParameter",
    { Name: "/never" },
    {
      ignoreErrorCodesMatching: "ParameterNotFound",
      physicalResourceId: { id: "never" },
    },
  );
  const resources = provided("Custom::AWS", ["ssm:GetParameter"], { Create });
  expect((await made("ignores", template(resources))).StackStatus).toBe("CREATE_COMPLETE");
});
