import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const OWN = "000000000000";
const OTHER = "111122223333";
const OTHER_KEY: Key = { accessKeyId: "otherroot", secretAccessKey: "other-root-secret" };
const busArn = (name: string, account = OWN, region = "us-east-1") =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;
const logGroup = (name: string, account = OWN, region = "us-east-1") =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;

let dir = "";
let server: TestServer;
let own: eventbridge.EventBridgeClient;
let other: eventbridge.EventBridgeClient;

function clientOf(credentials: Key, region = "us-east-1"): eventbridge.EventBridgeClient {
  const options = { endpoint: server.endpoint, region, maxAttempts: 1, credentials };
  return new eventbridge.EventBridgeClient(options);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-buses-"));
  server = await startTestServer({
    data: dir,
    accounts: [
      {
        id: OTHER,
        rootAccessKeyId: OTHER_KEY.accessKeyId,
        rootSecretAccessKey: OTHER_KEY.secretAccessKey,
      },
    ],
  });
  own = clientOf(ROOT);
  other = clientOf(OTHER_KEY);
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

const create = (Name: string, rest: Partial<eventbridge.CreateEventBusRequest> = {}) =>
  own.send(new eventbridge.CreateEventBusCommand({ Name, ...rest }));
const describeBus = (Name?: string, client = own) =>
  client.send(new eventbridge.DescribeEventBusCommand({ Name }));

function permit(EventBusName: string, rest: Partial<eventbridge.PutPermissionRequest>) {
  return own.send(new eventbridge.PutPermissionCommand({ EventBusName, ...rest }));
}

async function policyOf(name: string): Promise<unknown> {
  const { Policy } = await describeBus(name);
  return Policy === undefined ? undefined : JSON.parse(Policy);
}

/** Writes what reaches the bus to a log group of the name. */
async function record(
  EventBusName: string,
  name: string,
  { client = own, account = OWN, region = "us-east-1", pattern = '{"source":["studio"]}' } = {},
) {
  const rule = { Name: name, EventBusName, EventPattern: pattern };
  await client.send(new eventbridge.PutRuleCommand(rule));
  const Targets = [{ Id: "log", Arn: logGroup(name, account, region) }];
  await client.send(new eventbridge.PutTargetsCommand({ Rule: name, EventBusName, Targets }));
}

/** Sends what reaches the bus to another one, as a role. */
async function pipe(from: string, to: string, RoleArn: string, client = own) {
  const Name = `to-${to.replaceAll(/[^a-z0-9]/g, "-").slice(-40)}`;
  const rule = { Name, EventBusName: from, EventPattern: '{"source":["studio"]}' };
  await client.send(new eventbridge.PutRuleCommand(rule));
  const Targets = [{ Id: "bus", Arn: to, RoleArn }];
  await client.send(new eventbridge.PutTargetsCommand({ Rule: Name, EventBusName: from, Targets }));
}

function put(entry: Partial<eventbridge.PutEventsRequestEntry>, client = own) {
  const whole = { Source: "studio", DetailType: "take", Detail: "{}", ...entry };
  return client.send(new eventbridge.PutEventsCommand({ Entries: [whole] }));
}

/** The takes that were recorded in a log group. */
function takes(name: string, account = OWN, region = "us-east-1"): unknown[] {
  try {
    const lines = readFileSync(join(dir, "events", account, region, `${name}.jsonl`), "utf8");
    return lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).detail.take);
  } catch {
    return [];
  }
}

const take = (number: unknown) => JSON.stringify({ take: number });

async function forwarder(RoleName: string, allowed: string, keys: object = {}): Promise<string> {
  const Principal = { Service: "events.amazonaws.com" };
  const trust = { Principal, Action: "sts:AssumeRole", Condition: { StringEquals: keys } };
  const document = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const { iam } = server.clients();
  const role = { RoleName, AssumeRolePolicyDocument: document(trust) };
  const { Role } = await iam.send(new CreateRoleCommand(role));
  const PolicyDocument = document({ Action: "events:PutEvents", Resource: allowed });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "put", PolicyDocument }));
  return Role?.Arn ?? "";
}

