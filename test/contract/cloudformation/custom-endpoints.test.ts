import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { channel, cloudFormationOf, endedStack, stackOf, template } from "./support.ts";

/*
 * Source: CloudFormation user guide, "Custom resource request and response reference".
 */

const TOKEN = "arn:aws:lambda:us-east-1:000000000000:function:maker";
const BROKEN = "arn:aws:sns:us-east-1:000000000000:broken";

interface Asked {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly RequestId: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

let endpoint: Server;
let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;
let asked: Asked[] = [];
/** Statuses of the answers that responses got. */
let taken: number[] = [];
let respond: (request: Asked) => object | undefined = () => ({});
/** Answers to the next requests themselves. */
let statuses: number[] = [];

beforeAll(async () => {
  endpoint = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const status = statuses.shift() ?? 200;
    response.writeHead(status).end();
    if (status !== 200) return;
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    asked.push(body);
    const { StackId, RequestId, LogicalResourceId } = body;
    const answer = respond(body);
    if (!answer) return;
    const whole = { Status: "SUCCESS", StackId, RequestId, LogicalResourceId, ...answer };
    const put = { method: "PUT", body: JSON.stringify(whole) };
    taken.push((await fetch(body.ResponseURL, put)).status);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => endpoint.once("listening", resolve));
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/make`;
  server = await startTestServer({
    stackAnswerMs: 20_000,
    customResources: { [TOKEN]: url, [BROKEN]: "http://127.0.0.1:9/" },
  });
  client = cloudFormationOf(server);
});
afterAll(async () => {
  await server?.close();
  endpoint.close();
});

function custom(properties: object, Type = "Custom::Maker", ServiceToken = TOKEN) {
  const Made = { Type, Properties: { ServiceToken, ...properties } };
  const Outputs = {
    Id: { Value: { Ref: "Made" } },
    Url: { Value: { "Fn::GetAtt": ["Made", "Place.Url"] } },
  };
  return template({ Made }, { Outputs });
}

async function failures(StackName: string): Promise<readonly string[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED")).map(
    ({ ResourceStatusReason = "" }) => ResourceStatusReason,
  );
}

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "a service token %s is none",
  async (token) => {
    const StackName = `token-${token.replaceAll("_", "")}`;
    const TemplateBody = custom({}, "Custom::Maker", token);
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    expect((await stackOf(client, StackName)).StackStatus).toBe("ROLLBACK_COMPLETE");
    expect((await failures(StackName)).join()).toContain(`Invalid service token: ${token}`);
  },
);

test("an endpoint creates, changes, replaces and deletes a resource", async () => {
  asked = [];
  taken = [];
  const Data = { "Place.Url": "https://one.example" };
  respond = () => ({ PhysicalResourceId: "one", Data });
  const make = { StackName: "made", TemplateBody: custom({ Size: 5, Loud: true, In: { A: [1] } }) };
  await client.send(new CreateStackCommand(make));
  const { StackStatus, Outputs, StackId = "" } = await stackOf(client, "made");
  expect(StackStatus).toBe("CREATE_COMPLETE");
  expect(Outputs?.map(({ OutputValue }) => OutputValue)).toEqual(["one", "https://one.example"]);
  const texts = { ServiceToken: TOKEN, Size: "5", Loud: "true", In: { A: ["1"] } };
  expect(asked).toEqual([
    {
      RequestType: "Create",
      ResponseURL: expect.stringMatching(/^http:\/\/.*\/_cloudformation\/responses\//),
      StackId,
      RequestId: expect.any(String),
      ResourceType: "Custom::Maker",
      LogicalResourceId: "Made",
      ServiceToken: TOKEN,
      ResourceProperties: texts,
    },
  ]);
  respond = () => ({ Data });
  const update = (size: number) =>
    client.send(
      new UpdateStackCommand({ StackName: "made", TemplateBody: custom({ Size: size }) }),
    );
  await update(6);
  expect((await stackOf(client, "made")).StackStatus).toBe("UPDATE_COMPLETE");
  expect(asked.at(-1)).toMatchObject({
    RequestType: "Update",
    PhysicalResourceId: "one",
    ResourceProperties: { ServiceToken: TOKEN, Size: "6" },
    OldResourceProperties: texts,
  });
  // Another physical id is another resource: the old one goes in the clean-up.
  respond = ({ RequestType }) =>
    RequestType === "Update" ? { PhysicalResourceId: "two", Data } : { Data };
  await update(7);
  const replaced = await stackOf(client, "made");
  expect(replaced.StackStatus).toBe("UPDATE_COMPLETE");
  expect(replaced.Outputs?.[0]?.OutputValue).toBe("two");
  expect(asked.slice(-2).map((one) => [one.RequestType, one.PhysicalResourceId])).toEqual([
    ["Update", "one"],
    ["Delete", "one"],
  ]);
  await client.send(new DeleteStackCommand({ StackName: "made" }));
  expect((await stackOf(client, StackId)).StackStatus).toBe("DELETE_COMPLETE");
  expect(asked.at(-1)).toMatchObject({
    RequestType: "Delete",
    PhysicalResourceId: "two",
    ResourceProperties: { Size: "7" },
  });
  expect(new Set(taken)).toEqual(new Set([200]));
});

test("what a provider hides is shown in outputs alone", async () => {
  const Data = { "Place.Url": "https://hidden.example" };
  respond = () => ({ PhysicalResourceId: "hidden", NoEcho: true, Data });
  const Url = { "Fn::GetAtt": ["Made", "Place.Url"] };
  const body = JSON.parse(custom({})) as { Resources: object };
  const Live = channel({ Tags: [{ Key: "url", Value: Url }] });
  const StackName = "hiding";
  const TemplateBody = JSON.stringify({ ...body, Resources: { ...body.Resources, Live } });
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  const { StackStatus, Outputs = [] } = await stackOf(client, StackName);
  expect([StackStatus, Outputs.at(-1)?.OutputValue]).toEqual([
    ...["CREATE_COMPLETE", "https://hidden.example"],
  ]);
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
  expect(JSON.stringify(StackEvents)).not.toContain("hidden.example");
  expect(JSON.stringify(StackEvents)).toContain("****");
  await client.send(new DeleteStackCommand({ StackName }));
});

test.each<[string, object, () => object | undefined, string]>([
  [
    "what the endpoint says",
    {},
    () => ({ Status: "FAILED", Reason: "no room" }),
    "Received response status [FAILED] from custom resource. Message returned: no room (RequestId:",
  ],
  ["no id", {}, () => ({}), "Invalid PhysicalResourceId"],
  [
    "no response in time",
    { ServiceTimeout: 1 },
    () => undefined,
    "CloudFormation did not receive a response from your Custom Resource.",
  ],
  [
    "a time",
    { ServiceTimeout: 3601 },
    () => undefined,
    "ServiceTimeout must be between 1 and 3600",
  ],
])("a failure has its reason: %s", async (what, properties, answer, reason) => {
  respond = answer;
  const StackName = `fails-${what.replaceAll(/\W/g, "-")}`;
  await client.send(new CreateStackCommand({ StackName, TemplateBody: custom(properties) }));
  expect((await stackOf(client, StackName)).StackStatus).toBe("ROLLBACK_COMPLETE");
  expect((await failures(StackName)).join("\n")).toContain(reason);
});

test("a request is sent again after an error of the endpoint's, and given up at last", async () => {
  asked = [];
  statuses = [503];
  respond = () => ({ PhysicalResourceId: "x", Data: { "Place.Url": "u" } });
  const Type = "AWS::CloudFormation::CustomResource";
  const again = { StackName: "again", TemplateBody: custom({}, Type) };
  await client.send(new CreateStackCommand(again));
  expect((await stackOf(client, "again")).StackStatus).toBe("CREATE_COMPLETE");
  expect(asked).toHaveLength(1);
  const TemplateBody = custom({}, "Custom::Broken", BROKEN);
  await client.send(new CreateStackCommand({ StackName: "broken", TemplateBody }));
  expect((await stackOf(client, "broken")).StackStatus).toBe("ROLLBACK_COMPLETE");
  expect((await failures("broken")).join("\n")).toContain("Failed to call the endpoint: it can't");
  const unknown = custom({}, "Custom::Other", `${TOKEN}s`);
  await client.send(new CreateStackCommand({ StackName: "other", TemplateBody: unknown }));
  expect((await failures("other")).join("\n")).toContain("has no endpoint for the service token");
});

test("a response counts at its own address alone, up to 4,096 bytes", async () => {
  respond = () => ({ PhysicalResourceId: "x", Data: { "Place.Url": "u" } });
  const create = { StackName: "guarded", TemplateBody: custom({}) };
  await client.send(new CreateStackCommand(create));
  const { ResponseURL = "" } = asked.at(-1) ?? {};
  const put = (url: string, body: string) => fetch(url, { method: "PUT", body });
  expect((await put(`${ResponseURL}x`, "{}")).status).toBe(403);
  expect((await put(ResponseURL.replace("/Made/", "/Other/"), "{}")).status).toBe(403);
  expect((await put(ResponseURL, "{")).status).toBe(400);
  expect((await put(ResponseURL, JSON.stringify("x".repeat(4_096)))).status).toBe(400);
  expect((await fetch(ResponseURL)).status).toBe(405);
});

test("a rollback asks anew, with its own decision, and takes no earlier answer", async () => {
  const Data = { "Place.Url": "u" };
  respond = ({ RequestType }) =>
    RequestType === "Update" ? undefined : { PhysicalResourceId: "one", Data };
  const StackName = "cancelled";
  const create = { StackName, TemplateBody: custom({ Size: 5 }) };
  await client.send(new CreateStackCommand(create));
  asked = [];
  const request = (number: number) =>
    until(() => asked[number], `the endpoint's request ${number + 1}`);
  const answer = async ({ ResponseURL, RequestId, ...more }: Asked, given: object) => {
    const { StackId, LogicalResourceId } = more;
    const whole = { Status: "SUCCESS", Data, StackId, RequestId, LogicalResourceId, ...given };
    expect((await fetch(ResponseURL, { method: "PUT", body: JSON.stringify(whole) })).status).toBe(
      200,
    );
  };
  const physicalId = async () => (await stackOf(client, StackName)).Outputs?.[0]?.OutputValue;

  const after = { StackName, TemplateBody: custom({ Size: 6 }) };
  const updating = client.send(new UpdateStackCommand(after));
  const forward = await request(0);
  await client.send(new CancelUpdateStackCommand({ StackName }));
  await answer(forward, {});
  const back = await request(1);
  expect(back).toMatchObject({ RequestType: "Update", ResourceProperties: { Size: "5" } });
  expect(back.RequestId).not.toBe(forward.RequestId);
  await answer(forward, { PhysicalResourceId: "late" });
  await answer(back, { Status: "FAILED", Reason: "no way back" });
  await updating;
  expect((await endedStack(client, StackName)).StackStatus).toBe("UPDATE_ROLLBACK_FAILED");
  expect((await failures(StackName)).join("\n")).toContain("no way back");

  const goOn = new ContinueUpdateRollbackCommand({ StackName });
  const { iam } = server.clients();
  const other = cloudFormationOf(
    server,
    await createUser(iam, "continues", [allow("cloudformation:*")]),
  );
  await other.send(goOn);
  expect((await endedStack(client, StackName)).StackStatus).toBe("UPDATE_ROLLBACK_FAILED");
  expect((await failures(StackName)).join("\n")).toMatch(
    /user\/continues is not authorized to perform: lambda:InvokeFunction/,
  );
  expect(asked).toHaveLength(2);

  const continuing = client.send(goOn);
  const again = await request(2);
  expect([forward.RequestId, back.RequestId]).not.toContain(again.RequestId);
  await answer(back, { PhysicalResourceId: "late" });
  await answer(again, {});
  await continuing;
  expect((await endedStack(client, StackName)).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await physicalId()).toBe("one");
});
