import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openStore } from "../../../storage/open-store.ts";
import { hasPostgres, makeSharedSchema } from "../../../storage/testing/postgres-server.ts";
import { cloudTrailMigrations } from "../migrations.ts";
import type { CloudTrailTables } from "../tables.ts";
import { EventHistory } from "./event-history.ts";

const START_MS = 1_700_000_000_000;
const OWN = "000000000000";

/** As an earlier version wrote it. */
function recordOf(index: number, more: object = {}): string {
  return JSON.stringify({
    userIdentity: { type: "IAMUser", userName: `user${index % 3}`, accountId: OWN },
    eventTime: new Date(START_MS + index * 1_000).toISOString(),
    eventSource: "iam.amazonaws.com",
    eventName: "CreateUser",
    eventID: `event-${String(index).padStart(4, "0")}`,
    readOnly: false,
    ...more,
  });
}

test.each([["SQLite"], ...(hasPostgres ? [["PostgreSQL"]] : [])])(
  "events of earlier versions are kept by kind and found by key, on %s",
  async (database) => {
    const shared = database === "PostgreSQL" ? { url: await makeSharedSchema() } : undefined;
    const dir = mkdtempSync(join(tmpdir(), "rolecast-kinds-"));
    const open = (migrations: typeof cloudTrailMigrations) =>
      openStore({
        ...{ shared, file: join(dir, "db"), durable: false, nowMs: () => START_MS, migrations },
      });
    const earlier = await open(cloudTrailMigrations.slice(0, 2));
    const stranger = { type: "AWSAccount", accountId: "ANONYMOUS_PRINCIPAL" };
    const lines = Array.from({ length: 120 }, (_, index) => {
      const more =
        index === 7
          ? { errorCode: "AccessDenied", userIdentity: stranger }
          : index === 8
            ? { errorCode: "EntityAlreadyExists" }
            : {};
      return `${START_MS + index * 1_000}\t${recordOf(index, more)}`;
    });
    const body = gzipSync(lines.join("\n")).toString("base64");
    const lastMs = START_MS + 119_000;
    await earlier.transaction(async ({ db }) => {
      await sql`insert into cloudtrail_batches values
        ('old', ${OWN}, 'us-east-1', 0, ${START_MS}, ${lastMs}, 120, 'a segment', ${body})`.execute(
        db,
      );
      await sql`insert into cloudtrail_deliveries values
        ('a trail', 'old', 'an owner', ${START_MS})`.execute(db);
    });
    await earlier.close();

    const store = await open(cloudTrailMigrations);
    const { db } = store.tables<CloudTrailTables>();
    const counts = await db
      .selectFrom("cloudtrail_event_counts")
      .select(["kind", "events"])
      .orderBy("kind")
      .execute();
    expect(counts).toEqual([
      { kind: "change", events: 118 },
      { kind: "refused", events: 1 },
      { kind: "stranger", events: 1 },
    ]);
    const search = { accountId: OWN, region: "us-east-1", startMs: 0, endMs: 8e15 };
    const found = async (key: string, value: string) => {
      const attribute = { key, value };
      const page = { ...search, attribute, limit: 50, position: undefined };
      const { found: events } = await new EventHistory(db).page(page);
      return events.map(({ record }) => record.eventID);
    };
    expect(await found("EventId", "event-0031")).toEqual(["event-0031"]);
    expect((await found("Username", "user2"))[0]).toBe("event-0119");
    const deliveries = await db.selectFrom("cloudtrail_deliveries").selectAll().execute();
    const batches = await db
      .selectFrom("cloudtrail_batches")
      .select(["batch_id", "event_count", "segment"])
      .execute();
    expect(batches.reduce((sum, { event_count }) => sum + event_count, 0)).toBe(120);
    expect(new Set(batches.map(({ segment }) => segment))).toEqual(new Set(["a segment"]));
    expect(deliveries.map(({ batch_id }) => batch_id).sort()).toEqual(
      batches.map(({ batch_id }) => batch_id).sort(),
    );
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  },
);
