import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";
import { readFeed } from "../../support/read-feed.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { openFeed } from "../../support/signed-request.ts";
import { ROOT } from "../../support/test-server.ts";

const FLOOD = 100;
const AT_ONCE = 15;
const EVENT_BYTES = 240_000;

function clientOf(endpoint: string) {
  return new eventbridge.EventBridgeClient({
    ...{ endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT },
  });
}

const put = (client: eventbridge.EventBridgeClient, Detail: string, Source = "flood") =>
  client.send(new eventbridge.PutEventsCommand({ Entries: [{ Source, DetailType: "t", Detail }] }));

/** Text that takes many times its size once it is parsed. */
function wide(part: string): string {
  const count = Math.floor((EVENT_BYTES - 8) / (part.length + 1));
  return `{"a":[${new Array(count).fill(part).join(",")}]}`;
}

test("a flood of large events leaves a small server alive, and answering", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-flood-"));
  const environment = { NODE_OPTIONS: "--max-old-space-size=200" };
  const server = await startServerProcess(["--data", dir], environment);
  const client = clientOf(server.endpoint);
  try {
    const EventPattern = '{"source":["flood"],"detail":{"a":[{"exists":true}]}}';
    await client.send(new eventbridge.PutRuleCommand({ Name: "flood", EventPattern }));
    const Arn = "arn:aws:logs:us-east-1:000000000000:log-group:/flood";
    const Targets = [{ Id: "one", Arn }];
    await client.send(new eventbridge.PutTargetsCommand({ Rule: "flood", Targets }));
    const bodies = ["{}", "[]", '{"b":{}}', '"x"', "[[[[[[[[1]]]]]]]]", "1"].map(wide);
    let sent = 0;
    let ended = false;
    const slowestMs: number[] = [];
    const watch = async () => {
      while (!ended) {
        const startedMs = performance.now();
        const { status } = await fetch(`${server.endpoint}/_rolecast/health/live`);
        expect(status).toBe(200);
        slowestMs.push(performance.now() - startedMs);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const watching = watch();
    const outcomes = new Set<string>();
    const sender = async () => {
      while (sent < FLOOD) {
        const body = bodies[sent++ % bodies.length] ?? "";
        await put(client, body).then(
          ({ Entries }) => outcomes.add(Entries?.[0]?.ErrorCode ?? "taken"),
          (error: Error) => outcomes.add(error.name),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    ended = true;
    await watching;
    expect([...outcomes].filter((outcome) => outcome !== "ThrottlingException")).toEqual(["taken"]);
    expect(slowestMs.length).toBeGreaterThan(3);
    await put(client, '{"last":true}', "later");
    const feed = await openFeed(server.endpoint, "events");
    expect(await readFeed(feed, '"last":true')).toContain('"source":"flood"');
  } finally {
    await server.stop("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
  // 24 MB of JSON, parsed more than the server may hold, go through it.
}, 120_000);
