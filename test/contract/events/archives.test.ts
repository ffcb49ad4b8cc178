import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookupRecords } from "../../support/event-records.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const OWN = "000000000000";
const arn = (resource: string) => `arn:aws:events:us-east-1:${OWN}:${resource}`;
const DEFAULT_BUS = arn("event-bus/default");

let dir = "";
let server: TestServer;
let client: eventbridge.EventBridgeClient;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-archives-"));
  server = await startTestServer({ data: dir });
  const { endpoint } = server;
  const options = { endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT };
  client = new eventbridge.EventBridgeClient(options);
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

type Recorded = Readonly<Record<string, unknown>> & { readonly detail: { readonly take: number } };

/** The events that a rule's log group has. */
function recorded(name: string): readonly Recorded[] {
  try {
    const lines = readFileSync(join(dir, "events", OWN, "us-east-1", `${name}.jsonl`), "utf8");
    return lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Recorded);
  } catch {
    return [];
  }
}

const takesOf = (name: string) => recorded(name).map(({ detail }) => detail.take);

async function record(name: string, pattern: object): Promise<string> {
  const rule = { Name: name, EventPattern: JSON.stringify(pattern) };
  const { RuleArn = "" } = await client.send(new eventbridge.PutRuleCommand(rule));
  const Targets = [{ Id: "log", Arn: `arn:aws:logs:us-east-1:${OWN}:log-group:${name}` }];
  await client.send(new eventbridge.PutTargetsCommand({ Rule: name, Targets }));
  return RuleArn;
}

/** Ten events of a source at most. */
async function put(Source: string, takes: readonly number[]): Promise<void> {
  const Entries = takes.map((take) => ({
    ...{ Source, DetailType: "take", Detail: JSON.stringify({ take }) },
    // Apart in time, which is what their order goes by.
    Time: new Date(1_700_000_000_000 + take * 1_000),
  }));
  await client.send(new eventbridge.PutEventsCommand({ Entries }));
}

const RANGE = { EventStartTime: new Date(0), EventEndTime: new Date(2_000_000_000_000) };

function startReplay(name: string, archive: string, filters?: string[]) {
  return client.send(
    new eventbridge.StartReplayCommand({
      ...{ ReplayName: name, EventSourceArn: arn(`archive/${archive}`), ...RANGE },
      Destination: { Arn: DEFAULT_BUS, FilterArns: filters },
    }),
  );
}

const describeReplay = (ReplayName: string) =>
  client.send(new eventbridge.DescribeReplayCommand({ ReplayName }));

function create(ArchiveName: string, pattern?: object, rest: object = {}) {
  const EventPattern = pattern && JSON.stringify(pattern);
  const input = { ArchiveName, EventSourceArn: DEFAULT_BUS, EventPattern, ...rest };
  return client.send(new eventbridge.CreateArchiveCommand(input));
}

const describeArchive = (ArchiveName: string) =>
  client.send(new eventbridge.DescribeArchiveCommand({ ArchiveName }));

