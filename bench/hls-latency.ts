/*
 * How far behind a viewer is: hls.js with its default settings, in chromium, on a channel of each latencyMode.
 * ffmpeg publishes a film of 320x180 in real time; the latency is the wall clock minus EXT-X-PROGRAM-DATE-TIME of the
 * frame that is shown, where the server stamped a frame when it came. Median and worst of a sample each 250 ms, from
 * five seconds after the first frame.
 */
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { startHlsPlayer } from "../test/e2e/hls-player.ts";
import { makeFilm, publish } from "../test/scenarios/ivs/encoder.ts";
import { startTestServer } from "../test/support/test-server.ts";

const SETTLE_MS = 5_000;
const SAMPLES = 60;
const SAMPLE_MS = 250;

const [server, film, player] = await Promise.all([
  startTestServer(),
  makeFilm(45),
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
  const latencies: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { latencyMs } = await tab.state();
    if (latencyMs !== undefined) latencies.push(latencyMs);
    await pause(SAMPLE_MS);
  }
  const { stalls, errors } = await tab.state();
  encoder.kill();
  latencies.sort((a, b) => a - b);
  const median = latencies[Math.floor(latencies.length / 2)];
  return { latencyMode, median, worst: latencies.at(-1), stalls, errors: errors.length };
}

try {
  for (const latencyMode of ["LOW", "NORMAL"] as const) console.log(await measure(latencyMode));
} finally {
  await player.close();
  await server.close();
  await film.remove();
}
