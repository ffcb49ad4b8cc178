import type { Log } from "../../../kernel/ports/log.ts";
import { type BlobSweepOptions, type SweptBlobs, sweepBlobs } from "./blob-sweep.ts";

const NOTHING: SweptBlobs = {
  removed: { files: 0, bytes: 0 },
  kept: { files: 0, bytes: 0 },
  keptWriters: 0,
};

/** Sweeps when it is woken, one sweep at a time, and tells what became of it. */
export class BlobSweeper {
  readonly #options: Omit<BlobSweepOptions, "signal"> & { readonly log: Log };
  #last = NOTHING;
  #running: Promise<void> | undefined;
  #again = false;
  #abort = new AbortController();

  constructor(options: Omit<BlobSweepOptions, "signal"> & { readonly log: Log }) {
    this.#options = options;
  }

  /** There may be something to remove. */
  wake(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#abort = new AbortController();
    this.#running = this.#sweep().finally(() => {
      this.#running = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Breaks the sweep off, which the next start does again. */
  async close(): Promise<void> {
    this.#again = false;
    this.#abort.abort();
    await this.#running;
  }

  /** Everything is gone. */
  clear(): void {
    this.#last = NOTHING;
  }

  /** What the last sweep left, as it isn't this database's, or nobody can tell. */
  health() {
    const { kept, keptWriters } = this.#last;
    return {
      unreferencedFiles: kept.files,
      unreferencedBytes: kept.bytes,
      unreferencedWriters: keptWriters,
    };
  }

  async #sweep(): Promise<void> {
    const { log } = this.#options;
    try {
      const swept = await sweepBlobs({ ...this.#options, signal: this.#abort.signal });
      this.#last = swept;
      const { removed, kept, keptWriters: writers } = swept;
      if (removed.files > 0)
        log.info(
          { ...removed },
          "Removed files of S3 objects that were never stored or were deleted.",
        );
      if (kept.files > 0)
        log.warn(
          { ...kept, writers },
          "There are files of S3 objects that this database doesn't know. They are kept: it may be an older copy of the database that wrote them. `rolecast doctor --objects` tells more.",
        );
    } catch (error) {
      log.warn({ err: error }, "The sweep of S3 files has failed.");
    }
  }
}
