import { utimes } from "node:fs/promises";
import { systemClock } from "../clock.ts";
import { Periodic } from "../work/periodic.ts";

/** Readers of the times allow for many of these. */
const RENEWAL_MS = 5_000;

/**
 * Sets the time of a file or folder to now, again and again, so that other processes see that its
 * maker lives. Gives the way to end that, which resolves when the time isn't set any more.
 */
export function keepFresh(path: string): () => Promise<void> {
  const renewals = new Periodic({
    everyMs: RENEWAL_MS,
    round: async () => {
      const now = new Date(systemClock.nowMs());
      await utimes(path, now, now);
    },
    // If it is gone, its maker was taken for dead, and finds out by what is missing in the end.
    failed: () => undefined,
  });
  renewals.start();
  return () => renewals.close();
}
