import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, type Fate, type Life, LiveWorld } from "../testing/live-world.ts";
import { FILE_MS } from "../testing/scripted-engine.ts";

const WINDOW_SECONDS = 60;
const streamIds = ["a", "b", "c"].map((letter) => `st-1${letter.repeat(22)}`);
const [A = "", B = "", C = ""] = streamIds;
/** More effects than two broadcasts and the end of their recording have. */
const EFFECTS_MAX = 60;

let world: LiveWorld;
let life: Life;
beforeEach(open);
afterEach(() => world.close());

async function open(): Promise<void> {
  world = await LiveWorld.open({ configuration: { reconnect_window_seconds: WINDOW_SECONDS } });
  await begin();
}

async function begin(fateOf?: (effect: number, isPut: boolean) => Fate): Promise<void> {
  life = world.begin(fateOf);
  await Promise.race([life.live.start(), life.died]);
}

/** A stream of two files; returns when it is over and everything of it is published. */
async function stream(streamId: string, video = {}, files = 2): Promise<void> {
  await life.engine.broadcast(CHANNEL_ARN, streamId, files, video);
  await life.live.playable(CHANNEL_ARN)?.drained();
  world.nowMs += files * FILE_MS;
  await life.live.windows.check();
  await life.live.windows.settled();
}

async function wait(seconds: number): Promise<void> {
  world.nowMs += seconds * 1_000;
  await life.live.windows.check();
  await life.live.windows.settled();
}

const { db } = { db: () => world.store.tables<IvsTables>().db };
const recordings = () =>
  db().selectFrom("ivs_recordings").selectAll().orderBy("created_at_ms").execute();
const states = async () => (await recordings()).map(({ state }) => state);

async function published(name: string): Promise<string[]> {
  const rows = await db()
    .selectFrom("ivs_stream_events")
    .select("stream_id")
    .where("name", "=", name)
    .execute();
  return rows.map((row) => row.stream_id);
}

const keysEnding = (end: string) => [...world.bucket.keys()].filter((key) => key.endsWith(end));
const text = (end: string) => world.bucket.get(keysEnding(end)[0] ?? "") ?? "";

describe("a recording with a reconnect window", () => {
  test("ends when the window is over, not before", async () => {
    await stream(A);
    await wait(WINDOW_SECONDS - 1);
    expect(await states()).toEqual(["reconnectable"]);
    expect(keysEnding("recording-ended.json")).toEqual([]);
    await wait(1);
    expect(await states()).toEqual(["ended"]);
    expect(await published("Recording End")).toEqual([A]);
    expect(JSON.parse(text("recording-ended.json"))).toMatchObject({
      recording_started_at: "1970-01-01T00:00:01Z",
      recording_ended_at: "1970-01-01T00:01:21Z",
      media: { hls: { duration_ms: 20_000 } },
    });
  });

  test("goes on with a stream that comes in time, and ends once", async () => {
    await stream(A);
    await wait(WINDOW_SECONDS - 1);
    await stream(B);
    await wait(WINDOW_SECONDS - 1);
    await stream(C);
    await wait(WINDOW_SECONDS);
    expect(await published("Recording Start")).toEqual([A]);
    expect(await published("Recording End")).toEqual([C]);
    const [row] = await recordings();
    expect(JSON.parse(row?.stream_ids ?? "")).toEqual(streamIds);
    expect(keysEnding("recording-started.json")).toHaveLength(1);
    expect(JSON.parse(text("recording-ended.json")).media.hls.duration_ms).toBe(60_000);
    const playlist = text("360p30/playlist.m3u8");
    expect(playlist.match(/\d+\.ts|#EXT-X-DISCONTINUITY|#EXT-X-ENDLIST/g)).toEqual([
      ...["0.ts", "1.ts", "#EXT-X-DISCONTINUITY", "2.ts", "3.ts"],
      ...["#EXT-X-DISCONTINUITY", "4.ts", "5.ts", "#EXT-X-ENDLIST"],
    ]);
  });

  test("is another one when the stream is another kind, and both end", async () => {
    await stream(A);
    await stream(B, { height: 720 });
    await wait(WINDOW_SECONDS);
    expect(await states()).toEqual(["ended", "ended"]);
    expect(await published("Recording End")).toEqual([A, B]);
    expect(keysEnding("recording-ended.json")).toHaveLength(2);
  });

  test("goes on past a stream that brought no media", async () => {
    await stream(A);
    await stream(B, {}, 0);
    await stream(C);
    await wait(WINDOW_SECONDS);
    const ended = (await recordings()).filter(({ state }) => state === "ended");
    expect(ended.map(({ stream_ids }) => JSON.parse(stream_ids))).toEqual([[A, C]]);
  });

  test("waits past its window for a stream that connected in time", async () => {
    await stream(A);
    const about = { streamName: CHANNEL_ARN, streamId: B, atMs: world.nowMs };
    const connection = { connectionId: "c", remoteAddress: "::1", secure: true, recording: true };
    life.live.event({ ...about, type: "session-created", ...connection });
    await life.live.settled(CHANNEL_ARN);
    await wait(WINDOW_SECONDS + 1);
    expect(await states()).toEqual(["reconnectable", "waiting"]);
    life.live.event({ ...about, type: "recording-complete", durationMs: 0, files: 0, gaps: 0 });
    await life.live.close();
    await begin();
    expect(await states()).toEqual(["ended", "none"]);
  });

  test("goes on after a restart within the window, and after a kill in the middle", async () => {
    await stream(A);
    await life.live.close();
    await begin();
    await stream(B);
    expect(await states()).toEqual(["reconnectable"]);
    // Killed while it records: what is known of it stands in its rows.
    await world.store
      .tables<IvsTables>()
      .transaction((tx) =>
        tx.db
          .updateTable("ivs_recordings")
          .set({ state: "recording", closes_at_ms: null, stream_ended_at_ms: null })
          .execute(),
      );
    await begin();
    await stream(C);
    await begin();
    await wait(WINDOW_SECONDS);
    expect((await recordings()).map(({ stream_ids }) => JSON.parse(stream_ids))).toEqual([
      streamIds,
    ]);
    expect(await states()).toEqual(["ended"]);
  });

  test("ends whole after a power cut at any moment, however the streams came out", async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.nat({ max: EFFECTS_MAX }), fc.boolean(), async (moment, after) => {
          const cut = after ? "power-cut-after" : "power-cut-before";
          await begin((effect) => (effect === moment ? cut : "happens"));
          const streams = stream(A)
            .then(() => stream(B))
            .then(() => wait(WINDOW_SECONDS));
          await Promise.race([streams, life.died]);
          await begin();
          // The clock may have stood still while files were written ahead of it.
          await wait(10 * WINDOW_SECONDS);
          const all = await recordings();
          for (const { ended_at_ms } of all) expect(ended_at_ms).not.toBeNull();
          expect(await db().selectFrom("ivs_recording_files").selectAll().execute()).toEqual([]);
          const ended = all.filter(({ state }) => state === "ended");
          expect(keysEnding("recording-ended.json")).toHaveLength(ended.length);
          expect(await published("Recording End")).toHaveLength(ended.length);
          const failed = all.filter(({ state }) => state === "failed");
          expect(keysEnding("recording-failed.json")).toHaveLength(failed.length);
        })
        .beforeEach(async () => {
          await world.close();
          await open();
        }),
      { numRuns: 30 },
    );
  });
});
