import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DecisionRecord } from "../../kernel/decisions.ts";
import { randomIds } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/log.ts";
import { openStore } from "../../storage/store.ts";
import { createIamToolboxService, type IamToolboxService } from "./service.ts";
import { iamToolboxMigrations } from "./tables.ts";

const DAY_MS = 24 * 60 * 60_000;
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function decision(id: string, atMs: number, evaluatedEffect: DecisionRecord["evaluatedEffect"]) {
  return {
    ...{ authorizationId: id, atMs, evaluatedEffect, accountId: "000000000000" },
    ...{ region: "us-east-1", service: "s3", operation: "ListBuckets", requestId: id },
    ...{ principalArn: "arn:aws:iam::000000000000:user/ann", action: "s3:ListAllMyBuckets" },
    ...{ resource: "*", reason: "", context: {}, matchedPolicies: [], policies: [] },
  };
}

function told({ readDecisions }: IamToolboxService): string[] {
  const ids: string[] = [];
  readDecisions("000000000000", (json) => ids.push(JSON.parse(json).authorizationId))();
  return ids;
}

test("a reader is told the latest 100 denials of a day, whatever was allowed since, after a restart too", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const start = () => createIamToolboxService({ store, clock, ids: randomIds, log });
  const service = start();
  await service.start?.();
  const denials = Array.from({ length: 103 }, (_, index) => `denial${index}`);
  for (const id of denials) {
    nowMs += 1;
    service.decisions.note(decision(id, nowMs, "IMPLICIT_DENY"));
  }
  for (let index = 0; index < 2_000; index += 1)
    service.decisions.note(decision(`allowed${index}`, nowMs, "ALLOW"));
  expect(told(service)).toEqual(denials.slice(3));
  await service.close?.();

  const restarted = start();
  // A service that starts before it may be refused something.
  nowMs += 1;
  restarted.decisions.note(decision("early", nowMs, "EXPLICIT_DENY"));
  await restarted.start?.();
  expect(told(restarted)).toEqual([...denials.slice(4), "early"]);
  nowMs += DAY_MS;
  expect(told(restarted)).toEqual(["early"]);
  await restarted.reset?.();
  expect(told(restarted)).toEqual([]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});
