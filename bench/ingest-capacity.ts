/**
 * How much passthrough ingest one core carries: `tsx bench/ingest-capacity.ts [STREAMS] [SECONDS]`,
 * 300 and 30 by default, of 2.5 Mb/s each, with live HLS.
 *
 * The engine is held to one core, the encoders to the others. A message counts as dropped when OBS
 * would have dropped it, because more than 700 ms of media waited in its socket. Keyframe to listed
 * is from the write of the keyframe that ends a segment to the segment's being in the playlist, for
 * every segment of every stream. Needs ffmpeg, taskset and two cores.
 */
import {
  bench,
  cpuSeconds,
  makeSource,
  pause,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { askSent, startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";

const streams = Number(process.argv[2] ?? 300);
const seconds = Number(process.argv[3] ?? 30);
const LISTED_LIMIT_MS = 100;
const ENGINE_CORE = 0;
const ENCODERS_CORE = 1;
const WARM_UP_MS = 4_000;

async function main(): Promise<void> {
  const source = makeSource();
  const { main: engine, rtmpPort, httpPort } = await startEngine("live", { core: ENGINE_CORE });
  const keys = Array.from({ length: streams }, (_, index) => `s${index}`);
  const encoders = await startEncoders(source, rtmpPort, keys, { core: ENCODERS_CORE });
  await pause(WARM_UP_MS);
  const fromMs = Date.now();
  const before = [engine, encoders].map(({ pid }) => cpuSeconds(pid));
  await pause(seconds * 1_000);
  const cores = [engine, encoders].map(
    ({ pid }, index) => (cpuSeconds(pid) - (before[index] ?? 0)) / seconds,
  );
  const sent = await askSent(encoders);
  const answer = await fetch(`http://127.0.0.1:${httpPort}/arrivals`);
  const arrivals = new Map((await answer.json()) as [string, number[]][]);

  const delays = sent.flatMap(({ key, keyframesAtMs }) =>
    (arrivals.get(key) ?? []).flatMap((listedAtMs, sequence) => {
      const endedAtMs = keyframesAtMs[sequence + 1] ?? Number.NaN;
      return endedAtMs >= fromMs ? [listedAtMs - endedAtMs] : [];
    }),
  );
  const dropped = sent.reduce((sum, one) => sum + one.dropped, 0);
  const p99 = percentile(delays, 0.99);
  const [own = 0, others = 0] = cores;
  console.log(
    `${sent.length} streams, engine ${own.toFixed(2)} cores of 1 (${((own / streams) * 100).toFixed(3)} % a stream), encoders ${others.toFixed(2)}`,
  );
  console.log(`dropped messages: ${dropped} (limit 0): ${verdict(dropped === 0)}`);
  console.log(
    `keyframe to listed, ${delays.length} segments: p50 ${percentile(delays, 0.5)} ms, p99 ${p99} ms (limit ${LISTED_LIMIT_MS}), worst ${percentile(delays, 1)} ms: ${verdict(p99 < LISTED_LIMIT_MS)}`,
  );
}

await bench(main);
