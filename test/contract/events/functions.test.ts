import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { startReceiver } from "./receiver.ts";

/* Lambda functions as targets: behind URLs, inside the process, and nowhere. */

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** On a shared database, events for a function that this node lacks are left to other nodes. */
const isShared = process.env.ROLECAST_TEST_DATABASE !== undefined;
const left = (events: number) => (isShared ? events : 0);

let server: TestServer;
let client: eventbridge.EventBridgeClient;
let hook: Awaited<ReturnType<typeof startReceiver>>;
const inside: unknown[] = [];
const late: unknown[] = [];
let unlucky = 0;
/** Ends the calls that hang. */
const hanging: (() => void)[] = [];

beforeAll(async () => {
  hook = await startReceiver([500]);
  server = await startTestServer({
    logLevel: "silent",
    eventFunctionTimeoutMs: 500,
    eventFunctions: {
      [arnOf("by-url")]: `${hook.url}/2015-03-31/functions/function/invocations`,
      [arnOf("inside:live")]: (event: unknown) => {
        inside.push(event);
        if (inside.length === 1) throw new Error("the first call fails");
      },
      [arnOf("slow")]: (event: unknown) => {
        late.push(event);
        return new Promise<void>((resolve) => {
          if (late.length <= 20) hanging.push(resolve);
          else resolve();
        });
      },
      [arnOf("unlucky")]: () => {
        unlucky += 1;
        return Promise.reject(new Error("always"));
      },
    },
  });
  const { endpoint } = server;
  const options = { endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT };
  client = new eventbridge.EventBridgeClient(options);
});
afterAll(async () => {
  for (const end of hanging) end();
  await server?.close();
  await hook?.close();
});

/** A rule for the events with its name as source, with a target. */
async function putRule(Name: string, target: Omit<eventbridge.Target, "Id">) {
  const EventPattern = JSON.stringify({ source: [Name] });
  await client.send(new eventbridge.PutRuleCommand({ Name, EventPattern }));
  const Targets = [{ Id: "one", ...target } as eventbridge.Target];
  return client.send(new eventbridge.PutTargetsCommand({ Rule: Name, Targets }));
}

async function putEvent(Source: string, detail: object = { n: 1 }): Promise<string | undefined> {
  const entry = { Source, DetailType: "Went live", Detail: JSON.stringify(detail) };
  const { Entries } = await client.send(new eventbridge.PutEventsCommand({ Entries: [entry] }));
  return Entries?.[0]?.EventId;
}

async function waiting(): Promise<number> {
  const response = await fetch(`${server.endpoint}/_rolecast/health`);
  const { events } = (await response.json()) as { events: { waiting: number } };
  return events.waiting;
}

test("a function behind a URL gets the event, again after a failure", async () => {
  await putRule("url", { Arn: arnOf("by-url") });
  const id = await putEvent("url");
  await until(() => hook.received.length >= 2, "the event comes again");
  for (const { method, url, headers, body } of hook.received) {
    expect([method, url]).toEqual(["POST", "/2015-03-31/functions/function/invocations"]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-amz-invocation-type": "Event",
    });
    expect(JSON.parse(body)).toMatchObject({ id, source: "url", detail: { n: 1 } });
  }
});

test("a function of the process gets what the target makes of the event", async () => {
  const InputTransformer = {
    InputPathsMap: { n: "$.detail.n" },
    InputTemplate: '{"number": <n>}',
  };
  await putRule("inside", { Arn: arnOf("inside:live"), InputTransformer });
  await putEvent("inside", { n: 7 });
  await until(() => inside.length === 2, "it is called again");
  expect(inside).toEqual([{ number: 7 }, { number: 7 }]);
});

test("a slow function keeps no other target waiting, and gets every event again", async () => {
  await putRule("slow", { Arn: arnOf("slow") });
  for (let n = 0; n < 20; n += 1) await putEvent("slow", { n });
  await until(() => late.length >= 16, "as many calls as there may be hang");
  const before = hook.received.length;
  await putRule("quick", {
    Arn: "arn:aws:logs:us-east-1:000000000000:log-group:/quick",
  });
  await putEvent("quick");
  await putEvent("url");
  await until(() => hook.received.length > before, "another function is called");
  await until(async () => (await waiting()) === 0, "all events are delivered");
  const numbers = late.map((event) => (event as { detail: { n: number } }).detail.n);
  expect(new Set(numbers).size).toBe(20);
});

test("an event is given up if its function has no URL or never takes it", async () => {
  const answer = await putRule("nowhere", { Arn: arnOf("nowhere") });
  expect(answer).toMatchObject({ FailedEntryCount: 0 });
  const RetryPolicy = { MaximumRetryAttempts: 0 };
  await putRule("unlucky", { Arn: arnOf("unlucky"), RetryPolicy });
  await putRule("text", {
    Arn: arnOf("unlucky"),
    InputTransformer: { InputTemplate: '"a"\n"b"' },
  });
  for (const source of ["nowhere", "unlucky", "text"]) await putEvent(source);
  await until(async () => (await waiting()) === left(1), "no other event waits");
  expect(unlucky).toBe(1);
});

test("CloudWatch counts what rules do", async () => {
  const cloudwatch = new CloudWatch({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT },
  });
  const sumOf = async (MetricName: string, RuleName?: string) => {
    const { Datapoints = [] } = await cloudwatch.getMetricStatistics({
      ...{ Namespace: "AWS/Events", MetricName, Statistics: ["Sum"], Period: 3_600 },
      Dimensions: RuleName === undefined ? [] : [{ Name: "RuleName", Value: RuleName }],
      ...{ StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date(Date.now() + 3_600_000) },
    });
    return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
  };
  await putRule("counted", { Arn: arnOf("inside:live") });
  await putRule("lost", { Arn: arnOf("nowhere") });
  const failures = hook.received.length;
  hook.fail(1);
  await putRule("again", { Arn: arnOf("by-url") });
  for (const source of ["counted", "counted", "lost", "again"]) await putEvent(source);
  await until(async () => (await waiting()) === left(2), "no other event waits");
  expect(hook.received.length - failures).toBe(2);
  const names = ["TriggeredRules", "InvocationAttempts", "RetryInvocationAttempts"];
  const ends = ["SuccessfulInvocationAttempts", "Invocations", "FailedInvocations"];
  const sums = async (rule?: string) =>
    Promise.all([...names, ...ends].map((name) => sumOf(name, rule)));
  expect(await sums("counted")).toEqual([2, 2, 0, 2, 2, 0]);
  expect(await sums("lost")).toEqual(isShared ? [1, 0, 0, 0, 0, 0] : [1, 1, 0, 0, 1, 1]);
  expect(await sums("again")).toEqual([1, 2, 1, 1, 1, 0]);
  // Over all rules, those of other tests too; AWS has no such sum of these two.
  const [triggered, attempts, , , invocations, failed] = await sums();
  expect([triggered, failed]).toEqual([0, 0]);
  expect(attempts).toBeGreaterThan(invocations ?? Number.NaN);
  expect(await sumOf("MatchedEvents")).toBeGreaterThanOrEqual(4);
});

test.each([
  [{ Arn: arnOf("a"), RoleArn: "arn:aws:iam::000000000000:role/r" }, "RoleArn is not supported"],
  [{ Arn: arnOf("a b") }, "Provided Arn is not in correct format."],
  [{ Arn: arnOf("a").replace("us-east-1", "eu-west-1") }, "Cross-region"],
])("a function's target is checked: %j", async (target, message) => {
  await expect(putRule("checked", target)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining(message),
  });
});
