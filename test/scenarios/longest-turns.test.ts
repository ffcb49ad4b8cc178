import { existsSync } from "node:fs";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateBucketCommand, DeleteObjectsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Operation } from "@rolecast/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LoadedService } from "../../packages/server/src/gateway/registered-service.ts";
import { loadedServices } from "../../packages/server/src/testing/loaded-services.ts";
import { ROOT, startTestServer, type TestServer } from "../support/test-server.ts";
import { SDKS } from "./longest-turns/clients.ts";
import { largestInputs } from "./longest-turns/largest-input.ts";
import { prepare } from "./longest-turns/prepare.ts";
import { type Sendable, send } from "./longest-turns/requests.ts";
import { DOCUMENTS, LARGE_TEMPLATES, PLACES } from "./longest-turns/seeds.ts";
import { signerOf } from "./longest-turns/signed-calls.ts";
import { longestTurnMs, slowness, TURN_MAX_MS } from "./longest-turns/turn-meter.ts";

/*
 * No single request holds the loop that serves all others. Each operation that works gets inputs
 * made from its schema and constraints: the required members, then one large member after the
 * other, as large as its limit allows and larger, and hand-written documents that are dear to read.
 * Measured is the processor's time of this thread, which serves, in the longest turn of the loop:
 * never the clock, since other programs take their share of the machine.
 */

/**
 * A turn that is longer is measured again: the collector's and the compiler's work, of all that was
 * done before, falls into any turn. What a request itself takes, it takes each time.
 */
const RUNS_MAX = 4;

/** Operations that aren't called. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "Rolecast Reset": "it takes away what the others need",
  "Rolecast Drain": "it waits until the server has no streams",
};

let server: TestServer;
let services: readonly LoadedService[];

beforeAll(async () => {
  services = await loadedServices();
  server = await startTestServer();
  await prepare(server.endpoint);
}, 60_000);
afterAll(() => server.close());

/** The operations that work, those that take things away at last. */
function operationsOf({ service, wire, operations }: LoadedService): readonly Operation[] {
  const isLast = ({ name }: Operation) =>
    /^(Delete|Remove|Schedule|Disable|Close|Leave|Cancel)/.test(name) ? 1 : 0;
  return [...wire.operations.values()]
    .filter(({ name }) => Object.hasOwn(operations, name))
    .filter(({ name }) => !Object.hasOwn(LEFT_OUT, `${service.title} ${name}`))
    .sort((a, b) => isLast(a) - isLast(b));
}

async function leastTurn(request: Sendable, maxMs: number) {
  let answer = "";
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS_MAX && ms > maxMs; run++) {
    const turn = await longestTurnMs(async () => {
      const { status, text } = await send(server.endpoint, request);
      answer = `${status} ${text.replaceAll("\n", " ").slice(0, 120)}`;
    });
    ms = Math.min(ms, turn);
  }
  return { ms, answer };
}

/** The requests that held the loop too long, and the operations that none was made for. */
async function longTurns(loaded: LoadedService) {
  const { title, definition } = loaded.service;
  const sign = signerOf(title, definition.signingName, server.endpoint);
  const maxMs = TURN_MAX_MS * slowness();
  const addresses = LARGE_TEMPLATES.map(
    (_, index) => `${server.endpoint}/turns-templates/${index}`,
  );
  const seeds = { ...DOCUMENTS, ...PLACES, TemplateURL: addresses };
  const long: string[] = [];
  const unsent: string[] = [];
  for (const operation of operationsOf(loaded)) {
    let sent = 0;
    const inputs = largestInputs(operation.name, operation.input, loaded.constraints, seeds);
    for (const { of, input } of inputs) {
      const request = await sign(operation, input).catch(() => undefined);
      if (!request) continue;
      sent += 1;
      const { ms, answer } = await leastTurn(request, maxMs);
      const bytes = request.body?.length ?? 0;
      if (ms > maxMs)
        long.push(`${ms.toFixed()} ms: ${operation.name}, ${of}, ${bytes} B: ${answer}`);
    }
    if (sent === 0) unsent.push(operation.name);
  }
  return { long, unsent };
}

/** The services that have no SDK: Rolecast's own. */
const OWN = ["Rolecast", "IAM authorization details"];
const TITLES = [...Object.keys(SDKS), ...OWN];

// Only Linux tells a thread's time on the processor.
describe.skipIf(!existsSync("/proc/thread-self/schedstat"))("no request holds the loop", () => {
  // Thousands of requests, some of a megabyte: a minute on a machine at rest.
  test.each(TITLES)(
    "%s",
    async (title) => {
      const loaded = services.find(({ service }) => service.title === title);
      expect(loaded && (await longTurns(loaded))).toEqual({ long: [], unsent: [] });
    },
    120_000,
  );

  test("a thousand objects are deleted in many turns", async () => {
    const { s3 } = server.clients();
    const Bucket = "turns-deletions";
    await s3.send(new CreateBucketCommand({ Bucket }));
    const Objects = Array.from({ length: 1_000 }, (_, at) => ({ Key: `${at}` }));
    for (const { Key } of Objects) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "a" }));
    let turns = 0;
    let isDone = false;
    const countTurn = () => {
      turns += 1;
      if (!isDone) setImmediate(countTurn);
    };
    setImmediate(countTurn);
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    isDone = true;
    expect(Deleted).toHaveLength(1_000);
    expect(turns).toBeGreaterThan(200);
  });

  test("events and patterns that are made for it are compared beside the loop", async () => {
    const events = new EventBridgeClient({
      ...{ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
    });
    const texts = Array.from({ length: 100 }, (_, at) => ({
      wildcard: `*${"a".repeat(19)}b*${at}`,
    }));
    const EventPattern = JSON.stringify({ source: ["turns"], detail: { at: texts } });
    for (const Name of ["turns-1", "turns-2"])
      await events.send(new PutRuleCommand({ Name, EventPattern }));
    const at = "a".repeat(190_000);
    const Detail = JSON.stringify({ at });
    const Entry = { Source: "turns", DetailType: "t", Detail };
    const measured = async (send: () => Promise<unknown>) => {
      const turns: number[] = [];
      for (let run = 0; run < 2; run++)
        turns.push(await longestTurnMs(() => send().then(() => undefined)));
      return Math.min(...turns);
    };
    const put = await measured(() => events.send(new PutEventsCommand({ Entries: [Entry] })));
    const asked = { source: "turns", id: "1", account: "1", time: "2026-01-01T00:00:00Z" };
    const Event = JSON.stringify({ ...asked, region: "r", "detail-type": "t", detail: { at } });
    const tested = await measured(() =>
      events.send(new TestEventPatternCommand({ EventPattern, Event })),
    );
    expect(Math.max(put, tested)).toBeLessThan(TURN_MAX_MS * slowness());
  }, 120_000);

  test("every service is asked", () => {
    expect(services.map(({ service }) => service.title).sort()).toEqual(TITLES.toSorted());
  });
});
