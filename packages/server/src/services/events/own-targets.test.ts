import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStore } from "../../storage/open-store.ts";
import { eventsMigrations } from "./migrations.ts";
import type { EventsTables, TargetRow } from "./tables.ts";

const dir = mkdtempSync(join(tmpdir(), "rolecast-own-targets-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function opened(migrations: typeof eventsMigrations) {
  const options = { durable: false, nowMs: () => 0, shared: undefined, migrations };
  return openStore({ file: join(dir, "state.db"), ...options });
}

test("an older folder's targets outside of their rule's account and Region are removed", async () => {
  const arns = {
    "own-group": "arn:aws:logs:us-east-1:000000000000:log-group:/a/b_c:*",
    "own-destination": "arn:aws:events:us-east-1:000000000000:api-destination/a.b/0-f",
    account: "arn:aws:logs:us-east-1:111122223333:log-group:/a",
    destination: "arn:aws:events:us-east-1:111122223333:api-destination/a/0",
    region: "arn:aws:logs:eu-west-1:000000000000:log-group:/a",
    path: "arn:aws:logs:../../..:000000000000:log-group:/a",
    name: "arn:aws:logs:us-east-1:000000000000:log-group:../../a",
    line: "arn:aws:logs:us-east-1:000000000000:log-group:/a\n",
  };
  const before = await opened(eventsMigrations.slice(0, 2));
  for (const [id, Arn] of Object.entries(arns)) {
    const target = JSON.stringify({ Id: id, Arn });
    const rule = { account_id: "000000000000", region: "us-east-1", rule_name: "r" };
    const row: TargetRow = { ...rule, id, target };
    await before
      .tables<EventsTables>()
      .transaction(({ db }) => db.insertInto("events_targets").values(row).execute());
  }
  await before.close();
  const after = await opened(eventsMigrations);
  const left = await after
    .tables<EventsTables>()
    .db.selectFrom("events_targets")
    .select("id")
    .orderBy("id")
    .execute();
  await after.close();
  expect(left.map(({ id }) => id)).toEqual(["own-destination", "own-group"]);
});
