import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, type Fate, LiveWorld } from "../testing/live-world.ts";

const STREAM_ID = "st-1aaaaaaaaaaaaaaaaaaaaaa";
/** More effects than a broadcast with three files has. */
const EFFECTS_MAX = 50;

let world: LiveWorld;
beforeEach(async () => {
  world = await LiveWorld.open();
});
afterEach(() => world.close());

/** Each run of a property has a world of its own. */
async function newWorld(): Promise<void> {
  await world.close();
  world = await LiveWorld.open();
}

/** Runs a broadcast of a life until it is over and published, or until the power is cut. */
async function broadcast(files: number, fateOf?: (effect: number, isPut: boolean) => Fate) {
  const { live, engine, died } = world.begin(fateOf);
  const over = engine.broadcast(CHANNEL_ARN, STREAM_ID, files).then(() => live.close());
  await Promise.race([over, died]);
}

async function recover(): Promise<void> {
  await world.begin().live.start();
}

async function eventNames(): Promise<string[]> {
  const rows = await world.store
    .tables<IvsTables>()
    .db.selectFrom("ivs_stream_events")
    .select("name")
    .orderBy("sequence")
    .execute();
  return rows.map((row) => row.name);
}

const objects = () => [...world.bucket.keys()].map((key) => key.split("/").slice(10).join("/"));
const count = (all: readonly string[], wanted: readonly string[]) =>
  all.filter((each) => wanted.includes(each)).length;

/** Checks what must hold of every broadcast that is over, however it ended. */
async function expectWholeness(): Promise<void> {
  const { db } = world.store.tables<IvsTables>();
  const sessions = await db.selectFrom("ivs_stream_sessions").selectAll().execute();
  const recordings = await db.selectFrom("ivs_recordings").selectAll().execute();
  for (const row of [...sessions, ...recordings]) expect(row.ended_at_ms).not.toBeNull();
  expect(await db.selectFrom("ivs_recording_files").selectAll().execute()).toEqual([]);
  const names = await eventNames();
  expect(count(names, ["Session Ended"])).toBe(sessions.length);
  expect(count(names, ["Stream End"])).toBe(count(names, ["Stream Start"]));
  const ends = ["Recording End", "Recording End Failure", "Recording Start Failure"];
  expect(count(names, ends)).toBe(recordings.filter((row) => row.state !== "none").length);

  const written = objects();
  const started = count(written, ["events/recording-started.json"]);
  const ended = ["events/recording-ended.json", "events/recording-failed.json"];
  const [state] = recordings.map((row) => row.state);
  if (state === "ended" || state === "failed") expect(started).toBe(1);
  else expect(written).toEqual([]);
  if (state === "ended") expect(count(written, ended)).toBe(1);
  // What is there is in a playlist: a file and the row that remembers it come together.
  const mediaFiles = [...world.bucket.keys()].filter((key) => key.endsWith(".ts"));
  for (const key of state === "ended" ? mediaFiles : []) {
    const [, folder = "", name = ""] = /^(.*)\/([^/]+)$/.exec(key) ?? [];
    expect(world.bucket.get(`${folder}/playlist.m3u8`)?.split("\n")).toContain(name);
  }
  // A playlist refers to what is there.
  for (const [key, text] of world.bucket)
    for (const line of text.split("\n"))
      if (line.endsWith(".ts"))
        expect(world.bucket.has(`${key.slice(0, key.lastIndexOf("/"))}/${line}`)).toBe(true);
}

