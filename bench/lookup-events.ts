/**
 * Measures what a page of LookupEvents costs as the history grows: `tsx bench/lookup-events.ts
 * [--postgres]`.
 *
 * Method: one server in this process (durable) has three accounts: with 1,000 events that came one
 * a second, with 100,000 that did, and with 100,000 that came 1,000 a second. Each is asked in
 * turn, by the services' own way to each other, for pages of 50: the first, one from NextToken
 * after half of the history, one of a time range in its middle, and by each attribute. What is
 * compared is the thread's processor time (not PostgreSQL's), the median of the rounds. Beside it
 * stands the longest that it computed without a turn for others during a page, again the median. A
 * page that isn't full although there are more events fails too.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type {
  LookupEventsCommandInput,
  LookupEventsCommandOutput,
} from "@aws-sdk/client-cloudtrail";
import { createServer } from "@rolecast/server";
import { migrationsOf } from "../packages/server/src/compose-services.ts";
import { randomIds } from "../packages/server/src/kernel/ids.ts";
import { BatchWriter } from "../packages/server/src/services/cloudtrail/events/batch-writer.ts";
import { findableOf } from "../packages/server/src/services/cloudtrail/record/event-attributes.ts";
import { newEventId } from "../packages/server/src/services/cloudtrail/record/event-ids.ts";
import type { EventRecord } from "../packages/server/src/services/cloudtrail/record/event-record.ts";
import type { CloudTrailTables } from "../packages/server/src/services/cloudtrail/tables.ts";
import { SERVICES } from "../packages/server/src/services/index.ts";
import { openStore } from "../packages/server/src/storage/open-store.ts";
import { startPostgres } from "../packages/server/src/storage/testing/postgres-server.ts";
import "./exit-by-signal.ts";
import { HeldTime, threadTimeMs } from "./growth/thread-time.ts";

const ROUNDS = 15;
const REGION = "us-east-1";
const PAGE = 50;
const ACCOUNTS = [
  { id: "100000001000", events: 1_000, everyMs: 1_000 },
  { id: "100000100000", events: 100_000, everyMs: 1_000 },
  { id: "100000100001", events: 100_000, everyMs: 1 },
] as const;
const NAMES = 5;
const USERS = 10;
/** The smallest and the largest account; the searched event is in the middle of both. */
const SOUGHT_SHARE = 0.5;

const { values: flags } = parseArgs({ options: { postgres: { type: "boolean" } } });
const data = mkdtempSync(join(tmpdir(), "rolecast-lookup-"));
const postgres = flags.postgres ? await startPostgres() : undefined;
const nowMs = Date.now();
const accounts = ACCOUNTS.map(({ id }) => ({
  id,
  rootAccessKeyId: `root${id}`,
  rootSecretAccessKey: `secret${id}`,
}));
const settings = {
  ...{ data, accounts, port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 },
  ...(postgres ? { database: postgres.url } : {}),
};

// Makes the folder, and the tables.
await (await createServer(settings)).close();
await fill();
const server = await createServer(settings);
const longest = new HeldTime();
try {
  console.log(
    `| asked for | ${ACCOUNTS.map(({ events, everyMs }) => `${events}, one a ${everyMs === 1 ? "ms" : "second"}`).join(" | ")} | ratio | held |`,
  );
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [name, inputOf] of searches()) await compare(name, inputOf);
} finally {
  longest.close();
  await server.close();
  await postgres?.remove();
  rmSync(data, { recursive: true, force: true });
}

type Account = (typeof ACCOUNTS)[number];
type Search = (account: Account) => Promise<LookupEventsCommandInput>;

function searches(): readonly (readonly [string, Search])[] {
  const sought = ({ events }: Account) => Math.floor(events * SOUGHT_SHARE);
  const by =
    (AttributeKey: string, pick: (account: Account, index: number) => string): Search =>
    async (account) => ({
      LookupAttributes: [
        {
          AttributeKey: AttributeKey as "EventId",
          AttributeValue: pick(account, sought(account)),
        },
      ],
    });
  return [
    ["the first page", async () => ({})],
    ["behind half", (account) => behind(account, {})],
    ["a time range", async (account) => rangeOf(account)],
    ["a range, behind", (account) => behind(account, rangeOf(account))],
    ["EventId", by("EventId", (account, index) => idOf(account, index))],
    ["EventName", by("EventName", (_account, index) => `Operation${index % NAMES}`)],
    ["Username", by("Username", (_account, index) => `user${index % USERS}`)],
    ["AccessKeyId", by("AccessKeyId", (_account, index) => `AKIA${index % USERS}`)],
    ["ReadOnly", by("ReadOnly", () => "true")],
    ["EventSource", by("EventSource", () => "iam.amazonaws.com")],
    ["ResourceType", by("ResourceType", () => "AWS::IAM::User")],
    ["ResourceName", by("ResourceName", (_account, index) => `thing${index}`)],
    ["nobody's name", by("Username", () => "nobody")],
    [
      "EventName, behind",
      async (account) =>
        behind(account, {
          LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "Operation3" }],
        }),
    ],
  ];
}

