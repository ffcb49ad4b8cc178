import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { systemClock } from "../../../kernel/clock.ts";
import { keepFresh } from "../../../kernel/files/keep-fresh.ts";
import { pathBelow } from "../../../kernel/files/path-below.ts";
import { randomIds } from "../../../kernel/ids.ts";
import { pause } from "../../../kernel/work/timers.ts";

/** Below the data folder. */
export const HOLDS_FOLDER = "s3-holds";
/** How long a process may believe that there is no hold. */
const KNOWN_FOR_MS = 1_000;
/** Longer than that: then whatever is removed was dereferenced before. */
const SETTLING_MS = 2_000;
/** A holder whose file is older than that has died, or doesn't need it any more. */
const LIFETIME_MS = 60_000;

/**
 * Keeps the files of blobs that are deleted meanwhile, in all processes that use the folder. Files
 * that no row refers to when this resolves may still be removed. Gives the way to let go.
 */
export async function holdBlobs(dataDir: string): Promise<() => Promise<void>> {
  const dir = pathBelow(dataDir, HOLDS_FOLDER);
  const file = pathBelow(dir, randomIds.uuid());
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await (await open(file, "wx", 0o600)).close();
  const endRenewals = keepFresh(file);
  await pause(SETTLING_MS);
  return async () => {
    await endRenewals();
    await rm(file, { force: true });
  };
}

/** Tells a process that removes blobs whether any are held. */
export class BlobHolds {
  readonly #dir: string;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #held: Promise<boolean> = Promise.resolve(false);

  constructor(dataDir: string) {
    this.#dir = pathBelow(dataDir, HOLDS_FOLDER);
  }

  /** True: nothing may be removed now. */
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
