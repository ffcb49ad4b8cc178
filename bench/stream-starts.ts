/**
 * Streams that begin together: `tsx bench/stream-starts.ts [STREAMS]`, 100 by default, after `npm
 * run build`.
 *
 * All encoders connect within one second to a server as built, with its database on the disk, each
 * to a recorded channel of its own. A stream is live when its Stream Start event comes out of the
 * server; the figure is that moment minus the write of its first keyframe. A segment lasts 2 s, so
 * that nothing can be below that. Needs ffmpeg.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventReader } from "../test/scenarios/ivs/event-reader.ts";
import { rtmpPortOf, startServerProcess } from "../test/support/server-process.ts";
import { bench, makeSource, pause } from "./media-ingest/bench-processes.ts";
import { askSent, startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";
import { makeRecordedChannels } from "./media-ingest/recorded-channels.ts";

const streams = Number(process.argv[2] ?? 100);
const CONNECT_WITHIN_MS = 1_000;
const LIVE_LIMIT_MS = 3_000;
const GIVE_UP_MS = 30_000;

const data = mkdtempSync(join(tmpdir(), "rolecast-bench-data-"));
const server = await startServerProcess(["--data", data]);

async function main(): Promise<void> {
  const source = makeSource();
  const channels = await makeRecordedChannels(server, streams);
  const events = new EventReader(server.endpoint);
  const liveAtMs = new Map<string, number>();
  for (const arn of channels.values()) {
    events.wait(arn, "Stream Start").then(() => liveAtMs.set(arn, Date.now()));
  }
  const keys = [...channels.keys()];
  const options = { withinMs: CONNECT_WITHIN_MS * 0.9 };
  const encoders = await startEncoders(source, await rtmpPortOf(server), keys, options);
  const deadlineMs = Date.now() + GIVE_UP_MS;
  while (liveAtMs.size < streams && Date.now() < deadlineMs) {
    await pause(20);
  }
  const sent = await askSent(encoders);
  const delays = sent.map(({ key, keyframesAtMs }) => {
    const atMs = liveAtMs.get(channels.get(key) ?? "") ?? Number.POSITIVE_INFINITY;
    return atMs - (keyframesAtMs[0] ?? Number.NaN);
  });
  const firsts = sent.map(({ keyframesAtMs }) => keyframesAtMs[0] ?? 0);
  const worst = percentile(delays, 1);
  console.log(
    `${streams} streams, first keyframes within ${Math.max(...firsts) - Math.min(...firsts)} ms, ${liveAtMs.size} live`,
  );
  console.log(
    `first keyframe to live: p50 ${percentile(delays, 0.5)} ms, worst ${worst} ms (limit ${LIVE_LIMIT_MS}): ${verdict(worst <= LIVE_LIMIT_MS)}`,
  );
  events.close();
}

try {
  await bench(main);
} finally {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}
