import { CreateStackCommand, DetectStackDriftCommand } from "@aws-sdk/client-cloudformation";
import {
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { startReceiver } from "../events/receiver.ts";
import { channel, cloudFormationOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;
let hook: Awaited<ReturnType<typeof startReceiver>>;

interface StackEvent {
  readonly "detail-type": string;
  readonly source: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  const { endpoint } = server;
  const events = new EventBridgeClient({ endpoint, region: "us-east-1", credentials: ROOT });
  const { ConnectionArn } = await events.send(
    new CreateConnectionCommand({
      Name: "hook",
      AuthorizationType: "API_KEY",
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "key" } },
    }),
  );
  const { ApiDestinationArn } = await events.send(
    new CreateApiDestinationCommand({
      ...{ Name: "hook", ConnectionArn, HttpMethod: "POST" },
      InvocationEndpoint: `${hook.url}/events`,
    }),
  );
  const { iam } = server.clients();
  const statement = (Effect: string, rest: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, ...rest }] });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: "deliver",
      AssumeRolePolicyDocument: statement("Allow", {
        ...{ Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
      }),
    }),
  );
  const allowed = { Action: "events:InvokeApiDestination", Resource: "*" };
  await iam.send(
    new PutRolePolicyCommand({
      ...{ RoleName: "deliver", PolicyName: "own", PolicyDocument: statement("Allow", allowed) },
    }),
  );
  const EventPattern = JSON.stringify({ source: ["aws.cloudformation"] });
  await events.send(new PutRuleCommand({ Name: "stacks", EventPattern }));
  const target = { Id: "hook", Arn: ApiDestinationArn, RoleArn: Role?.Arn };
  await events.send(new PutTargetsCommand({ Rule: "stacks", Targets: [target] }));
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
});

/** The events that the rule's target has got so far. */
function delivered(): readonly StackEvent[] {
  return hook.received.map(({ body }) => JSON.parse(body) as StackEvent);
}

test("a rule's target gets what happens to stacks, their resources and their drift", async () => {
  const { StackId } = await client.send(
    new CreateStackCommand({
      ...{ StackName: "heard", ClientRequestToken: "token-1" },
      TemplateBody: template({ Live: channel({ Name: "heard" }) }),
    }),
  );
  const { StackDriftDetectionId } = await client.send(
    new DetectStackDriftCommand({ StackName: "heard" }),
  );
  const all = await until(async () => {
    const list = delivered();
    return list.length >= 7 ? list : undefined;
  }, "seven events");
  for (const event of all)
    expect(event).toMatchObject({
      ...{ source: "aws.cloudformation", resources: [StackId] },
      detail: { "stack-id": StackId },
    });
  const ofKind = (kind: string) =>
    all.filter((event) => event["detail-type"] === `CloudFormation ${kind} Status Change`);
  const statuses = (kind: string) =>
    ofKind(kind)
      .map(({ detail }) => (detail["status-details"] as { status: string }).status)
      .sort();
  expect(statuses("Stack")).toEqual(["CREATE_COMPLETE", "CREATE_IN_PROGRESS"]);
  expect(statuses("Resource")).toEqual([
    ...["CREATE_COMPLETE", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"],
  ]);
  const complete = ofKind("Resource").find(
    ({ detail }) => (detail["status-details"] as { status: string }).status === "CREATE_COMPLETE",
  );
  expect(complete?.detail).toMatchObject({
    ...{ "logical-resource-id": "Live", "resource-type": "AWS::IVS::Channel" },
    "physical-resource-id": expect.stringMatching(/^arn:aws:ivs:/),
    "client-request-token": "token-1",
  });
  const drifts = ofKind("Drift Detection").map(({ detail }) => [
    detail["stack-drift-detection-id"],
    (detail["status-details"] as Record<string, string>)["detection-status"],
    detail["drift-detection-details"],
  ]);
  expect(drifts.sort((one, other) => (String(one[1]) < String(other[1]) ? -1 : 1))).toEqual([
    [StackDriftDetectionId, "DETECTION_COMPLETE", { "drifted-stack-resource-count": 0 }],
    [StackDriftDetectionId, "DETECTION_IN_PROGRESS", { "drifted-stack-resource-count": -1 }],
  ]);
});