describe("a broadcast", () => {
  test("that goes well is published and recorded once", async () => {
    await broadcast(2);
    await expectWholeness();
    expect(await eventNames()).toEqual(
      expect.arrayContaining(["Session Created", "Stream Start", "Recording Start"]),
    );
    expect(objects().toSorted()).toEqual([
      "events/recording-ended.json",
      "events/recording-started.json",
      "media/hls/360p30/0.ts",
      "media/hls/360p30/1.ts",
      "media/hls/360p30/byte-range-variant.m3u8",
      "media/hls/360p30/playlist.m3u8",
      "media/hls/byte-range-multivariant.m3u8",
      "media/hls/master.m3u8",
    ]);
  });

  test("is told to its end when its last object is written long after the stream", async () => {
    const { live, engine } = world.begin();
    engine.betweenEnds = async () => {
      await live.settled(CHANNEL_ARN);
      world.nowMs += 10 * 60_000;
      // The next stream of the channel is when ended ones are forgotten.
      await engine.broadcast(CHANNEL_ARN, "st-1bbbbbbbbbbbbbbbbbbbbbb", 0);
    };
    await engine.broadcast(CHANNEL_ARN, STREAM_ID, 2);
    await live.close();
    await expectWholeness();
    expect(await eventNames()).toContain("Recording End");
  });

  test("without media is a session, and no recording is published", async () => {
    await broadcast(0);
    await expectWholeness();
    expect(await eventNames()).toEqual(["Session Created", "Session Ended"]);
  });

  test.each([2, 3, 4, 5, 6, 7])(
    "is whole when the power is cut after put %i, in which a file and its row come together",
    async (last) => {
      let puts = 0;
      const isLast = (isPut: boolean) => isPut && ++puts === last;
      await broadcast(2, (_, isPut) => (isLast(isPut) ? "power-cut-after" : "happens"));
      await recover();
      await expectWholeness();
    },
  );

  test("is whole after a power cut at any moment and the next start", async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.nat({ max: EFFECTS_MAX }),
          fc.boolean(),
          fc.nat({ max: 3 }),
          async (moment, after, files) => {
            const cut = after ? "power-cut-after" : "power-cut-before";
            await broadcast(files, (effect) => (effect === moment ? cut : "happens"));
            await recover();
            await expectWholeness();
          },
        )
        .beforeEach(newWorld),
      { numRuns: 25 },
    );
  });

  test("is whole when the bucket refuses from some put on and power is cut later", async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.nat({ max: EFFECTS_MAX }),
          fc.nat({ max: 20 }),
          fc.nat({ max: 12 }),
          async (refusedFrom, refusals, later) => {
            const cutAt = refusedFrom + later;
            await broadcast(2, (effect, isPut) => {
              if (effect === cutAt) return "power-cut-before";
              const refused = effect >= refusedFrom && effect < refusedFrom + refusals;
              return isPut && refused ? "is-refused" : "happens";
            });
            await recover();
            await expectWholeness();
          },
        )
        .beforeEach(newWorld),
      { numRuns: 25 },
    );
  });

  test("with a CREATE_FAILED configuration is published as Recording Start Failure", async () => {
    await world.close();
    world = await LiveWorld.open({ configuration: { settled_state: "CREATE_FAILED" } });
    await broadcast(2);
    await expectWholeness();
    expect(await eventNames()).toContain("Recording Start Failure");
    expect(objects()).toEqual([]);
  });

  test("loses nothing when the bucket is down for a moment", async () => {
    let puts = 0;
    await broadcast(2, (_effect, isPut) => {
      puts += isPut ? 1 : 0;
      return isPut && [1, 3, 4].includes(puts) ? "is-down" : "happens";
    });
    await expectWholeness();
    expect(await eventNames()).toContain("Recording End");
    expect(objects().filter((path) => path.endsWith(".ts"))).toHaveLength(2);
  });

  test("is whole, and has each event once, when the database goes away at times", async () => {
    const moments = fc.array(fc.constantFrom<Fate>("happens", "database-away", "commit-in-doubt"));
    const names = ["Session Created", "Stream Start", "Recording Start", "Stream End"];
    await fc.assert(
      fc
        .asyncProperty(moments, async (fates) => {
          let changes = 0;
          await broadcast(2, (_effect, isPut) => (!isPut && fates[changes++]) || "happens");
          await expectWholeness();
          expect((await eventNames()).toSorted()).toEqual(
            [...names, "Recording End", "Session Ended"].toSorted(),
          );
        })
        .beforeEach(newWorld),
      { numRuns: 50 },
    );
  });

  test("of which nothing may be written is published as Recording Start Failure", async () => {
    await broadcast(2, (_effect, isPut) => (isPut ? "is-refused" : "happens"));
    await expectWholeness();
    const names = await eventNames();
    expect(names).toContain("Recording Start Failure");
    expect(names).toContain("Stream End");
    expect(objects()).toEqual([]);
  });
});

test.each([
  ["takes several tracks", { enabled: true, policy: "ALLOW", maximumResolution: "HD" }, "code"],
  ["takes one track", { enabled: false }, undefined],
] as const)(
  "HEVC on a channel that %s ends the session with AWS's %s",
  async (_case, input, code) => {
    await world.close();
    world = await LiveWorld.open({ channel: { multitrack_input: JSON.stringify(input) } });
    const { live, deps } = world.begin();
    const ends: unknown[] = [];
    const warn = vi.spyOn(deps.log, "warn");
    deps.events.subscribe(({ detail }) => {
      if (detail.event_name === "Session Ended") ends.push(detail.code);
    });
    const about = { streamName: CHANNEL_ARN, streamId: STREAM_ID, atMs: 1_000 };
    const connection = { connectionId: "c", remoteAddress: "::1", secure: true, recording: false };
    live.event({ ...about, type: "session-created", ...connection });
    const message = "publish H.264";
    live.event({ ...about, type: "session-ended", reason: "video-codec", message });
    await live.settled(CHANNEL_ARN);
    expect(ends).toEqual([code && "InvalidMultitrackInputVideoTrackMediaProperties"]);
    const sessions = world.store.tables<IvsTables>().db.selectFrom("ivs_stream_sessions");
    const session = await sessions.select("has_error_event").executeTakeFirstOrThrow();
    expect(session.has_error_event).toBe(code ? 1 : 0);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.anything(), message);
    warn.mockRestore();
  },
);