describe("event buses", () => {
  test("are created, shown, changed, listed in pages and deleted as on AWS", async () => {
    const Tags = [{ Key: "team", Value: "media" }];
    expect(await create("life", { Description: "a bus", Tags })).toMatchObject({
      ...{ EventBusArn: busArn("life"), Description: "a bus" },
    });
    await create("life-2");
    const shown = await describeBus("life");
    const times = { CreationTime: expect.any(Date), LastModifiedTime: expect.any(Date) };
    expect(shown).toMatchObject({ Name: "life", Arn: busArn("life"), ...times });
    expect(shown.Policy).toBeUndefined();
    expect(await describeBus(busArn("life"))).toMatchObject({ Description: "a bus" });
    const update = new eventbridge.UpdateEventBusCommand({ Name: "life", Description: "mine" });
    expect(await own.send(update)).toMatchObject({ Name: "life", Description: "mine" });
    const page = (NextToken?: string) =>
      own.send(new eventbridge.ListEventBusesCommand({ NamePrefix: "life", Limit: 1, NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    const names = [first, second].map(({ EventBuses }) => EventBuses?.map(({ Name }) => Name));
    expect(names).toEqual([["life"], ["life-2"]]);
    expect(second.NextToken).toBeUndefined();
    const all = await own.send(new eventbridge.ListEventBusesCommand({}));
    expect(all.EventBuses?.map(({ Name }) => Name)).toEqual(["default", "life", "life-2"]);
    const ResourceARN = busArn("life");
    const tags = new eventbridge.ListTagsForResourceCommand({ ResourceARN });
    expect((await own.send(tags)).Tags).toEqual(Tags);
    await record("life", "kept");
    const remove = (Name: string) => own.send(new eventbridge.DeleteEventBusCommand({ Name }));
    await expect(remove("life")).rejects.toThrow("since it has rules");
    const rule = { Rule: "kept", EventBusName: "life", Ids: ["log"] };
    await own.send(new eventbridge.RemoveTargetsCommand(rule));
    await own.send(new eventbridge.DeleteRuleCommand({ Name: "kept", EventBusName: "life" }));
    for (const name of ["life", "life-2", "never-was"]) await remove(name);
    await expect(describeBus("life")).rejects.toMatchObject({
      ...{ name: "ResourceNotFoundException", message: "Event bus life does not exist." },
    });
  });

  test.each([
    [{ Name: "a/b" }, "Event bus name must not contain '/'."],
    [{ Name: "default" }, "Event bus default already exists."],
    [{ Name: "twice" }, "Event bus twice already exists."],
    [{ Name: "k", KmsKeyIdentifier: "alias/a" }, "KmsKeyIdentifier"],
    [{ Name: "k", DeadLetterConfig: { Arn: "arn:aws:sqs:::q" } }, "DeadLetterConfig"],
  ])("can't be made of %j", async (input, reason) => {
    if (input.Name === "twice") await create("twice");
    const creating = own.send(new eventbridge.CreateEventBusCommand(input));
    await expect(creating).rejects.toThrow(reason);
  });

  test("the default one can't be deleted", async () => {
    const remove = new eventbridge.DeleteEventBusCommand({ Name: "default" });
    await expect(own.send(remove)).rejects.toThrow("Cannot delete event bus default.");
  });

  test("are a hundred at most beside the default one", async () => {
    const there = clientOf(ROOT, "eu-west-1");
    const add = (Name: string) => there.send(new eventbridge.CreateEventBusCommand({ Name }));
    await Promise.all(Array.from({ length: 100 }, (_none, index) => add(`bus-${index}`)));
    await expect(add("bus-100")).rejects.toMatchObject({ name: "LimitExceededException" });
  });
});

describe("rules", () => {
  test("of a bus are its own, by its name or ARN", async () => {
    await create("stage");
    await record(busArn("stage"), "same");
    await record("default", "same", { pattern: '{"source":["other"]}' });
    const described = (EventBusName?: string) =>
      own.send(new eventbridge.DescribeRuleCommand({ Name: "same", EventBusName }));
    expect(await described("stage")).toMatchObject({
      ...{ Name: "same", EventBusName: "stage", EventPattern: '{"source":["studio"]}' },
      Arn: `arn:aws:events:us-east-1:${OWN}:rule/stage/same`,
    });
    expect(await described()).toMatchObject({ EventPattern: '{"source":["other"]}' });
    const listed = async (EventBusName: string) => {
      const { Rules } = await own.send(new eventbridge.ListRulesCommand({ EventBusName }));
      return Rules?.map(({ Arn }) => Arn?.replace(/.*:rule\//, ""));
    };
    expect(await listed("stage")).toEqual(["stage/same"]);
    expect(await listed("default")).toEqual(["same"]);
    const byTarget = (EventBusName: string) =>
      own.send(
        new eventbridge.ListRuleNamesByTargetCommand({ TargetArn: logGroup("same"), EventBusName }),
      );
    for (const bus of ["stage", "default"])
      expect((await byTarget(bus)).RuleNames).toEqual(["same"]);
    const ResourceARN = `arn:aws:events:us-east-1:${OWN}:rule/stage/same`;
    const Tags = [{ Key: "a", Value: "b" }];
    await own.send(new eventbridge.TagResourceCommand({ ResourceARN, Tags }));
    const tags = new eventbridge.ListTagsForResourceCommand({ ResourceARN });
    expect((await own.send(tags)).Tags).toEqual(Tags);
    await put({ EventBusName: "stage", Detail: take(1) });
    await put({ Detail: take(2) });
    await put({ EventBusName: busArn("stage"), Detail: take(3) });
    await expect.poll(() => takes("same").sort()).toEqual([1, 3]);
  });

  test("of another account's bus, or of a bus that isn't there, aren't to be had", async () => {
    const rule = { Name: "r", EventPattern: '{"source":["x"]}' };
    const on = (EventBusName: string) =>
      own.send(new eventbridge.PutRuleCommand({ ...rule, EventBusName }));
    await expect(on("nowhere")).rejects.toThrow("Event bus nowhere does not exist.");
    const elsewhere = on(busArn("default", OTHER));
    await expect(elsewhere).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(on(busArn("default", OWN, "eu-west-1"))).rejects.toThrow("Cross-region");
  });
});

describe("permissions", () => {
  test("are statements of the bus's policy, put and removed one by one", async () => {
    await create("shared");
    const statement = (Sid: string, Principal: unknown, rest: object = {}) => ({
      ...{ Sid, Effect: "Allow", Principal, Action: "events:PutEvents" },
      ...{ Resource: busArn("shared"), ...rest },
    });
    const Action = "events:PutEvents";
    await permit("shared", { Action, StatementId: "one", Principal: OTHER });
    const organization = { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-1234567890" };
    const all = { Action, StatementId: "all", Principal: "*", Condition: organization };
    await permit("shared", all);
    const root = { AWS: `arn:aws:iam::${OTHER}:root` };
    const whole = statement("all", "*", {
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } },
    });
    expect(await policyOf("shared")).toEqual({
      ...{ Version: "2012-10-17", Statement: [statement("one", root), whole] },
    });
    const remove = (input: eventbridge.RemovePermissionRequest) =>
      own.send(new eventbridge.RemovePermissionCommand({ EventBusName: "shared", ...input }));
    await remove({ StatementId: "one" });
    expect(await policyOf("shared")).toMatchObject({ Statement: [whole] });
    await expect(remove({ StatementId: "one" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Statement with the provided id does not exist.",
    });
    await remove({ RemoveAllPermissions: true });
    expect(await policyOf("shared")).toBeUndefined();
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statement("w", root) });
    await permit("shared", { Policy });
    await permit("shared", { Action, StatementId: "more", Principal: OTHER });
    expect(await policyOf("shared")).toMatchObject({ Statement: [{ Sid: "w" }, { Sid: "more" }] });
  });

  test.each([
    [{ Action: "events:ListRules", Principal: OTHER, StatementId: "s" }, "'action'"],
    [{ Action: "events:PutEvents", StatementId: "s" }, "Principal and StatementId"],
    [{ Policy: "{}" }, "Parameter Policy is not valid."],
    [{ Policy: "{}", Action: "events:PutEvents" }, "takes the place of"],
    [{ Policy: " ".repeat(10_241) }, "at most 10240 characters"],
  ])("case %# isn't one", async (input, reason) => {
    await expect(permit("default", input)).rejects.toThrow(reason);
  });

  test("let another account put events, which stay that account's", async () => {
    await create("open");
    await record("open", "guests", { pattern: `{"account":["${OTHER}"]}` });
    const EventBusName = busArn("open");
    const putting = () => put({ EventBusName, Detail: take("in") }, other);
    await expect(putting()).rejects.toMatchObject({ name: "AccessDeniedException" });
    const Statement = [
      {
        ...{ Sid: "s", Effect: "Allow", Principal: { AWS: OTHER }, Action: "events:PutEvents" },
        Resource: EventBusName,
        Condition: { StringEquals: { "events:detail-type": "take" } },
      },
    ];
    await permit("open", { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    await putting();
    await expect.poll(() => takes("guests")).toEqual(["in"]);
    const wrong = put({ EventBusName, DetailType: "else" }, other);
    await expect(wrong).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("a bus as a target", () => {
  test("gets events as they are, in any Region, but never from a third bus", async () => {
    await Promise.all([create("first"), create("second"), create("third")]);
    const role = await forwarder("forwards", "*");
    await pipe("first", busArn("second"), role);
    await pipe("second", busArn("third"), role);
    await pipe("second", busArn("first"), role);
    await pipe("first", busArn("default", OWN, "eu-west-1"), role);
    for (const name of ["first", "second", "third"]) await record(name, `at-${name}`);
    const there = { client: clientOf(ROOT, "eu-west-1"), region: "eu-west-1" };
    await record("default", "away", { ...there, pattern: '{"region":["us-east-1"]}' });
    await put({ EventBusName: "first", Detail: take(1) });
    await expect.poll(() => takes("at-second")).toEqual([1]);
    await expect.poll(() => takes("away", OWN, "eu-west-1")).toEqual([1]);
    await put({ EventBusName: "second", Detail: take(2) });
    await expect.poll(() => takes("at-third")).toEqual([2]);
    await expect.poll(() => takes("at-first")).toEqual([1, 2]);
    expect(takes("at-second")).toEqual([1, 2]);
  });

  test("gets events by a role that trusts EventBridge for the rule alone", async () => {
    await create("asked");
    const rule = (name: string) => `arn:aws:events:us-east-1:${OWN}:rule/asked/to-${name}`;
    const to = (bus: string) =>
      busArn(bus)
        .replaceAll(/[^a-z0-9]/g, "-")
        .slice(-40);
    const pipes = async (name: string, keys: object) => {
      await create(name);
      const role = await forwarder(name, "*", keys);
      await pipe("asked", busArn(name), role);
      await record(name, name);
    };
    await pipes("other-account", { "aws:SourceAccount": OTHER });
    await pipes("other-rule", { "aws:SourceArn": rule("nowhere") });
    await pipes("own-account", { "aws:SourceAccount": OWN });
    await pipes("own-rule", { "aws:SourceArn": rule(to("own-rule")) });
    await put({ EventBusName: "asked", Detail: take(1) });
    for (const name of ["own-account", "own-rule"])
      await expect.poll(() => takes(name)).toEqual([1]);
    for (const name of ["other-account", "other-rule"]) expect(takes(name)).toEqual([]);
  });

  test("in another account needs its policy, and the role's", async () => {
    const theirs = busArn("default", OTHER);
    const guests = { client: other, account: OTHER, pattern: `{"account":["${OWN}"]}` };
    await record("default", "from-own", guests);
    await create("sending");
    await pipe("sending", theirs, await forwarder("sends-there", theirs));
    await create("mute");
    await pipe("mute", theirs, await forwarder("sends-nowhere", busArn("mute")));
    const permission = { Action: "events:PutEvents", StatementId: "own", Principal: OWN };
    await put({ EventBusName: "mute", Detail: take("never") });
    await put({ EventBusName: "sending", Detail: take("later") });
    await other.send(new eventbridge.PutPermissionCommand(permission));
    // What was refused before comes again, and only what the role may send.
    await expect.poll(() => takes("from-own", OTHER), { timeout: 10_000 }).toEqual(["later"]);
    const RoleArn = `arn:aws:iam::${OWN}:role/sends-there`;
    const target = async (rest: object) => {
      const Targets = [{ Id: "t", Arn: theirs, RoleArn, ...rest }];
      const on = { Rule: "strict", EventBusName: "sending", Targets };
      return own.send(new eventbridge.PutTargetsCommand(on));
    };
    const rule = { Name: "strict", EventBusName: "sending", EventPattern: '{"source":["none"]}' };
    await own.send(new eventbridge.PutRuleCommand(rule));
    await expect(target({ RoleArn: undefined })).rejects.toThrow("RoleArn is required for target");
    expect(await target({ InputPath: "$.detail" })).toMatchObject({ FailedEntryCount: 1 });
  });
});
