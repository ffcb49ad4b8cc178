import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { LEFT_FOR_MS } from "../../../kernel/recordings/left-recordings.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, LiveWorld } from "../testing/live-world.ts";

const STREAM_ID = "st-1aaaaaaaaaaaaaaaaaaaaaa";
/** More effects than a broadcast with three files has. */
const EFFECTS_MAX = 50;

let world: LiveWorld;
beforeEach(async () => {
  world = await LiveWorld.open({ shared: true });
});
afterEach(() => world.close());

const tables = () => world.store.tables<IvsTables>().db;

/** A node that starts where the one before it was: that one's lease is over. */
async function takeOver(): Promise<void> {
  const { live } = world.begin();
  await live.start();
  await live.close();
}

async function expectEndedOnce(): Promise<void> {
  const sessions = await tables().selectFrom("ivs_stream_sessions").selectAll().execute();
  const recordings = await tables().selectFrom("ivs_recordings").selectAll().execute();
  for (const row of [...sessions, ...recordings]) expect(row.ended_at_ms).not.toBeNull();
  expect(await tables().selectFrom("ivs_recording_files").selectAll().execute()).toEqual([]);
  const events = await tables().selectFrom("ivs_stream_events").select("name").execute();
  const count = (...names: string[]) => events.filter(({ name }) => names.includes(name)).length;
  expect(count("Session Ended")).toBe(sessions.length);
  expect(count("Stream End")).toBe(count("Stream Start"));
  const ends = ["Recording End", "Recording End Failure", "Recording Start Failure"];
  expect(count(...ends)).toBe(recordings.filter(({ state }) => state !== "none").length);
  const keys = [...world.bucket.keys()];
  const ended = keys.filter((key) => /events\/recording-(ended|failed).json$/.test(key));
  const whole = recordings.filter(({ state }) => state === "ended" || state === "failed");
  expect(ended).toHaveLength(whole.length);
}

test("a node that is paused at any moment, and goes on as if nothing had been, changes nothing that another took over", async () => {
  await fc.assert(
    fc
      .asyncProperty(
        fc.nat({ max: EFFECTS_MAX }),
        fc.boolean(),
        fc.nat({ max: 3 }),
        async (moment, after, files) => {
          const pauses = after ? "pauses-after" : "pauses-before";
          // Its first effects are those of its place among the nodes.
          const life = world.begin((effect) => (effect === moment + 2 ? pauses : "happens"));
          await life.live.node.register();
          const over = life.engine
            .broadcast(CHANNEL_ARN, STREAM_ID, files)
            .then(() => life.live.playable(CHANNEL_ARN)?.drained());
          await Promise.race([over, life.paused]);
          await takeOver();
          const taken = await tables().selectFrom("ivs_recordings").select("stream_id").execute();
          const before = new Map(world.bucket);
          life.resume();
          await over;
          // What wasn't there to be taken is the paused node's, until somebody looks again.
          if (taken.length > 0) expect(world.bucket).toEqual(before);
          else await takeOver();
          await expectEndedOnce();
        },
      )
      .beforeEach(async () => {
        await world.close();
        world = await LiveWorld.open({ shared: true });
      }),
    { numRuns: 60 },
  );
});

test("what a dead node had goes to exactly one of those that ask together", async () => {
  const life = world.begin((effect) => (effect === 12 ? "power-cut-before" : "happens"));
  await life.live.node.register();
  void life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 3);
  await life.died;
  await Promise.all([takeOver(), takeOver(), takeOver()]);
  await expectEndedOnce();
  expect(await tables().selectFrom("ivs_nodes").selectAll().execute()).toEqual([]);
});

