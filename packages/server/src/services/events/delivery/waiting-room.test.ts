import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../storage/open-store.ts";
import { eventsMigrations } from "../migrations.ts";
import type { EventsTables } from "../tables.ts";
import { WaitingRoom } from "./waiting-room.ts";

const MEBIBYTE = 1024 * 1024;

test("an account's waiting deliveries leave room for others', and make room once delivered", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-waiting-"));
  let nowMs = 0;
  const clock = { nowMs: () => nowMs };
  const options = { shared: undefined, durable: false, migrations: eventsMigrations, ...clock };
  const store = await openStore({ file: join(dir, "db"), ...options });
  const tables = store.tables<EventsTables>();
  const times = {
    first_at_ms: 0,
    next_at_ms: 0,
    claimed_until_ms: 0,
    owner: "",
    attempts: 0,
    failed_starts: 0,
    is_forwarded: 0,
  };
  const row = {
    region: "us-east-1",
    rule_name: "r",
    target_id: "t",
    kind: "",
    event: "{}",
    ...times,
  };
  await tables.transaction(({ db }) =>
    db
      .insertInto("events_deliveries")
      .values({ id: "1", account_id: "a", ...row, bytes: 255 * MEBIBYTE })
      .execute(),
  );
  const room = new WaitingRoom(tables, clock);
  expect(await room.take("a", 1, 2 * MEBIBYTE)).toBe(false);
  expect(await room.take("a", 1, MEBIBYTE)).toBe(true);
  expect(await room.take("a", 1, 1)).toBe(false);
  expect(await room.take("a", 50_000, 0)).toBe(false);
  for (const account of ["b", "c", "d"])
    expect(await room.take(account, 1, 256 * MEBIBYTE)).toBe(true);
  expect(await room.take("e", 1, 1)).toBe(false);
  await tables.transaction(({ db }) => db.deleteFrom("events_deliveries").execute());
  expect(await room.take("a", 1, 1)).toBe(false);
  nowMs = 2_000;
  expect(await room.take("a", 1, 256 * MEBIBYTE)).toBe(true);
  expect(await room.take("e", 1, 1)).toBe(true);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});
