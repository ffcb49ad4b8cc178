import { openSync, readSync } from "node:fs";

/*
 * Measures what this thread computes in one turn of the event loop. It counts the
 * processor's time of that thread, not the clock's: other programs take their share of the machine.
 */

/** The limit on a machine whose `slowness` is 1. */
export const TURN_MAX_MS = 50;

const BYTES = 64;
const MS = 1e6;

// This thread's. Its first number: nanoseconds on a processor.
const schedule = openSync("/proc/thread-self/schedstat", "r");
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

/** What `work` takes on the machine on which a turn may last 50 ms. */
const REFERENCE_MS = 40;

/** How many times longer this machine takes for the same; at least 1. */
export function slowness(): number {
  work();
  const before = computedMs();
  work();
  return Math.max(1, (computedMs() - before) / REFERENCE_MS);
}

/** Objects, texts and patterns, as requests are made of. */
function work(): void {
  const items = Array.from({ length: 2_000 }, (_, at) => ({ Key: `key${at}`, Value: [at, "a"] }));
  for (let round = 0; round < 50; round++) {
    const text = JSON.stringify(items);
    const read = JSON.parse(text) as typeof items;
    const found = read.filter(({ Key }) => /^k[a-z]+\d*7$/.test(Key));
    if (found.length === 0) throw new Error("nothing found");
  }
}
