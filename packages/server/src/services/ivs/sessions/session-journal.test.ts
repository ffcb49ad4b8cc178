import { expect, onTestFinished, test } from "vitest";
import { SESSION_EVENTS_MAX } from "../rows/stream-events.ts";
import type { IvsTables } from "../tables.ts";
import { CHANNEL_ARN, LiveWorld } from "../testing/live-world.ts";
import type { IvsOccurrence } from "./ivs-event.ts";
import { SessionJournal } from "./session-journal.ts";

test("a session keeps its latest 500 events, and others aren't touched", async () => {
  const world = await LiveWorld.open();
  onTestFinished(() => world.close());
  const { engine, live, deps } = world.begin();
  const streamIds = ["st-1aaaaaaaaaaaaaaaaaaaaaa", "st-1bbbbbbbbbbbbbbbbbbbbbb"] as const;
  for (const streamId of streamIds) await engine.broadcast(CHANNEL_ARN, streamId, 0);
  await live.settled(CHANNEL_ARN);
  const place = { accountId: "000000000000", region: "us-east-1" };
  const channel = { channelId: "channelchann", channelName: "stage" };
  const subject = { ...place, ...channel, streamId: streamIds[0] };
  const starving = (index: number): IvsOccurrence => ({
    type: "IVS Stream Health Change",
    name: index % 2 === 0 ? "Starvation Start" : "Starvation End",
    atMs: index,
  });
  const published: unknown[] = [];
  deps.events.subscribe(({ detail }) => published.push(detail.stream_id));
  const journal = new SessionJournal({ ...deps, nodeId: () => "" });
  const count = SESSION_EVENTS_MAX + 7;
  await journal.record(
    subject,
    {},
    ...Array.from({ length: count }, (_, index) => starving(index)),
  );
  const kept = await world.store
    .tables<IvsTables>()
    .db.selectFrom("ivs_stream_events")
    .select(["stream_id", "event_time_ms"])
    .orderBy("sequence")
    .execute();
  const timesOf = (streamId: string) =>
    kept.filter((row) => row.stream_id === streamId).map((row) => row.event_time_ms);
  expect(timesOf(streamIds[0])).toEqual(
    Array.from({ length: SESSION_EVENTS_MAX }, (_, index) => index + 7),
  );
  expect(timesOf(streamIds[1])).toHaveLength(2);
  // The bus hears of all of them.
  expect(published).toHaveLength(count);
});

test("events have numbers in their order, also after another node has added some", async () => {
  const world = await LiveWorld.open();
  onTestFinished(() => world.close());
  const { engine, live, deps } = world.begin();
  const streamId = "st-1aaaaaaaaaaaaaaaaaaaaaa";
  await engine.broadcast(CHANNEL_ARN, streamId, 0);
  await live.settled(CHANNEL_ARN);
  const place = { accountId: "000000000000", region: "us-east-1" };
  const subject = { ...place, channelId: "channelchann", channelName: "stage", streamId };
  const journals = [0, 1].map(() => new SessionJournal({ ...deps, nodeId: () => "" }));
  const writers = [0, 0, 1, 1, 0, 1];
  for (const [atMs, writer] of writers.entries())
    await journals[writer]?.record(
      subject,
      {},
      {
        ...({ type: "IVS Stream Health Change", name: "Starvation Start" } as const),
        atMs,
      },
    );
  const kept = await world.store
    .tables<IvsTables>()
    .db.selectFrom("ivs_stream_events")
    .select(["sequence", "name", "event_time_ms"])
    .orderBy("sequence")
    .execute();
  expect(kept.map(({ sequence }) => Number(sequence))).toEqual(kept.map((_, index) => index + 1));
  const added = kept.filter(({ name }) => name === "Starvation Start");
  expect(added.map((row) => row.event_time_ms)).toEqual(writers.map((_, atMs) => atMs));
});