describe("archives", () => {
  test("are created, shown, changed, listed and deleted as on AWS", async () => {
    const made = await create("old", { source: ["none"] }, { RetentionDays: 1, Description: "d" });
    const state = { ArchiveArn: arn("archive/old"), State: "ENABLED" };
    expect(made).toMatchObject({ ...state, CreationTime: expect.any(Date) });
    expect(await describeArchive("old")).toMatchObject({
      ...{ ...state, ArchiveName: "old", EventSourceArn: DEFAULT_BUS, Description: "d" },
      ...{ EventPattern: '{"source":["none"]}', RetentionDays: 1, EventCount: 0, SizeBytes: 0 },
    });
    const changes = { ArchiveName: "old", EventPattern: '{"source":["some"]}' };
    await client.send(new eventbridge.UpdateArchiveCommand(changes));
    expect(await describeArchive("old")).toMatchObject({ ...changes, RetentionDays: 1 });
    const list = async (input: eventbridge.ListArchivesRequest) => {
      const { Archives } = await client.send(new eventbridge.ListArchivesCommand(input));
      return Archives?.map(({ ArchiveName }) => ArchiveName);
    };
    for (const input of [{ NamePrefix: "ol" }, { State: "ENABLED" }] as const)
      expect(await list(input)).toContain("old");
    expect(await list({ EventSourceArn: DEFAULT_BUS })).toContain("old");
    expect(await list({ State: "CREATING" })).toEqual([]);
    await expect(list({ NamePrefix: "o", State: "ENABLED" })).rejects.toThrow("At most one filter");
    await client.send(new eventbridge.DeleteArchiveCommand({ ArchiveName: "old" }));
    const gone = { name: "ResourceNotFoundException", message: "Archive old does not exist." };
    await expect(describeArchive("old")).rejects.toMatchObject(gone);
  });

  test.each([
    [{ ArchiveName: "twice" }, "Archive twice already exists."],
    [{ EventSourceArn: arn("event-bus/none") }, "Event bus none does not exist."],
    [{ EventPattern: "{" }, "Event pattern is not valid."],
    [{ KmsKeyIdentifier: "alias/a" }, "KmsKeyIdentifier"],
  ])("can't be made of %j", async (input, reason) => {
    if ("ArchiveName" in input) await create(input.ArchiveName ?? "");
    await expect(create("wrong", undefined, input)).rejects.toThrow(reason);
  });

  test("are not updated by a name alone, whether there is such an archive or not", async () => {
    await create("unchanged");
    for (const ArchiveName of ["unchanged", "never-made"])
      await expect(
        client.send(new eventbridge.UpdateArchiveCommand({ ArchiveName })),
      ).rejects.toMatchObject({
        name: "InternalException",
        message: "Service encountered unexpected problem. Please try again.",
      });
    const changes = { ArchiveName: "never-made", Description: "d" };
    await expect(client.send(new eventbridge.UpdateArchiveCommand(changes))).rejects.toThrow(
      "Archive never-made does not exist.",
    );
  });

  test("keep the events that match, and forget none when they are replayed", async () => {
    await create("kept", { source: ["kept"] });
    await put("kept", [1, 2]);
    await put("other", [3]);
    expect(await describeArchive("kept")).toMatchObject({ EventCount: 2 });
    expect((await describeArchive("kept")).SizeBytes).toBeGreaterThan(100);
    await record("kept-again", { source: ["kept"] });
    await startReplay("kept-once", "kept");
    await expect.poll(() => takesOf("kept-again").sort()).toEqual([1, 2]);
    expect(await describeArchive("kept")).toMatchObject({ EventCount: 2 });
  });
});

describe("replays", () => {
  test("send the events of a time to the named rules, with the replay's name", async () => {
    await create("takes", { source: ["replayed"] });
    await put("replayed", [1, 2, 3, 4, 5]);
    const named = await record("named", { source: ["replayed"], detail: { take: [2, 3, 9] } });
    await record("unnamed", { source: ["replayed"] });
    const started = await startReplay("again", "takes", [named]);
    expect(started).toMatchObject({ ReplayArn: arn("replay/again"), State: "STARTING" });
    await expect.poll(async () => (await describeReplay("again")).State).toBe("COMPLETED");
    expect(await describeReplay("again")).toMatchObject({
      ...{ ReplayName: "again", EventSourceArn: arn("archive/takes"), ...RANGE },
      ...{ Destination: { Arn: DEFAULT_BUS, FilterArns: [named] } },
      EventLastReplayedTime: new Date(1_700_000_005_000),
      ReplayEndTime: expect.any(Date),
    });
    await expect.poll(() => takesOf("named").sort()).toEqual([2, 3]);
    expect(recorded("named")[0]).toMatchObject({ "replay-name": "again", source: "replayed" });
    expect(takesOf("unnamed")).toEqual([]);
    const listed = new eventbridge.ListReplaysCommand({ NamePrefix: "again" });
    const { Replays } = await client.send(listed);
    expect(Replays).toMatchObject([{ ReplayName: "again", State: "COMPLETED" }]);
    const cancel = client.send(new eventbridge.CancelReplayCommand({ ReplayName: "again" }));
    await expect(cancel).rejects.toMatchObject({
      name: "IllegalStatusException",
      message: "Replay again is not in a valid state for this operation.",
    });
  });

  test("end early when they are cancelled", async () => {
    await create("long", { source: ["long"] });
    for (let from = 0; from < 200; from += 10)
      await put(
        "long",
        Array.from({ length: 10 }, (_none, index) => from + index),
      );
    await startReplay("long", "long");
    const cancel = new eventbridge.CancelReplayCommand({ ReplayName: "long" });
    expect(await client.send(cancel)).toMatchObject({ State: "CANCELLING" });
    await expect.poll(async () => (await describeReplay("long")).State).toBe("CANCELLED");
  });

  test.each([
    [{ Destination: { Arn: arn("event-bus/none") } }, "Event bus none does not exist."],
    [{ Destination: { Arn: arn("rule/none") } }, "Must contain an event bus ARN."],
    [{ EventSourceArn: arn("archive/none") }, "Reason: Archive none does not exist."],
    [{ Destination: { Arn: arn("event-bus/aside") } }, "Cross event bus replay is not permitted."],
    [{ EventEndTime: new Date(0) }, "EventStartTime must be before EventEndTime."],
    ...["event-bus/aside", "event-bus/none", "rule/none"].map((destination) => [
      { EventEndTime: RANGE.EventStartTime, Destination: { Arn: arn(destination) } },
      "EventStartTime must be before EventEndTime.",
    ]),
    [{ ReplayName: "once" }, "Replay once already exists."],
    [
      { Destination: { Arn: DEFAULT_BUS, FilterArns: [arn("rule/aside/r")] } },
      "Destination.FilterArns is not valid.",
    ],
  ] as readonly [object, string][])("can't be started with %j", async (input, reason) => {
    await create("source", { source: ["none"] }).catch(() => undefined);
    const aside = new eventbridge.CreateEventBusCommand({ Name: "aside" });
    await client.send(aside).catch(() => undefined);
    if ("ReplayName" in input) await startReplay("once", "source");
    const whole = { ReplayName: "r", EventSourceArn: arn("archive/source"), ...RANGE };
    const starting = { ...whole, Destination: { Arn: DEFAULT_BUS }, ...input };
    const start = client.send(new eventbridge.StartReplayCommand(starting));
    await expect(start).rejects.toThrow(reason);
  });
});

