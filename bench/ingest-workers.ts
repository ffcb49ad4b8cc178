/**
 * Whether two ingest workers carry twice what one does: `tsx bench/ingest-workers.ts
 * [STREAMS_PER_WORKER] [WINDOWS]`.
 *
 * Two engines run side by side, one with one worker and one with two, and are fed at the same time,
 * so that other load on the machine hits them alike. What a worker carries is bounded by one core,
 * so capacity is the workers times a core's time over what a stream costs; wall time would measure
 * the encoders, which need cores too. The result is the median of windows of five seconds; the
 * worst and the best are given too.
 *
 * Real time: the same number of streams of 2.5 Mb/s for each worker, CPU time of the worker
 * processes per stream. At this load what a stream costs is how often and from where its worker is
 * woken. So every worker has a process of encoders of its own (one that writes to two workers in
 * turn lets each of them fall asleep between two writes: 18 % more wake-ups) and is woken from the
 * other core (from its own it costs up to a fifth less, and where the system puts them is luck).
 * The pool gives connections in turn, so the processes connect in turn. Saturation: an encoder for
 * each worker sends as fast as it is taken; bytes of RTMP carried per CPU second of the workers.
 * The main process's share is printed too: it is what bounds the number of workers. Nothing is
 * asserted.
 */
import {
  bench,
  cpuSeconds,
  type EngineProcess,
  end,
  holdToCore,
  makeSource,
  nextLine,
  pause,
  script,
  startEngine,
} from "./media-ingest/bench-processes.ts";
import { startEncoders } from "./media-ingest/encoder-process.ts";
import { percentile } from "./media-ingest/figures.ts";

const perWorker = Number(process.argv[2] ?? 24);
const windows = Number(process.argv[3] ?? 8);
const WINDOW_MS = 5_000;
/** Until each worker's code is compiled. */
const WARM_UP_MS = 10_000;
/** The encoders' processes are ready by then. */
const ENCODERS_START_MS = 4_000;
const CONNECT_WITHIN_MS = 2_000;
const CORES = 2;

interface Sample {
  readonly workers: number;
  readonly main: number;
  /** Bytes that its encoders have sent. */
  readonly sent: number;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The spending and the input of each engine in each window. */
async function measure(
  engines: readonly EngineProcess[],
  sent: readonly (readonly number[])[] = [],
): Promise<readonly (readonly Sample[])[]> {
  const sample = (): Sample[] =>
    engines.map(({ main, workers }, index) => ({
      main: cpuSeconds(main.pid),
      workers: total(workers.map(cpuSeconds)),
      sent: total(sent[index] ?? []),
    }));
  await pause(WARM_UP_MS);
  const measured: Sample[][] = engines.map(() => []);
  let before = sample();
  for (let window = 0; window < windows; window++) {
    await pause(WINDOW_MS);
    const now = sample();
    now.forEach((after, index) => {
      measured[index]?.push({
        main: after.main - (before[index]?.main ?? 0),
        workers: after.workers - (before[index]?.workers ?? 0),
        sent: after.sent - (before[index]?.sent ?? 0),
      });
    });
    before = now;
  }
  return measured;
}

/**
 * `carries`: of a window of the engine with one worker and of the one with two, what each carries.
 */
function conclude(
  [one = [], two = []]: readonly (readonly Sample[])[],
  carries: (sample: Sample, workers: number) => number,
): void {
  const ratios = one.flatMap((sample, window) => {
    const other = two[window];
    return other === undefined ? [] : [carries(other, 2) / carries(sample, 1)];
  });
  const [median, worst, best] = [0.5, 0, 1].map((share) => percentile(ratios, share).toFixed(2));
  console.log(
    `two workers carry ${median} times what one does (${worst} to ${best} in ${windows} windows; wanted: 1.8)`,
  );
}

async function realTime(source: string, engines: readonly EngineProcess[]): Promise<void> {
  const beginAtMs = Date.now() + ENCODERS_START_MS;
  const encoders = await Promise.all(
    engines.flatMap(({ rtmpPort, workers }) =>
      workers.map((_, worker) => {
        const keys = Array.from({ length: perWorker }, (_, index) => `r${worker}-${index}`);
        const shareMs = CONNECT_WITHIN_MS / perWorker / workers.length;
        return startEncoders(source, rtmpPort, keys, {
          withinMs: CONNECT_WITHIN_MS,
          beginAtMs: beginAtMs + worker * shareMs,
          core: (worker + 1) % CORES,
        });
      }),
    ),
  );
  const measured = await measure(engines);
  measured.forEach((samples, index) => {
    const streams = perWorker * (engines[index]?.workers.length ?? 0);
    const seconds = (windows * WINDOW_MS) / 1_000;
    const percent = (cpu: readonly number[]): string =>
      `${((total(cpu) / seconds / streams) * 100).toFixed(3)} %`;
    console.log(
      `real time, ${streams} streams: ${percent(samples.map(({ workers }) => workers))} of a core per stream, ` +
        `main process ${percent(samples.map(({ main }) => main))}`,
    );
  });
  conclude(measured, (sample, workers) => (perWorker * workers * workers) / sample.workers);
  await Promise.all(encoders.map(end));
}

async function saturation(source: string, engines: readonly EngineProcess[]): Promise<void> {
  const sent = engines.map(({ workers }) => workers.map(() => 0));
  // One after the other: the pool gives connections in turn.
  for (const [index, { rtmpPort, workers }] of engines.entries()) {
    for (const worker of workers.keys()) {
      const flood = script("./flood.ts", [source, String(rtmpPort), "1", `f${worker}-`]);
      await nextLine(flood);
      flood.stdout?.on("data", (text) => {
        sent[index]?.splice(worker, 1, Number(String(text).trim().split("\n").at(-1)));
      });
    }
  }
  const measured = await measure(engines, sent);
  measured.forEach((samples, index) => {
    const cpu = total(samples.map(({ workers }) => workers));
    const rate = total(samples.map((sample) => sample.sent)) / 1e6 / cpu;
    console.log(
      `saturation, ${engines[index]?.workers.length} worker(s): ${rate.toFixed(1)} MB carried per CPU second of a worker`,
    );
  });
  conclude(measured, (sample, workers) => (sample.sent / sample.workers) * workers);
}

await bench(async () => {
  const source = makeSource();
  const engines = [
    await startEngine("live", { workers: 1 }),
    await startEngine("live", { workers: 2 }),
  ];
  for (const { workers } of engines) {
    workers.forEach((pid, worker) => {
      holdToCore(pid, worker % CORES);
    });
  }
  await realTime(source, engines);
  await saturation(source, engines);
});
