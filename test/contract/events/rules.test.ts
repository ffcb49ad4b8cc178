import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { startReceiver } from "./receiver.ts";

const SECRET = "a-secret-of-the-webhook";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

let dir = "";
let server: TestServer;
let client: eventbridge.EventBridgeClient;
let hook: Awaited<ReturnType<typeof startReceiver>>;
let roleArn = "";

function clientOf(key: Key): eventbridge.EventBridgeClient {
  const { endpoint } = server;
  const options = { endpoint, region: "us-east-1", maxAttempts: 1 };
  return new eventbridge.EventBridgeClient({ ...options, credentials: key });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-events-"));
  hook = await startReceiver([503]);
  server = await startTestServer({
    data: dir,
    webhooks: [{ url: hook.url, secret: SECRET, sources: ["studio.app"] }],
  });
  client = clientOf(ROOT);
  const { Role } = await server
    .clients()
    .iam.send(new CreateRoleCommand({ RoleName: "deliver", AssumeRolePolicyDocument: TRUST }));
  roleArn = Role?.Arn ?? "";
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
  rmSync(dir, { recursive: true, force: true });
});

function putRule(Name: string, pattern: object) {
  return client.send(
    new eventbridge.PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }),
  );
}

function putTarget(Rule: string, target: Omit<eventbridge.Target, "Id">) {
  return client.send(
    new eventbridge.PutTargetsCommand({
      Rule,
      Targets: [{ Id: "one", ...target } as eventbridge.Target],
    }),
  );
}

async function createDestination(name: string, url: string): Promise<string> {
  const { ConnectionArn } = await client.send(
    new eventbridge.CreateConnectionCommand({
      Name: name,
      AuthorizationType: "API_KEY",
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "hidden" } },
    }),
  );
  const { ApiDestinationArn = "" } = await client.send(
    new eventbridge.CreateApiDestinationCommand({
      Name: name,
      ConnectionArn,
      InvocationEndpoint: `${url}/hooks/*`,
      HttpMethod: "POST",
    }),
  );
  return ApiDestinationArn;
}

function putEvent(entry: Partial<eventbridge.PutEventsRequestEntry> = {}) {
  const whole = { Source: "studio.app", DetailType: "Went live", Detail: '{"n":1}', ...entry };
  return client.send(new eventbridge.PutEventsCommand({ Entries: [whole] }));
}

test("the default bus is as old as its account, and says so wherever it is shown", async () => {
  const bus = await client.send(new eventbridge.DescribeEventBusCommand({}));
  const { EventBuses } = await client.send(new eventbridge.ListEventBusesCommand({}));
  const { $metadata: _metadata, ...shown } = bus;
  expect(EventBuses).toEqual([shown]);
  expect(shown).toMatchObject({ Name: "default", CreationTime: expect.any(Date) });
  expect(shown.LastModifiedTime).toEqual(shown.CreationTime);
  expect(Date.now() - Number(shown.CreationTime)).toBeLessThan(600_000);
});