function rangeOf({ events, everyMs }: Account): LookupEventsCommandInput {
  const middleMs = nowMs - (events * everyMs) / 2;
  return {
    StartTime: new Date(middleMs - 200 * everyMs),
    EndTime: new Date(middleMs + 200 * everyMs),
  };
}

/** The same search, from a token that an event in the middle of it gives. */
async function behind(account: Account, search: LookupEventsCommandInput) {
  const deep = search.StartTime
    ? search
    : { ...search, EndTime: new Date(nowMs - account.events * account.everyMs * SOUGHT_SHARE) };
  const { NextToken } = await lookUp(account, { ...deep, MaxResults: 20 });
  return { ...deep, NextToken: NextToken ?? "" };
}

function lookUp({ id }: Account, input: LookupEventsCommandInput) {
  const principal = { kind: "root", accountId: id, arn: `arn:aws:iam::${id}:root` } as const;
  const options = { as: { principal }, region: REGION, sourceIp: "127.0.0.1", userAgent: "bench" };
  return server.invoke<LookupEventsCommandOutput>("cloudtrail", "LookupEvents", input, options);
}

async function compare(name: string, inputOf: Search): Promise<void> {
  const inputs = await Promise.all(ACCOUNTS.map(inputOf));
  const times = ACCOUNTS.map((): number[] => []);
  const held: number[] = [];
  let empty = false;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, account] of ACCOUNTS.entries()) {
      longest.takeMs();
      const startedMs = threadTimeMs();
      const { Events = [], NextToken } = await lookUp(account, inputs[index] ?? {});
      times[index]?.push(threadTimeMs() - startedMs);
      // The last of it ends with a turn.
      await new Promise((resolve) => setTimeout(resolve, 5));
      held.push(longest.takeMs());
      empty ||= NextToken !== undefined && Events.length < PAGE;
    }
  }
  const [few = 0, ...many] = times.map(median);
  const ratio = Math.max(...many) / few;
  const figures = [few, ...many].map((ms) => `${ms.toFixed(1)} ms`).join(" | ");
  const mark = ratio <= 2 && !empty ? "" : " **no**";
  console.log(
    `| ${name} | ${figures} | ${ratio.toFixed(2)}${mark} | ${median(held).toFixed(0)} ms |`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function fill(): Promise<void> {
  const store = await openStore({
    shared: postgres && { url: postgres.url },
    file: join(data, "rolecast.db"),
    durable: false,
    migrations: migrationsOf(SERVICES),
    nowMs: () => nowMs,
  });
  const tables = store.tables<CloudTrailTables>();
  const writer = new BatchWriter({ store: tables, ids: randomIds, onBatches: async () => {} });
  for (const account of ACCOUNTS) {
    const all = Array.from({ length: account.events }, (_, index) => eventOf(account, index));
    const records = all.map((record) => ({ record, segment: "" }));
    for (let from = 0; from < records.length; from += 1_000)
      await writer.write(records.slice(from, from + 1_000), () => {});
  }
  await store.close();
}

function idOf({ events, everyMs }: Account, index: number): string {
  const atMs = timeOf({ events, everyMs }, index);
  return newEventId(atMs, {
    ...randomIds,
    uuid: () => `0-0-4000-8000-${`${index}`.padStart(12, "0")}`,
  });
}

/** The latest has the highest index. */
function timeOf({ events, everyMs }: Pick<Account, "events" | "everyMs">, index: number): number {
  return nowMs - 60_000 - (events - index) * everyMs;
}

function eventOf(account: Account, index: number): EventRecord {
  const { id } = account;
  const atMs = timeOf(account, index);
  const record = {
    eventVersion: "1.11",
    userIdentity: {
      ...{ type: "IAMUser", principalId: `AIDA${index % USERS}`, accountId: id },
      ...{ arn: `arn:aws:iam::${id}:user/user${index % USERS}`, userName: `user${index % USERS}` },
      accessKeyId: `AKIA${index % USERS}`,
    },
    eventTime: new Date(atMs).toISOString(),
    eventSource: "iam.amazonaws.com",
    eventName: `Operation${index % NAMES}`,
    awsRegion: REGION,
    sourceIPAddress: "127.0.0.1",
    userAgent: "aws-cli/2.15.0 Python/3.11.6 Linux/6.6 exe/x86_64 prompt/off command/iam",
    requestParameters: { userName: `thing${index}`, path: "/", note: "x".repeat(200) },
    responseElements: null,
    requestID: idOf(account, index),
    eventID: idOf(account, index),
    readOnly: true,
    resources: [
      { accountId: id, type: "AWS::IAM::User", ARN: `arn:aws:iam::${id}:user/thing${index}` },
    ],
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: id,
    eventCategory: "Management",
  };
  return {
    ...{ eventId: record.eventID, accountId: id, region: REGION, kind: "read", readOnly: true },
    ...{ atMs, findable: findableOf(record), text: JSON.stringify(record) },
  };
}
