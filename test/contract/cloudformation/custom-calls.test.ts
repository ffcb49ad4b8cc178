import { CreateStackCommand, DescribeStackEventsCommand } from "@aws-sdk/client-cloudformation";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf, endedStack, role, TRUST, template } from "./support.ts";

/*
 * Calls of custom resources that make transactions of their own, wait for others, or answer
 * nothing: none of them keeps other changes waiting.
 */
let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 8_000 });
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

/** A custom resource that makes this call, with a role that may do everything. */
function calling(call: object, properties: object = {}): string {
  const Statement = [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const PolicyDocument = { Version: "2012-10-17", Statement };
  return template({
    Role: role({
      AssumeRolePolicyDocument: LAMBDA,
      Policies: [{ PolicyName: "All", PolicyDocument }],
    }),
    Handler: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "0.zip" },
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
      },
    },
    Custom: {
      Type: "Custom::AWS",
      Properties: {
        ServiceToken: { "Fn::GetAtt": ["Handler", "Arn"] },
        Create: JSON.stringify({ physicalResourceId: { id: "called" }, ...call }),
        ...properties,
      },
    },
  });
}

async function outcomeOf(StackName: string, TemplateBody: string): Promise<string> {
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  const { StackStatus } = await endedStack(client, StackName);
  if (StackStatus === "CREATE_COMPLETE") return StackStatus;
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
  return failed?.ResourceStatusReason ?? "";
}

async function makeRole(RoleName: string): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  const command = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument });
  return (await server.clients().iam.send(command)).Role?.Arn ?? "";
}

test("events with a rule that matches, and a report that is written, hold nothing up", async () => {
  const events = new EventBridgeClient({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
  });
  const EventPattern = JSON.stringify({ source: ["own.app"] });
  await events.send(new PutRuleCommand({ Name: "own", EventPattern }));
  const Arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/own";
  await events.send(new PutTargetsCommand({ Rule: "own", Targets: [{ Id: "one", Arn }] }));
  const Entries = [{ Source: "own.app", DetailType: "Made", Detail: "{}" }];
  const put = { service: "EventBridge", action: "putEvents", parameters: { Entries } };
  expect(await outcomeOf("put-events", calling(put))).toBe("CREATE_COMPLETE");

  const report = {
    service: "@aws-sdk/client-iam",
    action: "GenerateServiceLastAccessedDetailsCommand",
    parameters: { Arn: await makeRole("reported") },
  };
  expect(await outcomeOf("report", calling(report))).toBe("CREATE_COMPLETE");
  expect(await makeRole("after-them")).toContain("role/after-them");
}, 60_000);

test.each([
  ["the server's own", "rolecast", "readEvents", "rolecast:ReadEvents, an operation of the server"],
  ["an object", "S3", "getObject", "s3:GetObject, which sends or answers a stream"],
  ["an object's events", "S3", "selectObjectContent", "s3:SelectObjectContent, which sends"],
  ["bytes", "S3", "putObject", "s3:PutObject, which sends or answers a stream"],
])(
  "operations with streams can't be called: %s",
  async (what, service, action, reason) => {
    const StackName = `stream-${what.replaceAll(/\W/g, "-")}`;
    const parameters = { Bucket: "films", Key: "film" };
    const why = await outcomeOf(StackName, calling({ service, action, parameters }));
    expect(why).toContain(`Rolecast's AwsCustomResource can't call ${reason}`);
  },
  30_000,
);

test("a call without an answer fails its resource in time, and nothing waits for it", async () => {
  const handle = { Type: "AWS::CloudFormation::WaitConditionHandle" };
  const Properties = { Handle: { Ref: "Handle" }, Timeout: "600" };
  const Waits = { Type: "AWS::CloudFormation::WaitCondition", Properties };
  const TemplateBody = template({ Handle: handle, Waits });
  // It is answered once its stack has ended, or after 8 seconds.
  const create = {
    service: "CloudFormation",
    action: "createStack",
    parameters: { StackName: "waits", TemplateBody },
  };
  const failed = outcomeOf("in-time", calling(create, { ServiceTimeout: "1" }));
  const written = await makeRole("meanwhile");
  expect(written).toContain("role/meanwhile");
  expect(await failed).toContain(
    "CloudFormation did not receive a response from your Custom Resource.",
  );
}, 60_000);

test("calls are made after a reset, too", async () => {
  await server.server.reset();
  const Name = "/custom/after-reset";
  const put = {
    service: "SSM",
    action: "putParameter",
    parameters: { Name, Value: "made", Type: "String" },
  };
  expect(await outcomeOf("after-reset", calling(put))).toBe("CREATE_COMPLETE");
}, 30_000);
