import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";
import { startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const OWN = "000000000000";
const BUS = `arn:aws:events:us-east-1:${OWN}:event-bus/default`;
const ARCHIVE = `arn:aws:events:us-east-1:${OWN}:archive/a`;
const LOG_GROUP = `arn:aws:logs:us-east-1:${OWN}:log-group:killed`;
const TAKES = Array.from({ length: 100 }, (_none, index) => index);

function clientOf(endpoint: string): eventbridge.EventBridgeClient {
  const options = { endpoint, region: "us-east-1", maxAttempts: 1, credentials: ROOT };
  return new eventbridge.EventBridgeClient(options);
}

async function putAll(client: eventbridge.EventBridgeClient): Promise<void> {
  for (let from = 0; from < TAKES.length; from += 10) {
    const Entries = TAKES.slice(from, from + 10).map((take) => ({
      ...{ Source: "kill", DetailType: "take", Detail: JSON.stringify({ take }) },
      // Apart in time, which is what their order goes by.
      Time: new Date(1_700_000_000_000 + take * 1_000),
    }));
    await client.send(new eventbridge.PutEventsCommand({ Entries }));
  }
}

/** The events that the rule's log group has, each once. */
function takesBelow(dir: string): ReadonlySet<number> {
  try {
    const lines = readFileSync(join(dir, "events", OWN, "us-east-1", "killed.jsonl"), "utf8");
    const records = lines.trim().split("\n");
    return new Set(
      records.map((line) => (JSON.parse(line) as { detail: { take: number } }).detail.take),
    );
  } catch {
    return new Set();
  }
}

test("a replay goes on after the server was killed, and misses no event", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-replay-"));
  const first = await startServerProcess(["--data", dir]);
  const before = clientOf(first.endpoint);
  const archive = { ArchiveName: "a", EventSourceArn: BUS };
  await before.send(new eventbridge.CreateArchiveCommand(archive));
  await putAll(before);
  const rule = { Name: "killed", EventPattern: JSON.stringify({ source: ["kill"] }) };
  await before.send(new eventbridge.PutRuleCommand(rule));
  const Targets = [{ Id: "log", Arn: LOG_GROUP }];
  await before.send(new eventbridge.PutTargetsCommand({ Rule: "killed", Targets }));
  await before.send(
    new eventbridge.StartReplayCommand({
      ...{ ReplayName: "killed", EventSourceArn: ARCHIVE, Destination: { Arn: BUS } },
      ...{ EventStartTime: new Date(0), EventEndTime: new Date(2_000_000_000_000) },
    }),
  );
  await until(() => takesBelow(dir).size > 0, "the replay begins");
  await first.stop("SIGKILL");
  const second = await startServerProcess(["--data", dir]);
  try {
    const after = clientOf(second.endpoint);
    const shown = new eventbridge.DescribeReplayCommand({ ReplayName: "killed" });
    await until(async () => (await after.send(shown)).State === "COMPLETED", "the replay ends");
    await until(() => takesBelow(dir).size >= TAKES.length, "every event arrives");
    expect(takesBelow(dir)).toEqual(new Set(TAKES));
  } finally {
    await second.stop("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
  // On a shared database the next process waits for the leases of one that was killed.
}, 120_000);
