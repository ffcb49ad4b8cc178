import {
  LookupAttributeKey,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { DeleteUserCommand, GetRoleCommand, GetUserCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookupRecords } from "../../support/event-records.ts";
import { createUser } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let ann: Key;

beforeAll(async () => {
  server = await startTestServer();
  const { iam } = server.clients();
  ann = await createUser(iam, "ann", [
    { Effect: "Allow", Action: ["iam:GetUser", "iam:DeleteUser"], Resource: "*" },
  ]);
  await createUser(iam, "ben");
  const own = server.clients(ann).iam;
  await own.send(new GetUserCommand({ UserName: "ben" }));
  await own.send(new GetRoleCommand({ RoleName: "secret" })).catch(() => {});
  await own.send(new DeleteUserCommand({ UserName: "ben" })).catch(() => {});
});
afterAll(() => server.close());

const lookup = (input: LookupEventsCommandInput = {}) =>
  server.clients().cloudtrail.send(new LookupEventsCommand(input));

const by = (AttributeKey: LookupAttributeKey, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

async function namesOf(search: LookupEventsCommandInput): Promise<readonly string[]> {
  const records = await lookupRecords(server.clients().cloudtrail, search);
  return records.map(({ eventName }) => eventName);
}

test("events come newest first, with what the history shows of them", async () => {
  const { Events = [] } = await lookup(by("Username", "ann"));
  expect(Events.map(({ EventName }) => EventName)).toEqual(["DeleteUser", "GetRole", "GetUser"]);
  expect(Events[2]).toMatchObject({
    EventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    ReadOnly: "true",
    AccessKeyId: ann.accessKeyId,
    EventTime: expect.any(Date),
    EventSource: "iam.amazonaws.com",
    Username: "ann",
    Resources: [{ ResourceType: "AWS::IAM::User", ResourceName: "ben" }],
  });
});

test("every attribute finds its events and no others", async () => {
  const { Events = [] } = await lookup(by("EventName", "GetRole"));
  const EventId = Events[0]?.EventId ?? "";
  const created = [
    "CreateAccessKey",
    "CreateUser",
    "PutUserPolicy",
    "CreateAccessKey",
    "CreateUser",
  ];
  expect(await namesOf(by("EventId", EventId))).toEqual(["GetRole"]);
  expect(await namesOf(by("AccessKeyId", ann.accessKeyId))).toEqual([
    "DeleteUser",
    "GetRole",
    "GetUser",
  ]);
  expect(await namesOf(by("ResourceName", "ben"))).toEqual([
    "DeleteUser",
    "GetUser",
    "CreateAccessKey",
    "CreateUser",
  ]);
  expect(await namesOf(by("ResourceType", "AWS::IAM::Role"))).toEqual(["GetRole"]);
  const changes = await namesOf(by("ReadOnly", "false"));
  expect(changes.filter((name) => name !== "DeleteUser")).toEqual(expect.arrayContaining(created));
  expect(changes).not.toContain("GetUser");
  expect(await namesOf(by("EventSource", "s3.amazonaws.com"))).toEqual([]);
});

test("pages of any size together are the whole", async () => {
  const until = { EndTime: new Date() };
  const whole = await lookupRecords(server.clients().cloudtrail, { ...until, MaxResults: 50 });
  for (const MaxResults of [1, 2, 7]) {
    const paged = await lookupRecords(server.clients().cloudtrail, { ...until, MaxResults });
    expect(paged).toEqual(whole);
  }
});

test("a time range leaves out what is older or newer", async () => {
  const [StartTime, EndTime] = [60_000, 120_000].map((ms) => new Date(Date.now() + ms));
  expect((await lookup({ StartTime, EndTime })).Events).toEqual([]);
  expect((await lookup({ EndTime: new Date(Date.now() - 600_000) })).Events).toEqual([]);
});

test("another Region's and another account's events aren't seen", async () => {
  const { cloudtrail } = server.clients(undefined, "eu-west-1");
  const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({}));
  expect(Events.map(({ EventName }) => EventName)).toEqual([]);
});

test.each<[LookupEventsCommandInput, string]>([
  [{ MaxResults: 51 }, "InvalidMaxResultsException"],
  [{ MaxResults: 0 }, "InvalidMaxResultsException"],
  [{ NextToken: "nonsense" }, "InvalidNextTokenException"],
  [{ StartTime: new Date(2), EndTime: new Date(1) }, "InvalidTimeRangeException"],
  [{ StartTime: new Date("2100-01-01") }, "InvalidTimeRangeException"],
  [{ EventCategory: "data" as "insight" }, "InvalidEventCategoryException"],
  [by("ReadOnly", "maybe"), "InvalidLookupAttributesException"],
  [
    {
      LookupAttributes: [
        { AttributeKey: LookupAttributeKey.EVENT_NAME, AttributeValue: "a" },
        { AttributeKey: LookupAttributeKey.USERNAME, AttributeValue: "b" },
      ],
    },
    "InvalidLookupAttributesException",
  ],
  [by("Colour" as LookupAttributeKey, "red"), "ValidationException"],
])("%j is refused: %s", async (input, name) => {
  await expect(lookup(input)).rejects.toMatchObject({ name });
});

test("a token of another search is refused, and looking needs permission", async () => {
  const { NextToken } = await lookup({ MaxResults: 1 });
  await expect(
    lookup({ ...by("EventName", "GetUser"), NextToken: NextToken ?? "" }),
  ).rejects.toMatchObject({ name: "InvalidNextTokenException" });
  const denied = server.clients(ann).cloudtrail.send(new LookupEventsCommand({}));
  await expect(denied).rejects.toMatchObject({ name: "AccessDeniedException" });
});
