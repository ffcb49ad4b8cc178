import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";
import { startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const EVENTS = 20;

test("events for a function arrive after the server was killed while it was called", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-function-"));
  const taken = new Set<number>();
  let calls = 0;
  let isHanging = true;
  const lambda = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      calls += 1;
      if (isHanging) return;
      const { detail } = JSON.parse(Buffer.concat(chunks).toString()) as { detail: { n: number } };
      taken.add(detail.n);
      response.end();
    });
  });
  await new Promise<void>((resolve) => lambda.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(lambda.address() as AddressInfo).port}/`;
  const environment = {
    ROLECAST_EVENT_FUNCTIONS: JSON.stringify({ [arnOf("hangs")]: url }),
    // On a shared database the next process waits for the claims of one that was killed.
    ROLECAST_EVENT_FUNCTION_TIMEOUT_MS: "20000",
  };
  const first = await startServerProcess(["--data", dir], environment);
  const options = { region: "us-east-1", maxAttempts: 1, credentials: ROOT };
  const client = new eventbridge.EventBridgeClient({ endpoint: first.endpoint, ...options });
  const EventPattern = JSON.stringify({ source: ["kill"] });
  await client.send(new eventbridge.PutRuleCommand({ Name: "killed", EventPattern }));
  const Targets = ["hangs", "nowhere"].map((name) => ({ Id: name, Arn: arnOf(name) }));
  await client.send(new eventbridge.PutTargetsCommand({ Rule: "killed", Targets }));
  for (let n = 0; n < EVENTS; n += 1) {
    const entry = { Source: "kill", DetailType: "take", Detail: JSON.stringify({ n }) };
    await client.send(new eventbridge.PutEventsCommand({ Entries: [entry] }));
  }
  await until(() => calls > 0, "the function is called");
  await first.said(/setting eventFunctions has no URL for \S+function:nowhere/);
  await first.stop("SIGKILL");
  isHanging = false;
  const second = await startServerProcess(["--data", dir], environment);
  try {
    await until(() => taken.size === EVENTS, "every event arrives");
    expect(taken).toEqual(new Set(Array.from({ length: EVENTS }, (_none, n) => n)));
  } finally {
    await second.stop("SIGKILL");
    lambda.closeAllConnections();
    lambda.close();
    rmSync(dir, { recursive: true, force: true });
  }
}, 120_000);
