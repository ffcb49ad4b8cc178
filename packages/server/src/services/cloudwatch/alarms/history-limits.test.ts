import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../storage/open-store.ts";
import { cloudwatchMigrations } from "../migrations.ts";
import { insertHistory } from "../rows/alarm-history.ts";
import type { CloudWatchTables } from "../tables.ts";
import { HistoryLimits } from "./history-limits.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 1_700_000_000_000;

test("histories are bounded by age and number, each place's by its own", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-history-"));
  const file = { file: join(dir, "db"), durable: false, nowMs: () => NOW_MS };
  const store = await openStore({ shared: undefined, ...file, migrations: cloudwatchMigrations });
  const { db } = store.tables<CloudWatchTables>();
  const limits = new HistoryLimits(store, { keptMax: 3, applyAfter: 5 });
  const note = (account_id: string, region: string, at_ms: number) =>
    store.tables<CloudWatchTables>().transaction(async (tx) => {
      const alarm = {
        alarm_name: "a",
        alarm_type: "MetricAlarm",
        item_type: "StateUpdate",
      } as const;
      const id = `${account_id} ${region} ${at_ms}`;
      const row = { id, account_id, region, at_ms, ...alarm, summary: "", data: "{}" };
      await insertHistory(row, tx.db);
      tx.afterCommit(() => limits.noted());
    });
  const ids = async () => {
    const rows = await db.selectFrom("cloudwatch_alarm_history").select("id").execute();
    return rows.map(({ id }) => id).sort();
  };
  for (let index = 0; index < 5; index += 1) await note("1", "us-east-1", NOW_MS + index);
  await note("1", "us-west-2", NOW_MS);
  await note("2", "us-east-1", NOW_MS - 31 * DAY_MS);
  await note("2", "us-east-1", NOW_MS - 29 * DAY_MS);
  await limits.apply(NOW_MS);
  const kept = [
    ...[2, 3, 4].map((index) => `1 us-east-1 ${NOW_MS + index}`),
    `1 us-west-2 ${NOW_MS}`,
    `2 us-east-1 ${NOW_MS - 29 * DAY_MS}`,
  ];
  expect(await ids()).toEqual(kept);
  // A flood is bounded before the hour is over.
  for (let index = 5; index < 9; index += 1) await note("1", "us-east-1", NOW_MS + index);
  await limits.apply(NOW_MS + 1_000);
  expect(await ids()).toHaveLength(kept.length + 4);
  await note("1", "us-east-1", NOW_MS + 9);
  await limits.apply(NOW_MS + 2_000);
  expect(await ids()).toHaveLength(kept.length);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});