describe("rules and targets", () => {
  test("are put, read, listed in pages, switched and deleted as on AWS", async () => {
    const { RuleArn } = await putRule("first", { source: ["aws.ivs"] });
    expect(RuleArn).toBe("arn:aws:events:us-east-1:000000000000:rule/first");
    await putRule("second", { source: ["aws.ivs"] });
    const page = await client.send(new eventbridge.ListRulesCommand({ Limit: 1 }));
    expect(page.Rules?.map(({ Name }) => Name)).toEqual(["first"]);
    const next = await client.send(
      new eventbridge.ListRulesCommand({ Limit: 1, NextToken: page.NextToken }),
    );
    expect(next.Rules?.map(({ Name }) => Name)).toEqual(["second"]);
    await client.send(new eventbridge.DisableRuleCommand({ Name: "first" }));
    const described = await client.send(new eventbridge.DescribeRuleCommand({ Name: "first" }));
    expect(described).toMatchObject({ State: "DISABLED", EventBusName: "default", Arn: RuleArn });
    const group = "arn:aws:logs:us-east-1:000000000000:log-group:/events/first";
    await putTarget("first", { Arn: group });
    await expect(
      client.send(new eventbridge.DeleteRuleCommand({ Name: "first" })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: "Rule can't be deleted since it has targets.",
    });
    const byTarget = new eventbridge.ListRuleNamesByTargetCommand({ TargetArn: group });
    expect((await client.send(byTarget)).RuleNames).toEqual(["first"]);
    await client.send(new eventbridge.RemoveTargetsCommand({ Rule: "first", Ids: ["one"] }));
    for (const Name of ["first", "second", "never"]) {
      await client.send(new eventbridge.DeleteRuleCommand({ Name }));
    }
    await expect(
      client.send(new eventbridge.DescribeRuleCommand({ Name: "first" })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Rule first does not exist on EventBus default.",
    });
  });

  test.each(["event-bus/default", "rule/tagged"])("%s has tags", async (resource) => {
    await putRule("tagged", { source: ["x"] });
    const ResourceARN = `arn:aws:events:us-east-1:000000000000:${resource}`;
    const listed = async () =>
      (await client.send(new eventbridge.ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect(await listed()).toEqual([]);
    const tag = (...Tags: eventbridge.Tag[]) =>
      client.send(new eventbridge.TagResourceCommand({ ResourceARN, Tags }));
    await tag({ Key: "team", Value: "media" });
    await tag({ Key: "stage", Value: "test" }, { Key: "team", Value: "core" });
    expect(await listed()).toEqual([
      { Key: "team", Value: "core" },
      { Key: "stage", Value: "test" },
    ]);
    const TagKeys = ["team", "never"];
    await client.send(new eventbridge.UntagResourceCommand({ ResourceARN, TagKeys }));
    expect(await listed()).toEqual([{ Key: "stage", Value: "test" }]);
  });

  test.each([
    "eu-west-1:000000000000:rule/tagged",
    "us-east-1:999999999999:rule/tagged",
    "us-east-1:000000000000:rule/other/tagged",
  ])("%s isn't the rule of that name here", async (elsewhere) => {
    await putRule("tagged", { source: ["x"] });
    const tag = { ResourceARN: `arn:aws:events:${elsewhere}`, Tags: [{ Key: "a", Value: "b" }] };
    const refused = { name: "ResourceNotFoundException" };
    const tagging = client.send(new eventbridge.TagResourceCommand(tag));
    await expect(tagging).rejects.toMatchObject(refused);
  });

  test("what can't be honoured is refused", async () => {
    await putRule("strict", { source: ["x"] });
    const queue = await putTarget("strict", { Arn: "arn:aws:sqs:us-east-1:000000000000:queue" });
    expect(queue).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: "one" }] });
    await expect(putTarget("strict", { Arn: "queue" })).rejects.toThrow("correct format");
    await expect(
      client.send(
        new eventbridge.PutRuleCommand({ Name: "r", EventBusName: "other", EventPattern: "{}" }),
      ),
    ).rejects.toThrow("Event bus other does not exist.");
    const ResourceARN = "arn:aws:events:us-east-1:000000000000:event-bus/other";
    await expect(
      client.send(new eventbridge.ListTagsForResourceCommand({ ResourceARN })),
    ).rejects.toThrow("Event bus other does not exist.");
    const refused = await putEvent({ Source: "aws.ivs" });
    expect(refused.Entries?.[0]?.ErrorCode).toBe("NotAuthorizedForSourceException");
    expect((await putEvent({ Detail: "[1]" })).Entries?.[0]?.ErrorCode).toBe("MalformedDetail");
    // AWS takes what is for a bus that isn't there.
    const lost = await putEvent({ EventBusName: "other" });
    expect(lost).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
  });

  const Arn = "arn:aws:logs:us-east-1:000000000000:log-group:/x";
  const transformed = (InputPathsMap: Record<string, string>, InputTemplate = "1") => ({
    ...{ Arn, InputTransformer: { InputPathsMap, InputTemplate } },
  });
  test.each([
    [{ Arn: "" }, "Value '' at 'targets.1.member.arn'"],
    [{ Arn, Id: "!@#$" }, "Value '!@#$' at 'targets.1.member.id'"],
    [{ Arn, Input: "x".repeat(8_193) }, "'targets.1.member.input'"],
    [
      { Arn, Input: "not-json" },
      'JSON syntax error in input for target one: [Source: (String)"not-json"; line: 1, column: 1]',
    ],
    [
      { Arn, Input: "1", InputPath: "$" },
      "InputPath, or InputTransformer must be provided for target one.",
    ],
    [{ Arn, InputPath: "detail" }, "InputPath for target one is invalid."],
    [transformed({ a: "x" }), "InputPath for target one is invalid."],
    [transformed({ AWSa: "$" }), "AWSa"],
    [transformed({ "a b": "$" }), "inputPathsMap' failed to satisfy constraint: Map keys must"],
    [
      transformed({ "aws.events.rule-name": "$" }),
      "inputPathsMap' failed to satisfy constraint: Map keys must",
    ],
    [
      transformed({ a: "$" }, "<b>"),
      "InputTemplate for target one contains invalid placeholder b.",
    ],
  ])("a target that can't be served is refused: %j", async (target, reason) => {
    await putRule("targeted", { source: ["x"] });
    await expect(putTarget("targeted", target)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(reason),
    });
  });

  test("need permission, passing a role included", async () => {
    const { CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand } = await import(
      "@aws-sdk/client-iam"
    );
    const { iam } = server.clients();
    await iam.send(new CreateUserCommand({ UserName: "ruler" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ruler" }));
    const ruler = clientOf({
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    });
    await expect(ruler.send(new eventbridge.ListRulesCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message:
        "User: arn:aws:iam::000000000000:user/ruler is not authorized to perform: events:ListRules on resource: * because no identity-based policy allows the events:ListRules action",
    });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "events:*", Resource: "*" }],
    });
    await iam.send(
      new PutUserPolicyCommand({ UserName: "ruler", PolicyName: "p", PolicyDocument }),
    );
    await ruler.send(new eventbridge.ListRulesCommand({}));
    const passing = new eventbridge.PutRuleCommand({
      Name: "p",
      EventPattern: '{"source":["x"]}',
      RoleArn: roleArn,
    });
    await expect(ruler.send(passing)).rejects.toThrow("iam:PassRole");
  });
});

