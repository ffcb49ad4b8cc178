import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  SignalResourceCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, stackOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 100 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const HANDLE = { Type: "AWS::CloudFormation::WaitConditionHandle" };

function condition(properties: object, rest: object = {}) {
  return { Type: "AWS::CloudFormation::WaitCondition", Properties: properties, ...rest };
}

function create(StackName: string, resources: object, rest: object = {}) {
  const TemplateBody = template(resources, rest);
  return client.send(new CreateStackCommand({ StackName, TemplateBody }));
}

/** The physical id of a resource, once it has one. */
function idOf(StackName: string, LogicalResourceId: string): Promise<string> {
  const command = new DescribeStackResourceCommand({ StackName, LogicalResourceId });
  return vi.waitFor(async () => {
    const { StackResourceDetail } = await client.send(command);
    const { PhysicalResourceId } = StackResourceDetail ?? {};
    if (!PhysicalResourceId) throw new Error("not yet");
    return PhysicalResourceId;
  });
}

function reaches(StackName: string, status: string): Promise<void> {
  const look = async () => expect((await stackOf(client, StackName)).StackStatus).toBe(status);
  return vi.waitFor(look, { timeout: 20_000, interval: 100 });
}

async function reasonOf(StackName: string, id: string): Promise<string | undefined> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.find(
    (event) => event.LogicalResourceId === id && event.ResourceStatus === "CREATE_FAILED",
  )?.ResourceStatusReason;
}

async function signal(url: string, body: object | string, method = "PUT"): Promise<number> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (await fetch(url, { method, body: text })).status;
}

test("a wait condition goes on when its handle was signalled often enough", async () => {
  const Condition = condition({ Handle: { Ref: "Handle" }, Timeout: "60", Count: 2 });
  const resources = {
    Handle: HANDLE,
    Condition,
    After: channel({ Name: "after" }, { DependsOn: "Condition" }),
  };
  const Value = { "Fn::GetAtt": ["Condition", "Data"] };
  await create("waits", resources, { Outputs: { Data: { Value } } });
  const url = await idOf("waits", "Handle");
  expect((await stackOf(client, "waits")).StackStatus).toBe("CREATE_IN_PROGRESS");
  const success = { Status: "SUCCESS", Reason: "done", UniqueId: "one", Data: "first" };
  const statuses = [
    await signal(url, success),
    // The same signal again doesn't count.
    await signal(url, success),
    await signal(url, "no json"),
    await signal(url, { ...success, Status: "PERHAPS" }),
    await signal(`${url}x`, success),
    await signal(url.replace(/\/Handle\//, "/After/"), success),
    await signal(url, { ...success, Data: "x".repeat(20_000) }),
  ];
  expect(statuses).toEqual([200, 200, 400, 400, 403, 403, 400]);
  expect((await stackOf(client, "waits")).StackStatus).toBe("CREATE_IN_PROGRESS");
  expect(await signal(url, { Status: "SUCCESS", UniqueId: "two", Data: "2" }, "POST")).toBe(200);
  await reaches("waits", "CREATE_COMPLETE");
  const [output] = (await stackOf(client, "waits")).Outputs ?? [];
  expect(output?.OutputValue).toBe('{"one":"first","two":"2"}');

  const changed = { ...resources, Condition: condition({ Handle: "x", Timeout: "60", Count: 3 }) };
  const update = { StackName: "waits", TemplateBody: template(changed) };
  await client.send(new UpdateStackCommand(update));
  await reaches("waits", "UPDATE_ROLLBACK_COMPLETE");
  const { StackId = "" } = await stackOf(client, "waits");
  await client.send(new DeleteStackCommand({ StackName: StackId }));
  // A deletion that takes longer than the answer goes on after it.
  await reaches(StackId, "DELETE_COMPLETE");
  expect(await signal(url, success)).toBe(403);
});

test("a signal of failure fails the condition, and so does the end of its time", async () => {
  const resources = {
    Handle: HANDLE,
    Condition: condition({ Handle: { Ref: "Handle" }, Timeout: "43200" }),
  };
  await create("fails", resources);
  const failure = { Status: "FAILURE", Reason: "No disk", UniqueId: "host-1", Data: "" };
  expect(await signal(await idOf("fails", "Handle"), failure)).toBe(200);
  await reaches("fails", "ROLLBACK_COMPLETE");
  expect(await reasonOf("fails", "Condition")).toBe(
    "WaitCondition received failed message: 'No disk' for uniqueId: host-1",
  );
  await create("late", {
    Handle: HANDLE,
    Condition: condition({ Handle: { Ref: "Handle" }, Timeout: 1 }),
  });
  await reaches("late", "ROLLBACK_COMPLETE");
  expect(await reasonOf("late", "Condition")).toBe(
    "WaitCondition timed out. Received 0 conditions when expecting 1",
  );
});

test("SignalResource signals what has a creation policy", async () => {
  const policy = { CreationPolicy: { ResourceSignal: { Count: "1", Timeout: "PT1M" } } };
  const signalled = (StackName: string, Status: "SUCCESS" | "FAILURE") => {
    const input = { StackName, LogicalResourceId: "Condition", UniqueId: "one", Status };
    return outcomeOf(client.send(new SignalResourceCommand(input)));
  };
  for (const Status of ["SUCCESS", "FAILURE"] as const) {
    await create(Status, { Condition: condition({}, policy) });
    await idOf(Status, "Condition");
    expect(await signalled(Status, Status)).toBe("done");
  }
  await reaches("SUCCESS", "CREATE_COMPLETE");
  await reaches("FAILURE", "ROLLBACK_COMPLETE");
  expect(await reasonOf("FAILURE", "Condition")).toBe(
    "Received 1 FAILURE signal(s) out of 1.  Unable to satisfy 100% " +
      "MinSuccessfulInstancesPercent requirement",
  );
  expect(await signalled("SUCCESS", "SUCCESS")).toBe(
    "ValidationError: Resource Condition is in CREATE_COMPLETE state and cannot be signaled",
  );
  await create("bare", { Condition: condition({}) });
  await reaches("bare", "ROLLBACK_COMPLETE");
  expect(await reasonOf("bare", "Condition")).toBe(
    "Property validation failure: [The property {/Handle} is required]",
  );
});
