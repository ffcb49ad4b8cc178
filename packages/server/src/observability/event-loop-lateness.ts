import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";
import { every } from "../kernel/work/timers.ts";

const SAMPLE_EVERY_MS = 100;
const NANOSECONDS_PER_MS = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;

/** prom-client's metrics of the event loop, by name. */
const STATISTICS: Readonly<Record<string, readonly [string, (of: RecordableHistogram) => number]>> =
  {
    nodejs_eventloop_lag_min_seconds: ["least", ({ min, count }) => (count === 0 ? 0 : min)],
    nodejs_eventloop_lag_max_seconds: ["greatest", ({ max }) => max],
    nodejs_eventloop_lag_mean_seconds: ["mean", ({ mean, count }) => (count === 0 ? 0 : mean)],
    nodejs_eventloop_lag_stddev_seconds: [
      "standard deviation",
      ({ stddev, count }) => (count === 0 ? 0 : stddev),
    ],
    nodejs_eventloop_lag_p50_seconds: ["50th percentile", (of) => of.percentile(50)],
    nodejs_eventloop_lag_p90_seconds: ["90th percentile", (of) => of.percentile(90)],
    nodejs_eventloop_lag_p99_seconds: ["99th percentile", (of) => of.percentile(99)],
  };
const LATEST = "nodejs_eventloop_lag_seconds";

/** Keeps `collectDefaultMetrics`' histogram, which can't be left out, from waking the process. */
export const NO_EVENT_LOOP_MONITORING = { eventLoopMonitoringPrecision: 2 ** 31 - 1 } as const;

/**
 * Measures how late the event loop was since the last question, under prom-client's names but
 * sampled ten times a second: a hundred wake-ups are most of what an idle server costs, and ten see
 * long delays as well. Returns the way to end the sampling.
 */
export function observeEventLoopLateness(registry: Registry): () => void {
  const lateness = createHistogram();
  let latest = 0;
  let dueMs = performance.now() + SAMPLE_EVERY_MS;
  const stop = every(SAMPLE_EVERY_MS, () => {
    const nowMs = performance.now();
    // A histogram counts from 1.
    latest = Math.max(1, Math.round((nowMs - dueMs) * NANOSECONDS_PER_MS));
    lateness.record(latest);
    dueMs = nowMs + SAMPLE_EVERY_MS;
  });
  const gauge = (name: string, help: string, collect: (gauge: Gauge) => void) => {
    registry.removeSingleMetric(name);
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        collect(this);
      },
    });
  };
  for (const [name, [statistic, read]] of Object.entries(STATISTICS)) {
    gauge(name, `The ${statistic} of the event loop's delays in seconds.`, (own) =>
      own.set(read(lateness) / NANOSECONDS_PER_SECOND),
    );
  }
  // The last one to be registered is collected last.
  gauge(LATEST, "Lag of event loop in seconds.", (own) => {
    own.set(latest / NANOSECONDS_PER_SECOND);
    lateness.reset();
  });
  return stop;
}