describe("delivery", () => {
  test("an API destination gets the filled-in template with its connection's key, again after a 503", async () => {
    const receiver = await startReceiver([503]);
    const arn = await createDestination("site", receiver.url);
    const shown = await client.send(new eventbridge.DescribeConnectionCommand({ Name: "site" }));
    const limited = new eventbridge.DescribeApiDestinationCommand({ Name: "site" });
    expect((await client.send(limited)).InvocationRateLimitPerSecond).toBe(300);
    expect(shown.AuthParameters?.ApiKeyAuthParameters).toEqual({ ApiKeyName: "x-key" });
    await putRule("to-site", { source: ["studio.app"], detail: { n: [7] } });
    await putTarget("to-site", {
      Arn: arn,
      RoleArn: roleArn,
      HttpParameters: { PathParameterValues: ["a b"] },
      InputTransformer: {
        InputPathsMap: { n: "$.detail.n", type: "$.detail-type", ids: "$.detail.all[*].id" },
        InputTemplate:
          '{"text": "<type>: <n>", "n": <n>, "ids": <ids>, "rule": "<aws.events.rule-name>"}',
      },
    });
    await putEvent({ Detail: '{"n":8}' });
    expect(
      await putEvent({ Detail: '{"n":7,"all":[{"id":"a"},{"no":1},{"id":2}]}' }),
    ).toMatchObject({ FailedEntryCount: 0 });
    await expect.poll(() => receiver.received.length).toBe(2);
    for (const { url, headers, body } of receiver.received) {
      expect(url).toBe("/hooks/a%20b");
      expect(headers["x-key"]).toBe("hidden");
      const filled = { text: "Went live: 7", n: 7, ids: ["a", 2], rule: "to-site" };
      expect(JSON.parse(body)).toEqual(filled);
    }
    await receiver.close();
  });

  test("an API destination gets no more requests than its rate allows", async () => {
    const receiver = await startReceiver();
    const arn = await createDestination("slow", receiver.url);
    const rate = { Name: "slow", InvocationRateLimitPerSecond: 2 };
    await client.send(new eventbridge.UpdateApiDestinationCommand(rate));
    await putRule("to-slow", { source: ["slow"] });
    const HttpParameters = { PathParameterValues: ["a"] };
    await putTarget("to-slow", { Arn: arn, RoleArn: roleArn, HttpParameters });
    const startMs = Date.now();
    for (let count = 0; count < 4; count++) await putEvent({ Source: "slow" });
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(4);
    // The fourth comes three halves of a second after the first at the earliest.
    expect(Date.now() - startMs).toBeGreaterThan(1_400);
    await receiver.close();
  });

  test("another account's bus is denied, as no policy of it allows anybody", async () => {
    const EventBusName = "arn:aws:events:us-east-1:111122223333:event-bus/default";
    await expect(putEvent({ EventBusName })).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(EventBusName),
    });
  });

  const linesOf = (file: string) => {
    try {
      return readFileSync(join(dir, "events/000000000000/us-east-1", file), "utf8")
        .trim()
        .split("\n");
    } catch (error) {
      return [String(error)];
    }
  };
  const logGroup = "arn:aws:logs:us-east-1:000000000000:log-group";

  test("a log group is a file, of which each event is a line", async () => {
    await putRule("to-log", { "detail-type": ["Logged"] });
    await putTarget("to-log", { Arn: `${logGroup}:/events/all` });
    const { Entries } = await putEvent({ DetailType: "Logged" });
    await expect.poll(() => linesOf("_events_all.jsonl")[0]).toContain(Entries?.[0]?.EventId);
  });

  test("what is no JSON once the template is filled in is not delivered", async () => {
    await putRule("to-text", { "detail-type": ["Told"] });
    await putTarget("to-text", {
      Arn: `${logGroup}:/events/text`,
      InputTransformer: { InputPathsMap: { note: "$.detail.note" }, InputTemplate: '"<note>!"' },
    });
    await putEvent({ DetailType: "Told", Detail: '{"note":"say \\"a\\""}' });
    await putEvent({ DetailType: "Told", Detail: '{"note":"say b"}' });
    await expect.poll(() => linesOf("_events_text.jsonl")).toEqual(['"say b!"']);
  });

  test("an event is one line of a log group's file, whatever its values hold", async () => {
    await putRule("to-line", { "detail-type": ["Forged"] });
    await putTarget("to-line", {
      Arn: `${logGroup}:/events/line`,
      InputTransformer: { InputPathsMap: { note: "$.detail.note" }, InputTemplate: '"<note>!"' },
    });
    const note = 'a"\n"ADMIN logged in';
    await putEvent({ DetailType: "Forged", Detail: JSON.stringify({ note }) });
    await expect.poll(() => linesOf("_events_line.jsonl")).toEqual(['"a\\nADMIN logged in!"']);
  });

  test("a configured webhook gets its events signed, and again until it takes them", async () => {
    const before = hook.received.length;
    const { Entries } = await putEvent({ DetailType: "Signed" });
    const id = Entries?.[0]?.EventId ?? "?";
    const mine = () => hook.received.slice(before).filter(({ body }) => body.includes(id));
    await expect.poll(() => mine().length).toBeGreaterThan(0);
    const [first] = mine();
    const { headers = {}, body = "" } = first ?? {};
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const expected = createHmac("sha256", SECRET).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
    expect(JSON.parse(body)).toMatchObject({ source: "studio.app", "detail-type": "Signed", id });
  });
});
