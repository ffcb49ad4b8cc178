import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

/** The computer that a figure was measured on. */
export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

const GIB = 1024 ** 3;
/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const LOOK_MS = 3_000;

export function thisMachine(): Machine {
  const processors = cpus();
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  return {
    processors: processors.length,
    model: processors[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / GIB),
    system: system ?? process.platform,
    node: process.version.slice(1),
  };
}

/**
 * How many processors all programs of the machine use together, over three seconds.
 *
 * Source: proc(5), `/proc/stat`: idle and iowait are its fourth and fifth numbers, a guest's time
 * stands in user's too.
 */
export async function processorsInUse(): Promise<number> {
  const before = busyTicks();
  const beganMs = performance.now();
  await pause(LOOK_MS);
  const ticks = busyTicks() - before;
  return ticks / TICKS_PER_SECOND / ((performance.now() - beganMs) / 1_000);
}

function busyTicks(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/ +/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}