/** A node that dies while it records, and its place. */
async function dead(nodeUrl: string, folderId: string) {
  const kept = mkdtempSync(join(tmpdir(), "rolecast-left-"));
  onTestFinished(() => rmSync(kept, { recursive: true }));
  const place = { nodeUrl, folderId, kept };
  const life = world.begin((effect) => (effect === 10 ? "power-cut-before" : "happens"), place);
  await life.live.node.register();
  void life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 3);
  await life.died;
  mkdirSync(join(kept, STREAM_ID));
  return place;
}

test("a dead node's recordings are the next process's on its folder, at any address", async () => {
  const place = await dead("http://localhost:2", "its-folder");
  // The dead one's lease has ten seconds to go.
  await takeOver();
  const open = tables().selectFrom("ivs_recordings").selectAll().where("ended_at_ms", "is", null);
  expect(await open.execute()).toHaveLength(1);
  const { live } = world.begin(undefined, { ...place, nodeUrl: "http://localhost:3" });
  await live.start();
  expect(await open.execute()).toEqual([]);
  await live.close();
  await expectEndedOnce();
});

test("nobody else takes a dead node's recordings while its heirs die as they start", async () => {
  for (const moment of Array.from({ length: 8 }, (_, index) => index)) {
    const place = await dead(`http://localhost:2${moment}`, `its-folder-${moment}`);
    const open = tables().selectFrom("ivs_recordings").selectAll().where("ended_at_ms", "is", null);
    const again = world.begin((effect) => (effect === moment ? "power-cut-before" : "happens"), {
      ...place,
      nodeUrl: `http://localhost:3${moment}`,
    });
    void again.live.start();
    await Promise.race([again.died, vi.waitUntil(async () => (await open.execute()).length === 0)]);
    const left = (await open.execute()).length;
    await takeOver();
    expect(await open.execute(), `effect ${moment}`).toHaveLength(left);
    const { live } = world.begin(undefined, { ...place, nodeUrl: `http://localhost:4${moment}` });
    await live.start();
    expect(await open.execute()).toEqual([]);
    await live.close();
    await expectEndedOnce();
    await world.close();
    world = await LiveWorld.open({ shared: true });
  }
});

test("a node forgets what is on its disk of a recording that another one has ended", async () => {
  const place = await dead("http://localhost:2", "its-folder");
  const owner = "another";
  const living = { node_id: owner, url: "", beat: 0, abilities: "", folder_id: "", heir: "" };
  await world.store.transaction(async (tx) => {
    const { db } = tx.tables<IvsTables>();
    await db.insertInto("ivs_nodes").values(living).execute();
    await db.updateTable("ivs_recordings").set({ owner }).execute();
  });
  const { live } = world.begin(undefined, place);
  await live.start();
  expect(existsSync(join(place.kept, STREAM_ID))).toBe(true);
  await world.store.transaction(async (tx) => {
    const { db } = tx.tables<IvsTables>();
    await db.updateTable("ivs_recordings").set({ state: "ended", ended_at_ms: 1 }).execute();
  });
  await vi.waitUntil(() => !existsSync(join(place.kept, STREAM_ID)), { timeout: 20_000 });
  await live.close();
});

test("a recording that was left on another node's disk is taken an hour later", async () => {
  const life = world.begin((effect) => (effect === 10 ? "power-cut-before" : "happens"));
  await life.live.node.register();
  void life.engine.broadcast(CHANNEL_ARN, STREAM_ID, 3);
  await life.died;
  const owner = `left:its-folder:${world.nowMs + LEFT_FOR_MS}`;
  const change = (tx: Transaction) =>
    tx.tables<IvsTables>().db.updateTable("ivs_recordings").set({ owner }).execute();
  await world.store.transaction(change);
  const owners = async () => {
    const rows = await tables().selectFrom("ivs_recordings").selectAll().execute();
    return rows.map((row) => [row.owner, row.ended_at_ms]);
  };
  await takeOver();
  expect(await owners()).toEqual([[owner, null]]);
  world.nowMs += LEFT_FOR_MS;
  await takeOver();
  await expectEndedOnce();
});
