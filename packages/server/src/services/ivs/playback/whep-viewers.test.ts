import { Readable } from "node:stream";
import type { ForwardingEvent } from "@rolecast/media";
import { expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import type { MetricSample } from "../../../kernel/ports/metric-sink.ts";
import { ForwardingHub } from "../live/forwarding-hub.ts";
import { MetricSampler } from "../live/metric-sampler.ts";
import { ViewerCounter } from "../live/viewer-counter.ts";
import type { Playing } from "../nodes/stream-directory.ts";
import { PlaybackRefusal } from "./playback-refusal.ts";
import { WhepViewers } from "./whep-viewers.ts";

const CHANNEL_ARN = "arn:aws:ivs:us-east-1:000000000000:channel/channelchann";
const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Viewers of one stream; `may` says who may watch it still, by the name of their session. */
function watched(may: (session: string | undefined) => boolean) {
  const clock = { ms: 1_000, nowMs: () => clock.ms };
  const closed: string[] = [];
  let streamId = "st-1";
  const options = { clock, ids: randomIds, media: { certificateSha256: "" } };
  const engine = {
    forwarding: {
      ...{ openPublication: unused, openSubscription: unused, groupStatus: unused },
      steerSubscription: unused,
      closeForwarding: async (_group: string, session: string) => closed.push(session) > 0,
    },
    mirrors: { openMirror: unused, closeMirror: unused },
  };
  const forwarding = new ForwardingHub(options, { ports: undefined }, () => engine);
  const viewers = new ViewerCounter(clock);
  const directory = { playing: async () => ({ streamId }) as Playing };
  const gate = {
    resume: async (_request: unknown, _subject: unknown, sealed: string | undefined) => {
      if (!may(sealed)) throw PlaybackRefusal.token("The viewer session is revoked");
      return { allowOrigin: "*", heightMax: undefined, sealedSession: sealed };
    },
  };
  const live = { forwarding, viewers, directory };
  const whep = new WhepViewers({ live, gate, log: LOG } as unknown as ConstructorParameters<
    typeof WhepViewers
  >[0]);
  whep.start();
  const join = (session: string): void => {
    const request = {
      ...{ method: "POST", path: "/whep/x", query: new URLSearchParams(), headers: {} },
      ...{ remoteAddress: "::1", isSigned: false, body: Readable.from([]) },
      scheme: "http" as const,
    };
    const viewer = { channelArn: CHANNEL_ARN, streamId: "st-1", viewer: { id: session } };
    whep.add(session, { ...viewer, request, sealedSession: session });
    const about = { group: CHANNEL_ARN, publication: "st-1", session, atMs: 1 };
    forwarding.publish({ ...about, type: "subscription-connected" } as ForwardingEvent);
  };
  const restart = (id: string): void => {
    streamId = id;
  };
  return { whep, viewers, clock, closed, join, restart };
}

const unused = async (): Promise<never> => {
  throw new Error("no such call is made");
};

test("viewers who may watch no longer are disconnected, the others count on", async () => {
  const out = new Set<string | undefined>();
  const { whep, viewers, clock, closed, join, restart } = watched((who) => !out.has(who));
  join("ann");
  join("bob");
  expect(viewers.count("st-1")).toBe(2);
  clock.ms += 25_000;
  out.add("bob");
  await whep.recheck();
  expect(closed).toEqual(["bob"]);
  // Who counted last 30 s ago counts no more.
  clock.ms += 10_000;
  expect(viewers.count("st-1")).toBe(1);
  restart("st-2");
  await whep.recheck();
  expect(closed).toEqual(["bob", "ann"]);
  await whep.close();
});

test("viewers by WebRTC are among ConcurrentViews", async () => {
  const { whep, viewers, clock, join } = watched(() => true);
  join("ann");
  const measured = { videoBitrate: 1, audioBitrate: 1, frameRate: 30, keyframeIntervalMs: 2_000 };
  const stream = { streamId: "st-1", streamName: CHANNEL_ARN, state: "live", measured };
  const engine = { streams: async () => [stream] };
  const samples: MetricSample[] = [];
  const live = { engine, viewers, recorded: { take: () => new Map() } };
  const sink = { put: (put: readonly MetricSample[]) => samples.push(...put) };
  const sampler = new MetricSampler(
    ...([live, sink, clock, LOG] as unknown as ConstructorParameters<typeof MetricSampler>),
  );
  await sampler.sample();
  const views = samples.filter(({ name }) => name === "ConcurrentViews");
  expect(new Set(views.map(({ value }) => value))).toEqual(new Set([1]));
  await whep.close();
});
