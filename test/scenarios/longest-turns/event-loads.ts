import { setTimeout as sleep } from "node:timers/promises";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { ROOT, type TestServer } from "../../support/test-server.ts";
import type { Load } from "./loads.ts";

const POLL_MS = 10;
const TARGETS = Array.from({ length: 5 }, (_, at) => at);
/** As many as a transformer may have. */
const NAMES = Array.from({ length: 100 }, (_, at) => `a${at}`);

const eventsOf = ({ endpoint }: TestServer) =>
  new EventBridgeClient({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });

/** Rules for events of the source, with as many targets as they may have. */
async function putRules(server: TestServer, source: string, count: number, target: object) {
  const events = eventsOf(server);
  const EventPattern = JSON.stringify({ source: [source] });
  const Targets = TARGETS.map(
    (at): Target => ({
      ...{ Id: `${at}`, Arn: `arn:aws:logs:us-east-1:000000000000:log-group:${source}` },
      ...target,
    }),
  );
  for (let at = 0; at < count; at++) {
    const Name = `${source}-${at}`;
    await events.send(new PutRuleCommand({ Name, EventPattern }));
    await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
  }
}

async function putEvent(server: TestServer, Source: string, detail: object): Promise<void> {
  const Entries = [{ Source, DetailType: "t", Detail: JSON.stringify(detail) }];
  const { FailedEntryCount } = await eventsOf(server).send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount !== 0) throw new Error("The event wasn't taken.");
}

async function allDelivered({ endpoint }: TestServer): Promise<void> {
  for (;;) {
    const answer = await fetch(`${endpoint}/_rolecast/health`);
    const { events } = (await answer.json()) as { events: { waiting: number } };
    if (events.waiting === 0) return;
    await sleep(POLL_MS);
  }
}

/** An event whose targets each get it transformed. */
function transformed(name: string, source: string, transformer: object, detail: object): Load {
  return {
    name,
    prepare: (server) => putRules(server, source, 1, { InputTransformer: transformer }),
    async work(server) {
      await putEvent(server, source, detail);
      await allDelivered(server);
    },
  };
}

const pathsOf = (path: string) => Object.fromEntries(NAMES.map((name) => [name, path]));

export const EVENT_LOADS: readonly Load[] = [
  transformed(
    "a large event is transformed by paths with many wildcards",
    "turns-deep",
    { InputPathsMap: pathsOf(`$.detail.a${"[*]".repeat(80)}`), InputTemplate: '{"a":<a0>}' },
    { a: new Array(1_500).fill(JSON.parse(`${"[".repeat(80)}1${"]".repeat(80)}`)) },
  ),
  transformed(
    "a large event is transformed by many paths",
    "turns-wide",
    { InputPathsMap: pathsOf("$.detail.a[*]"), InputTemplate: '{"a":<a0>}' },
    { a: new Array(120_000).fill(1) },
  ),
  transformed(
    "an event becomes many lines of text",
    "turns-lines",
    {
      InputPathsMap: { a: "$.detail.a" },
      InputTemplate: new Array(1_000).fill('"<a>"').join("\n"),
    },
    { a: '"\n"'.repeat(300) },
  ),
  {
    name: "a large event has more than a thousand deliveries",
    prepare: (server) => putRules(server, "turns-many", 290, {}),
    // Their targets write files for minutes.
    work: (server) => putEvent(server, "turns-many", { a: "a".repeat(40_000) }),
  },
];
