/*
 * How far behind a viewer is: hls.js with its default settings, in chromium, on a channel of each latencyMode.
 * ffmpeg publishes a film of 320x180 in real time; the latency is the wall clock minus EXT-X-PROGRAM-DATE-TIME of the
 * frame that is shown, where the server stamped a frame when it came. Median and worst of a sample each 250 ms, for
 * 30 s from five seconds after the first frame; a stall in them, an error or a median past the limit fails.
 */
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { startHlsPlayer } from "../test/e2e/hls-player.ts";
import { makeFilm, publish } from "../test/scenarios/ivs/encoder.ts";
import { startTestServer } from "../test/support/test-server.ts";

const SETTLE_MS = 5_000;
/** Half a minute of playback. */
const SAMPLES = 120;
const LIMITS_MS = { LOW: 2_000, NORMAL: 7_000 } as const;
const SAMPLE_MS = 250;

const [server, film, player] = await Promise.all([
  startTestServer(),
  makeFilm(60),
  startHlsPlayer(),
]);
const { ivs } = server.clients();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(latencyMode: "LOW" | "NORMAL") {
  const { channel, streamKey } = await ivs.send(
    new CreateChannelCommand({ type: "BASIC", insecureIngest: true, latencyMode }),
  );
  const url = `rtmp://localhost:${server.server.ports.rtmp}/app/${streamKey?.value}`;
  const encoder = publish(film, url);
  const live = () => ivs.send(new GetStreamCommand({ channelArn: channel?.arn }));
  while (!(await live().catch(() => undefined))) await pause(100);
  const tab = await player.play(channel?.playbackUrl ?? "");
  await tab.until((state) => state.seconds > 0);
  await pause(SETTLE_MS);
  const settled = await tab.state();
  const latencies: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { latencyMs } = await tab.state();
    if (latencyMs !== undefined) latencies.push(latencyMs);
    await pause(SAMPLE_MS);
  }
  const { stalls: stallsInAll, errors } = await tab.state();
  const stalls = stallsInAll - settled.stalls;
  encoder.kill();
  latencies.sort((a, b) => a - b);
  const median = latencies[Math.floor(latencies.length / 2)];
  const isMet =
    median !== undefined && median < LIMITS_MS[latencyMode] && stalls === 0 && errors.length === 0;
  return {
    ...{ latencyMode, median, worst: latencies.at(-1), limit: LIMITS_MS[latencyMode] },
    ...{ stalls, errors: errors.length, verdict: isMet ? "pass" : "FAIL" },
  };
}

try {
  for (const latencyMode of ["LOW", "NORMAL"] as const) console.log(await measure(latencyMode));
} finally {
  await player.close();
  await server.close();
  await film.remove();
}
