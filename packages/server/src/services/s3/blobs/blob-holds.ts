import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { systemClock } from "../../../kernel/clock.ts";
import { pathBelow } from "../../../kernel/files/path-below.ts";
import { randomIds } from "../../../kernel/ids.ts";

/** Below the data folder. */
export const HOLDS_FOLDER = "s3-holds";
/** How long a process may believe that there is no hold. */
const KNOWN_FOR_MS = 1_000;
/** Longer than that: then whatever is removed was dereferenced before. */
const SETTLING_MS = 2_000;
const RENEWAL_MS = 5_000;
/** Whoever says nothing for so long has died, or doesn't need it any more. */
const LIFETIME_MS = 60_000;

/**
 * Keeps the files of blobs that are deleted meanwhile, in all processes that use the folder. What no
 * row refers to any more when this resolves may still go. Gives the way to let go.
 */
export async function holdBlobs(dataDir: string): Promise<() => Promise<void>> {
  const dir = pathBelow(dataDir, HOLDS_FOLDER);
  const file = pathBelow(dir, randomIds.uuid());
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await (await open(file, "wx", 0o600)).close();
  const renewal = setInterval(() => {
    const now = new Date(systemClock.nowMs());
    // Who finds it gone has been taken for dead; what is missing then is told.
    utimes(file, now, now).catch(() => undefined);
  }, RENEWAL_MS);
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  return async () => {
    clearInterval(renewal);
    await rm(file, { force: true });
  };
}

/** What a process that removes blobs knows of holds. */
export class BlobHolds {
  readonly #dir: string;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #held: Promise<boolean> = Promise.resolve(false);

  constructor(dataDir: string) {
    this.#dir = pathBelow(dataDir, HOLDS_FOLDER);
  }

  /** Whether nothing may be removed now. */
  isHeld(): Promise<boolean> {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= KNOWN_FOR_MS) {
      this.#lookedAtMs = nowMs;
      this.#held = this.#look();
    }
    return this.#held;
  }

  async #look(): Promise<boolean> {
    let held = false;
    for (const name of await readdir(this.#dir).catch(() => [])) {
      const file = pathBelow(this.#dir, name);
      const found = await stat(file).catch(() => undefined);
      if (!found) continue;
      if (Math.abs(systemClock.nowMs() - found.mtimeMs) < LIFETIME_MS) held = true;
      else await rm(file, { force: true });
    }
    return held;
  }
}
