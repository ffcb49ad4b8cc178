import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;
/** Growth over the second half that passes for none. */
const GROWTH_LIMIT = 0.1;

/** How a process stands at a time of a run. */
export interface Sample {
  readonly minute: number;
  readonly residentMb: number;
  readonly cpuSeconds: number;
}

export function sampleOf(pid: number, beganMs: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return {
    minute: (performance.now() - beganMs) / 60_000,
    residentMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

/** Whether memory was flat: the least-squares line over the second half of the samples. */
export function growthOf(samples: readonly Sample[]) {
  const measured = samples.slice(Math.floor(samples.length / 2));
  const first = measured[0]?.minute ?? 0;
  const minutes = (measured.at(-1)?.minute ?? first) - first;
  const mean = measured.reduce((all, { residentMb }) => all + residentMb, 0) / measured.length;
  const perMinute = slope(measured);
  const growth = (perMinute * minutes) / mean;
  const isFlat = growth < GROWTH_LIMIT;
  const percent = (growth * 100).toFixed(1);
  const figures = `${mean.toFixed(0)} MB, ${perMinute.toFixed(2)} MB a minute, ${percent} %`;
  const verdict = `(limit ${GROWTH_LIMIT * 100} %): ${isFlat ? "pass" : "FAIL"}`;
  return { isFlat, said: `memory of the second half: ${figures} of growth ${verdict}` };
}

/** MB per minute. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (one: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const minute = mean((one) => one.minute);
  const covariance = mean((one) => (one.minute - minute) * one.residentMb);
  return covariance / mean((one) => (one.minute - minute) ** 2);
}
