import type { StreamStatus } from "@rolecast/media";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, type Life, LiveWorld } from "../testing/live-world.ts";
import { Housekeeping } from "./housekeeping.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: LiveWorld;
let life: Life;
beforeEach(async () => {
  world = await LiveWorld.open();
  life = world.begin();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

/** One round, a minute after the start. */
async function round(): Promise<void> {
  const { clock, log } = life.deps;
  const housekeeping = new Housekeeping(world.store, life.live, clock, log);
  housekeeping.start();
  vi.advanceTimersByTime(60_000);
  await housekeeping.close();
}

test("a stream is disconnected once it is older than 48 hours", async () => {
  const created: Readonly<Record<string, number>> = { old: 999, young: 1_000 };
  const status = ([streamName, createdAtMs]: [string, number]): StreamStatus => ({
    ...{ streamName, createdAtMs, streamId: "", state: "live", startedAtMs: createdAtMs },
    ...{ health: "HEALTHY", warnings: [], media: undefined, recording: undefined },
    measured: { videoBitrate: 0, audioBitrate: 0, frameRate: 0, keyframeIntervalMs: 0 },
  });
  vi.spyOn(life.engine, "streams").mockResolvedValue(Object.entries(created).map(status));
  const stop = vi.spyOn(life.engine, "stopStream");
  world.nowMs = 1_000 + 48 * HOUR_MS;
  await round();
  expect(stop.mock.calls).toEqual([["old"]]);
});

test("a session is kept for 60 days after its end, and then nothing of it", async () => {
  await life.engine.broadcast(CHANNEL_ARN, "st-1aaaaaaaaaaaaaaaaaaaaaa", 2);
  await life.live.settled(CHANNEL_ARN);
  const { db } = world.store.tables<IvsTables>();
  const left = async (): Promise<number[]> => {
    const tables = ["ivs_stream_sessions", "ivs_stream_events", "ivs_recordings"] as const;
    const rows = await Promise.all(
      tables.map((table) => db.selectFrom(table).selectAll().execute()),
    );
    return rows.map(({ length }) => length);
  };
  const { ended_at_ms } = await db
    .selectFrom("ivs_stream_sessions")
    .select("ended_at_ms")
    .executeTakeFirstOrThrow();
  const before = await left();
  expect(Math.min(...before)).toBeGreaterThan(0);
  world.nowMs = (ended_at_ms ?? 0) + 60 * DAY_MS;
  await round();
  expect(await left()).toEqual(before);
  world.nowMs += 1;
  await round();
  expect(await left()).toEqual([0, 0, 0]);
});
