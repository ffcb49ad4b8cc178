import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import type { DecisionRecord } from "../../../kernel/ports/decisions.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { createIamToolbox } from "../index.ts";
import { iamToolboxMigrations } from "../migrations.ts";
import type { IamToolboxTables } from "../tables.ts";
import { AuthorizationDetails } from "./authorization-details.ts";

const DAY_MS = 24 * 60 * 60_000;
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const OWN = "000000000000";
const OTHER = "111122223333";

function decision(
  id: string,
  atMs: number,
  evaluatedEffect: DecisionRecord["evaluatedEffect"],
  accountId = OWN,
) {
  return {
    ...{ authorizationId: id, atMs, evaluatedEffect, accountId },
    ...{ region: "us-east-1", service: "s3", operation: "ListBuckets", requestId: id },
    ...{ principalArn: "arn:aws:iam::000000000000:user/ann", action: "s3:ListAllMyBuckets" },
    ...{ resource: "*", reason: "", context: {}, matchedPolicies: [], policies: [] },
  };
}

function latest({ provides }: ReturnType<typeof createIamToolbox>, accountId = OWN): string[] {
  const ids: string[] = [];
  provides.readDecisions(accountId, (json) => ids.push(JSON.parse(json).authorizationId))();
  return ids;
}

test("a reader gets the latest 100 denials of a day despite later ones allowed, and after a restart", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const start = () => createIamToolbox({ store, clock, ids: randomIds, log });
  const service = start();
  await service.start();
  const denials = Array.from({ length: 103 }, (_, index) => `denial${index}`);
  for (const id of denials) {
    nowMs += 1;
    service.provides.decisions.note(decision(id, nowMs, "IMPLICIT_DENY"));
  }
  for (let index = 0; index < 2_000; index += 1)
    service.provides.decisions.note(decision(`allowed${index}`, nowMs, "ALLOW"));
  expect(latest(service)).toEqual(denials.slice(3));
  await service.close();

  const restarted = start();
  // A service that starts before it may be refused something.
  nowMs += 1;
  restarted.provides.decisions.note(decision("early", nowMs, "EXPLICIT_DENY"));
  await restarted.start();
  expect(latest(restarted)).toEqual([...denials.slice(4), "early"]);
  nowMs += DAY_MS;
  expect(latest(restarted)).toEqual(["early"]);
  await restarted.reset();
  expect(latest(restarted)).toEqual([]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("an account's flood of denials drives out nothing but its own", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const service = createIamToolbox({ store, clock, ids: randomIds, log });
  const { decisions } = service.provides;
  await service.start();
  for (let index = 0; index < 3; index += 1)
    decisions.note(decision(`own${index}`, nowMs++, "EXPLICIT_DENY"));
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 3_000; index += 1)
      decisions.note(decision(`other${round}-${index}`, nowMs++, "IMPLICIT_DENY", OTHER));
    await service.close();
  }
  expect(latest(service)).toEqual(["own0", "own1", "own2"]);
  expect(latest(service, OTHER)).toHaveLength(100);

  // What is in memory is forgotten: the database has it.
  const again = createIamToolbox({ store, clock, ids: randomIds, log });
  await again.start();
  expect(latest(again)).toEqual(["own0", "own1", "own2"]);
  const rows = await sql<{ account_id: string; denials: number }>`
    select account_id, count(*) as denials from iam_authorization_details
    group by account_id order by account_id`.execute(store.db);
  expect(rows.rows.map(({ denials }) => Number(denials))).toEqual([3, 10_000]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a flood of outsiders' denials drives out no user's, in memory, in the database, for readers", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const details = new AuthorizationDetails({ store, clock, ids: randomIds, log });
  const shown: string[] = [];
  details.subscribe(OWN, ({ authorizationId }) => shown.push(authorizationId));
  const ids = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}${index}`.padEnd(25, "x"));
  const users = ids("user", 20);
  for (const id of users) details.note(decision(id, nowMs, "IMPLICIT_DENY"));
  for (const id of ids("outsider", 11_000)) {
    details.note({ ...decision(id, nowMs, "IMPLICIT_DENY"), isOutsider: true });
  }
  expect(shown.filter((id) => id.startsWith("outsider"))).toHaveLength(5);
  nowMs += 1_000;
  const last = "last".padEnd(25, "x");
  details.note({ ...decision(last, nowMs, "IMPLICIT_DENY"), isOutsider: true });
  expect(shown.at(-1)).toBe(last);
  const found = async (kept: AuthorizationDetails) =>
    (await Promise.all([...users, last].map((id) => kept.find(id, OWN)))).flat().length;
  expect(await found(details)).toBe(21);
  expect(await details.find(last, OTHER)).toEqual([]);
  await details.close();

  const again = new AuthorizationDetails({ store, clock, ids: randomIds, log });
  await again.start();
  expect(await found(again)).toBe(21);
  const later: string[] = [];
  again.subscribe(OWN, ({ authorizationId }) => later.push(authorizationId))();
  expect(later).toEqual(expect.arrayContaining(users));
  expect(later.at(-1)).toBe(last);
  const rows = await sql<{ denials: number }>`
    select count(*) as denials from iam_authorization_details group by account_id
    order by account_id`.execute(store.db);
  expect(rows.rows.map(({ denials }) => Number(denials))).toEqual([20, 1_000]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a request's id leads to all of its denials, written or not, and to no other account's", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  const clock = { nowMs: () => 1_700_000_000_000 };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const requestId = randomIds.uuid();
  const details = new AuthorizationDetails({ store, clock, ids: randomIds, log });
  const note = (id: string, effect: DecisionRecord["evaluatedEffect"], accountId = OWN) =>
    details.note({ ...decision(id, clock.nowMs(), effect, accountId), requestId });
  const found = async (kept: AuthorizationDetails) =>
    (await kept.find(requestId, OWN)).map(({ authorizationId }) => authorizationId).sort();
  note("first", "IMPLICIT_DENY");
  note("allowed", "ALLOW");
  note("others", "IMPLICIT_DENY", OTHER);
  await details.flush();
  note("second", "EXPLICIT_DENY");
  expect(await found(details)).toEqual(["first", "second"]);
  await details.close();
  const again = new AuthorizationDetails({ store, clock, ids: randomIds, log });
  expect(await found(again)).toEqual(["first", "second"]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("an account's denials are kept by their size, too", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const service = createIamToolbox({ store, clock, ids: randomIds, log });
  for (let index = 0; index < 160; index += 1) {
    const large = {
      ...decision(`large${index}`, nowMs++, "IMPLICIT_DENY"),
      reason: "x".repeat(500_000),
    };
    service.provides.decisions.note(large);
  }
  await service.close();
  const { rows } = await sql<{ chars: number }>`
    select sum(length(details)) as chars from iam_authorization_details`.execute(store.db);
  expect(rows[0]?.chars).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(rows[0]?.chars).toBeGreaterThan(60 * 1024 * 1024);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("denials that the database couldn't take are written once it can", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-details-"));
  const clock = { nowMs: () => 1_700_000_000_000 };
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: iamToolboxMigrations,
  });
  const denials = Array.from({ length: 45 }, (_, index) => `denial${index}`);
  // The second part commits, and only its answer is lost.
  let transactions = 0;
  const flaky: Store = {
    shared: false,
    db: store.db,
    tables: () => flaky as never,
    transaction: async (run) => {
      const result = await store.transaction(run);
      if (++transactions === 2) throw new Error("away");
      return result;
    },
  };
  const details = new AuthorizationDetails({ store: flaky, clock, ids: randomIds, log });
  for (const id of denials) details.note(decision(id, clock.nowMs(), "IMPLICIT_DENY"));
  await expect(details.flush()).rejects.toThrow("away");
  await details.flush();
  const rows = await store
    .tables<IamToolboxTables>()
    .db.selectFrom("iam_authorization_details")
    .select("authorization_id")
    .execute();
  expect(rows.map((row) => row.authorization_id).sort()).toEqual([...denials].sort());
  await store.close();
  rmSync(dir, { recursive: true });
});