describe("schedules", () => {
  test("are shown, and are for the default bus alone", async () => {
    const rule = { Name: "each-day", ScheduleExpression: "cron(0 3 * * ? *)" };
    await client.send(new eventbridge.PutRuleCommand(rule));
    const shown = await client.send(new eventbridge.DescribeRuleCommand({ Name: "each-day" }));
    expect(shown).toMatchObject({ ...rule, State: "ENABLED", EventBusName: "default" });
    expect(shown.EventPattern).toBeUndefined();
    const aside = new eventbridge.CreateEventBusCommand({ Name: "unscheduled" });
    await client.send(aside);
    const on = { ...rule, EventBusName: "unscheduled" };
    await expect(client.send(new eventbridge.PutRuleCommand(on))).rejects.toThrow(
      "ScheduleExpression is supported only on the default event bus.",
    );
    const wrong = { Name: "wrong", ScheduleExpression: "rate(1 minutes)" };
    await expect(client.send(new eventbridge.PutRuleCommand(wrong))).rejects.toThrow(
      "Parameter ScheduleExpression is not valid.",
    );
  });
});

/** An input of each operation; what it names isn't there. */
const INPUTS: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    ["ApiDestination", "Connection", "EventBus"].flatMap((noun) =>
      ["Describe", "Delete"].map((verb) => [verb + noun, { Name: "none" }]),
    ),
  ),
  ...Object.fromEntries(
    ["DescribeRule", "DeleteRule", "EnableRule", "DisableRule", "DeauthorizeConnection"].map(
      (name) => [name, { Name: "none" }],
    ),
  ),
  ...Object.fromEntries(
    ["ApiDestinations", "Archives", "Connections", "EventBuses", "Replays", "Rules"].map((noun) => [
      `List${noun}`,
      {},
    ]),
  ),
  ...Object.fromEntries(
    ["UpdateApiDestination", "UpdateConnection", "UpdateEventBus"].map((name) => [
      name,
      { Name: "none", Description: "none" },
    ]),
  ),
  CreateApiDestination: {
    ...{ Name: "none", ConnectionArn: arn("connection/none/0"), HttpMethod: "GET" },
    InvocationEndpoint: "https://hook.example/",
  },
  CreateArchive: { ArchiveName: "none", EventSourceArn: arn("event-bus/none") },
  CreateConnection: { Name: "none", AuthorizationType: "BASIC", AuthParameters: {} },
  CreateEventBus: { Name: "recorded" },
  DescribeArchive: { ArchiveName: "none" },
  DeleteArchive: { ArchiveName: "none" },
  UpdateArchive: { ArchiveName: "none" },
  DescribeReplay: { ReplayName: "none" },
  CancelReplay: { ReplayName: "none" },
  StartReplay: {
    ...{ ReplayName: "none", EventSourceArn: arn("archive/none"), ...RANGE },
    Destination: { Arn: DEFAULT_BUS },
  },
  ListRuleNamesByTarget: { TargetArn: arn("event-bus/none") },
  ListTargetsByRule: { Rule: "none" },
  PutPermission: { StatementId: "none", Action: "events:PutEvents", Principal: OWN },
  RemovePermission: { StatementId: "none" },
  PutRule: { Name: "recorded", EventPattern: '{"source":["none"]}' },
  PutTargets: { Rule: "none", Targets: [{ Id: "none", Arn: DEFAULT_BUS }] },
  RemoveTargets: { Rule: "none", Ids: ["none"] },
  ListTagsForResource: { ResourceARN: arn("rule/none") },
  TagResource: { ResourceARN: arn("rule/none"), Tags: [{ Key: "a", Value: "b" }] },
  UntagResource: { ResourceARN: arn("rule/none"), TagKeys: ["a"] },
  TestEventPattern: { EventPattern: "{}", Event: "{}" },
};

