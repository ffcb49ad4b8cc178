/**
 * Whether two ingest workers carry twice what one does: `tsx bench/ingest-workers.ts [STREAMS_PER_WORKER] [SECONDS]`.
 *
 * Two engines run side by side, one with one worker and one with two, and are fed at the same time, so that other load
 * on the machine hits them alike. What a worker carries is bounded by one core, so capacity is the workers times a
 * core's time over what a stream costs; wall time would measure the encoders, which need cores too.
 *
 * Real time: the same number of streams of 2.5 Mb/s for each worker, CPU time of the worker processes per stream. Every
 * worker has a process of encoders of its own: at this load what a stream costs is how often it wakes its worker, and one
 * process that writes to two workers in turn lets each of them fall asleep between two writes (18 % more wake-ups). The
 * pool gives connections in turn, so the processes connect in turn.
 * Saturation: encoders send as fast as the server takes it; bytes of RTMP carried per CPU second of the workers.
 * The main process's share is printed too: it is what bounds the number of workers. Nothing is asserted.
 */
import {
  bench,
  cpuSeconds,
  type EngineProcess,
  makeSource,
  nextLine,
  pause,
  script,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { startEncoders } from "./media-ingest/encoder-process.ts";

const perWorker = Number(process.argv[2] ?? 24);
const seconds = Number(process.argv[3] ?? 20);
const WARM_UP_MS = 6_000;
/** The encoders' processes are ready by then. */
const ENCODERS_START_MS = 4_000;
const CONNECT_WITHIN_MS = 2_000;
/** At saturation: enough that each worker always has something to read. */
const FLOODS_PER_WORKER = 2;

interface Cost {
  readonly workers: readonly number[];
  readonly main: number;
}

interface Sample extends Cost {
  /** Bytes that its encoders have sent. */
  readonly sent: number;
}

/** What each engine spends, and is sent, while both are fed. */
async function measure(
  engines: readonly EngineProcess[],
  sent: readonly number[],
): Promise<readonly Sample[]> {
  const sample = (): Sample[] =>
    engines.map(({ main, workers }, index) => ({
      main: cpuSeconds(main.pid),
      workers: workers.map(cpuSeconds),
      sent: sent[index] ?? 0,
    }));
  await pause(WARM_UP_MS);
  const before = sample();
  await pause(seconds * 1_000);
  return sample().map((after, index) => ({
    main: after.main - (before[index]?.main ?? 0),
    workers: after.workers.map((cpu, worker) => cpu - (before[index]?.workers[worker] ?? 0)),
    sent: after.sent - (before[index]?.sent ?? 0),
  }));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function evenness({ workers }: Cost): string {
  return workers.map((cpu) => cpu.toFixed(2)).join(" and ");
}

function conclude(one: number, two: number): void {
  console.log(
    `two workers carry ${((2 * two) / one).toFixed(2)} times what one does (wanted: 1.8)`,
  );
}

async function realTime(source: string, engines: readonly EngineProcess[]): Promise<void> {
  const beginAtMs = Date.now() + ENCODERS_START_MS;
  const encoders = await Promise.all(
    engines.flatMap(({ rtmpPort, workers }) =>
      workers.map((_, worker) => {
        const keys = Array.from({ length: perWorker }, (_, index) => `r${worker}-${index}`);
        const shareMs = CONNECT_WITHIN_MS / perWorker / workers.length;
        const options = { withinMs: CONNECT_WITHIN_MS, beginAtMs: beginAtMs + worker * shareMs };
        return startEncoders(source, rtmpPort, keys, options);
      }),
    ),
  );
  const costs = await measure(engines, []);
  const capacities = costs.map((cost) => {
    const streams = perWorker * cost.workers.length;
    const percent = (cpu: number): string => `${((cpu / seconds / streams) * 100).toFixed(3)} %`;
    const carried = total(cost.workers);
    console.log(
      `real time, ${cost.workers.length} worker(s), ${streams} streams: ${percent(carried)} of a core per stream, ` +
        `main process ${percent(cost.main)}; CPU seconds ${evenness(cost)}`,
    );
    return streams / carried;
  });
  conclude(capacities[0] ?? 0, capacities[1] ?? 0);
  for (const encoder of encoders) {
    encoder.kill();
  }
  await pause(1_000);
}

async function saturation(source: string, engines: readonly EngineProcess[]): Promise<void> {
  const sent = engines.map(() => 0);
  const encoders = engines.map(({ rtmpPort, workers }, index) => {
    const streams = String(FLOODS_PER_WORKER * workers.length);
    return script("./flood.ts", [source, String(rtmpPort), streams, `f${index}-`]);
  });
  await Promise.all(encoders.map(nextLine));
  encoders.forEach((encoder, index) => {
    encoder.stdout?.on("data", (text) => {
      sent[index] = Number(String(text).trim().split("\n").at(-1));
    });
  });
  const capacities = (await measure(engines, sent)).map((cost) => {
    const rate = cost.sent / 1e6 / total(cost.workers);
    console.log(
      `saturation, ${cost.workers.length} worker(s): ${rate.toFixed(1)} MB carried per CPU second of a worker; ` +
        `CPU seconds ${evenness(cost)} of ${seconds}`,
    );
    return rate;
  });
  conclude(capacities[0] ?? 0, capacities[1] ?? 0);
}

await bench(async () => {
  const source = makeSource();
  const engines = [
    await startEngine("live", { workers: 1 }),
    await startEngine("live", { workers: 2 }),
  ];
  await realTime(source, engines);
  await saturation(source, engines);
});
