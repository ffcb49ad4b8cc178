import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { DescribeConnectionCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, role, stackOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

async function failureOf(StackName: string): Promise<readonly (string | undefined)[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
  return [failed?.ResourceStatus, failed?.ResourceStatusReason];
}

const INVALID = {
  "a property that the type lacks": [channel({ Nam: "x" }), "#: extraneous key [Nam]"],
  "a required one that is left out": [
    { Type: "AWS::IAM::Role" },
    "#: required key [AssumeRolePolicyDocument] not found",
  ],
  "a list in a text's place": [channel({ Name: ["x"] }), "#/Name: expected type: String"],
  "a text that is no truth value": [channel({ Authorized: "yes" }), "expected type: Boolean"],
  "a nested property": [
    role({ Policies: [{ PolicyName: "p", Statement: [] }] }),
    "#/Policies/0: required key [PolicyDocument] not found\n#/Policies/0: extraneous key [Stat",
  ],
} as const;

test.each(Object.entries(INVALID))("%s fails the resource", async (title, [resource, text]) => {
  const StackName = title.replaceAll(/[^a-z]/g, "-");
  const TemplateBody = template({ It: resource });
  const input = { StackName, TemplateBody, Capabilities };
  const { StackId = "" } = await client.send(new CreateStackCommand(input));
  expect((await stackOf(client, StackId)).StackStatus).toBe("ROLLBACK_COMPLETE");
  const [status, reason] = await failureOf(StackId);
  expect([status, reason?.split("\n")[0]]).toEqual([
    "CREATE_FAILED",
    "Properties validation failed for resource It with message:",
  ]);
  expect(reason).toContain(text);
});

test("an update to an invalid property goes back", async () => {
  const StackName = "invalid-update";
  const of = (properties: object) => ({
    ...{ StackName, Capabilities },
    TemplateBody: template({ It: channel(properties) }),
  });
  await client.send(new CreateStackCommand(of({ Name: "before" })));
  await client.send(new UpdateStackCommand(of({ Name: "after", Latency: "LOW" })));
  expect((await stackOf(client, StackName)).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await failureOf(StackName)).toEqual([
    "UPDATE_FAILED",
    "Properties validation failed for resource It with message:\n" +
      "#: extraneous key [Latency] is not permitted",
  ]);
});

test("an empty text for what isn't implemented asks for nothing", async () => {
  const archive = (KmsKeyIdentifier: string) => {
    const SourceArn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    return { Type: "AWS::Events::Archive", Properties: { SourceArn, KmsKeyIdentifier } };
  };
  const made = async (StackName: string, key: string) => {
    const TemplateBody = template({ Archive: archive(key) });
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    return (await stackOf(client, StackName)).StackStatus;
  };
  // As the CDK writes it for EventBridge's own key.
  expect(await made("own-key", "")).toBe("CREATE_COMPLETE");
  expect(await made("other-key", "alias/films")).toBe("ROLLBACK_COMPLETE");
});

test("parameters are numbers, truth values and texts as the properties need", async () => {
  const Parameters = {
    Seconds: { Type: "String", Default: "7200" },
    Secret: { Type: "String", Default: "true" },
    Season: { Type: "Number", Default: 7 },
  };
  const TemplateBody = template(
    {
      Role: role({ RoleName: "typed", MaxSessionDuration: { Ref: "Seconds" } }),
      Live: channel({ Name: { Ref: "Season" }, Authorized: { Ref: "Secret" } }),
      Tagged: channel({ Name: 8, Tags: [{ Key: "season", Value: 8 }] }),
    },
    { Parameters },
  );
  const input = { StackName: "typed", TemplateBody, Capabilities };
  await client.send(new CreateStackCommand(input));
  expect(await failureOf("typed")).toEqual([undefined, undefined]);
  const { iam, ivs } = server.clients();
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "typed" }));
  expect(Role?.MaxSessionDuration).toBe(7200);
  const { channels = [] } = await ivs.send(new ListChannelsCommand({}));
  const live = channels.find(({ name }) => name === "7");
  const tagged = channels.find(({ name }) => name === "8");
  expect([live?.authorized, tagged?.tags?.season]).toEqual([true, "8"]);
});

test("a template reads the ARN of a connection's secret", async () => {
  const StackName = "secret-of-a-connection";
  const key = { ApiKeyName: "x-key", ApiKeyValue: "value" };
  const Properties = {
    ...{ Name: StackName, AuthorizationType: "API_KEY" },
    AuthParameters: { ApiKeyAuthParameters: key },
  };
  const TemplateBody = template(
    { It: { Type: "AWS::Events::Connection", Properties } },
    { Outputs: { Secret: { Value: { "Fn::GetAtt": ["It", "SecretArn"] } } } },
  );
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  const { StackStatus, Outputs } = await stackOf(client, StackName);
  expect(StackStatus).toBe("CREATE_COMPLETE");
  const { endpoint } = server;
  const events = new EventBridgeClient({ endpoint, region: "us-east-1", credentials: ROOT });
  const { SecretArn } = await events.send(new DescribeConnectionCommand({ Name: StackName }));
  expect(SecretArn).toMatch(/^arn:aws:secretsmanager:.*:secret:events!connection\//);
  expect(Outputs).toEqual([{ OutputKey: "Secret", OutputValue: SecretArn }]);
});
