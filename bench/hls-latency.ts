/*
 * How far behind a viewer is: hls.js with its default settings, in chromium, on a channel of each
 * latencyMode. ffmpeg publishes a film of 320x180 in real time; the latency is the wall clock minus
 * EXT-X-PROGRAM-DATE-TIME of the frame that is shown, where the server stamped a frame when it
 * came. Viewers join one after the other, in the middle of the stream and at other points of a
 * segment: hls.js stays as far behind as it began. Each is sampled for eight seconds, two after its
 * first frame; median and worst of the viewers. A stall, an error or a median past the limit fails.
 */
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { startHlsPlayer } from "../test/e2e/hls-player.ts";
import { makeFilm, publish } from "../test/scenarios/ivs/encoder.ts";
import { startTestServer } from "../test/support/test-server.ts";
import { Recorder } from "./recording/recorder.ts";

const VIEWERS = 5;
/** A playlist is full after six segments of two seconds. */
const BEFORE_FIRST_MS = 12_000;
const SETTLE_MS = 2_000;
const SAMPLES = 32;
const SAMPLE_MS = 250;
const LIMITS_MS = { LOW: 2_000, NORMAL: 7_000 } as const;

const record = await Recorder.begin("hls-latency");
const [server, film, player] = await Promise.all([
  startTestServer(),
  makeFilm(90),
  startHlsPlayer(),
]);
const { ivs } = server.clients();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)];

/** Latencies in order, of one viewer. */
async function watch(playbackUrl: string) {
  const tab = await player.play(playbackUrl);
  await tab.until((state) => state.seconds > 0);
  await pause(SETTLE_MS);
  const settled = await tab.state();
  const latencies: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { latencyMs } = await tab.state();
    if (latencyMs !== undefined) latencies.push(latencyMs);
    await pause(SAMPLE_MS);
  }
  const { stalls, errors } = await tab.state();
  await tab.close();
  return {
    latencyMs: latencies.toSorted((a, b) => a - b),
    stalls: stalls - settled.stalls,
    errors,
  };
}

async function measure(latencyMode: "LOW" | "NORMAL") {
  const { channel, streamKey } = await ivs.send(
    new CreateChannelCommand({ type: "BASIC", insecureIngest: true, latencyMode }),
  );
  const url = `rtmp://localhost:${server.server.ports.rtmp}/app/${streamKey?.value}`;
  const encoder = publish(film, url);
  const live = () => ivs.send(new GetStreamCommand({ channelArn: channel?.arn }));
  while (!(await live().catch(() => undefined))) await pause(100);
  await pause(BEFORE_FIRST_MS);
  const viewers: Awaited<ReturnType<typeof watch>>[] = [];
  for (let viewer = 0; viewer < VIEWERS; viewer++)
    viewers.push(await watch(channel?.playbackUrl ?? ""));
  encoder.kill();
  const medians = viewers.map((viewer) => median(viewer.latencyMs) ?? Number.NaN);
  const inOrder = medians.toSorted((a, b) => a - b);
  const stalls = viewers.reduce((sum, viewer) => sum + viewer.stalls, 0);
  const errors = viewers.reduce((sum, viewer) => sum + viewer.errors.length, 0);
  const protocol = latencyMode === "LOW" ? "LL-HLS" : "HLS";
  record.add({ name: protocol, value: median(inOrder) ?? Number.NaN, unit: "ms" });
  const isMet = (median(inOrder) ?? Number.NaN) < LIMITS_MS[latencyMode];
  return {
    ...{ latencyMode, median: median(inOrder), viewers: medians, limit: LIMITS_MS[latencyMode] },
    ...{ stalls, errors, verdict: isMet && stalls + errors === 0 ? "pass" : "FAIL" },
  };
}

try {
  for (const latencyMode of ["LOW", "NORMAL"] as const) console.log(await measure(latencyMode));
} finally {
  await player.close();
  await server.close();
}
await record.write();