test("CloudTrail has a record of each operation, a change or not by what it does", async () => {
  const { events } = await server.server.operations();
  // PutEvents is a data event, of which there is no record.
  const names = (events?.implemented ?? []).filter((name) => name !== "PutEvents");
  expect(Object.keys(INPUTS).sort()).toEqual([...names].sort());
  const commands = eventbridge as unknown as Readonly<
    Record<string, new (input: object) => eventbridge.ListRulesCommand>
  >;
  for (const [name, input] of Object.entries(INPUTS)) {
    const Command = commands[`${name}Command`];
    if (!Command) throw new Error(`The SDK has no ${name}`);
    await client.send(new Command(input)).catch(() => undefined);
  }
  const { cloudtrail } = server.clients();
  const data = { AttributeKey: "EventName" as const, AttributeValue: "PutEvents" };
  expect(await lookupRecords(cloudtrail, { LookupAttributes: [data] })).toEqual([]);
  for (const name of names) {
    const search = { AttributeKey: "EventName" as const, AttributeValue: name };
    const [record] = await lookupRecords(cloudtrail, { LookupAttributes: [search] });
    const isRead = /^(?:Describe|List|Test)/.test(name);
    const expected = { eventName: name, eventSource: "events.amazonaws.com", readOnly: isRead };
    expect(record, name).toMatchObject(expected);
  }
});

test("an event that takes long to compare reaches those whose patterns it matches", async () => {
  const at = [...Array.from({ length: 9_000 }, (_, index) => `10.1.${index % 256}.9`), "10.2.0.1"];
  const ranges = Array.from({ length: 150 }, (_, index) => ({ cidr: `10.3.${index}.0/24` }));
  const pattern = (...more: object[]) =>
    JSON.stringify({ source: ["dear"], detail: { at: [...ranges, ...more] } });
  const archives = { "dear-none": pattern(), "dear-one": pattern({ cidr: "10.2.0.0/24" }) };
  for (const [ArchiveName, EventPattern] of Object.entries(archives))
    await client.send(
      new eventbridge.CreateArchiveCommand({
        ...{ ArchiveName, EventPattern, EventSourceArn: DEFAULT_BUS },
      }),
    );
  const Entries = [1, 2].map(() => ({
    ...{ Source: "dear", DetailType: "t", Detail: JSON.stringify({ at: at.slice(-4_000) }) },
  }));
  const { FailedEntryCount } = await client.send(new eventbridge.PutEventsCommand({ Entries }));
  expect(FailedEntryCount).toBe(0);
  const counts = Object.keys(archives).map(async (ArchiveName) => {
    const { EventCount } = await client.send(
      new eventbridge.DescribeArchiveCommand({ ArchiveName }),
    );
    return EventCount;
  });
  expect(await Promise.all(counts)).toEqual([0, 2]);
  const event = { source: "dear", id: "1", account: "1", time: "2026-01-01T00:00:00Z" };
  const Event = JSON.stringify({ ...event, region: "r", "detail-type": "t", detail: { at } });
  for (const [index, EventPattern] of Object.values(archives).entries()) {
    const asked = new eventbridge.TestEventPatternCommand({ EventPattern, Event });
    expect((await client.send(asked)).Result).toBe(index === 1);
  }
});
