import { openSync, readSync } from "node:fs";

/*
 * Measures what this process's main thread computes in one turn of the event loop. It counts the
 * processor's time of that thread, not the clock's: other programs take their share of the machine.
 */

const BYTES = 64;
const MS = 1e6;

// The main thread's id is the process's. Its first number: nanoseconds on a processor.
const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
const read = Buffer.alloc(BYTES);

function computedMs(): number {
  const size = readSync(schedule, read, 0, BYTES, 0);
  return Number(read.toString("latin1", 0, size).split(" ", 1)[0]) / MS;
}

/** The milliseconds of the longest turn until `work` has ended, and a few turns more. */
export async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = computedMs();
  let left = Number.POSITIVE_INFINITY;
  const ended = new Promise<void>((resolve) => {
    const turn = () => {
      const now = computedMs();
      longest = Math.max(longest, now - last);
      last = now;
      if (left-- > 0) setImmediate(turn);
      else resolve();
    };
    setImmediate(turn);
  });
  try {
    await work();
  } finally {
    left = TURNS_AFTER;
  }
  await ended;
  return longest;
}

const TURNS_AFTER = 20;

/** The milliseconds of a computation. */
export function costMs(compute: () => void): number {
  const before = computedMs();
  compute();
  return computedMs() - before;
}
