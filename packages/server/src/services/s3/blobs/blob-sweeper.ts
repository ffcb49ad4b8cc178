import { pasteable } from "../../../kernel/command-line.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { type BlobSweepOptions, type SweptBlobs, sweepBlobs } from "./blob-sweep.ts";

/** After a sweep that failed. */
const AGAIN_MS = 60_000;

const NOTHING: SweptBlobs = {
  removed: { files: 0, bytes: 0 },
  kept: { files: 0, bytes: 0 },
  keptWriters: 0,
  isOver: true,
};

/** Sweeps when it starts and when it is woken, one sweep at a time. */
export class BlobSweeper {
  readonly #options: Omit<BlobSweepOptions, "signal"> & { readonly log: Log };
  readonly #sweeps: Periodic;
  #last = NOTHING;

  constructor(options: Omit<BlobSweepOptions, "signal"> & { readonly log: Log }) {
    this.#options = options;
    this.#sweeps = new Periodic({
      round: (closing) => this.#sweep(closing),
      failed: (err) => {
        options.log.warn({ err }, "The sweep of S3 files has failed; it is tried again later.");
        this.#sweeps.wakeIn(AGAIN_MS);
      },
    });
  }

  /** Begins the first sweep. Returns at once. */
  start(): void {
    this.#sweeps.start();
    this.wake();
  }

  /** There may be something to remove. */
  wake(): void {
    inBackground(this.#sweeps.wake());
  }

  /** Breaks the sweep off, which the next start does again. */
  close(): Promise<void> {
    return this.#sweeps.close();
  }

  /** Everything is gone. */
  clear(): void {
    this.#last = NOTHING;
  }

  /** Reports the files that the last sweep kept: another database's, or of unknown origin. */
  health() {
    const { kept, keptWriters } = this.#last;
    return {
      unreferencedFiles: kept.files,
      unreferencedBytes: kept.bytes,
      unreferencedWriters: keptWriters,
    };
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const swept = await sweepBlobs({ ...this.#options, signal });
    this.#last = swept;
    if (!swept.isOver) this.#sweeps.wakeIn(this.#options.lateMs ?? 0);
    const { removed, kept, keptWriters: writers } = swept;
    if (removed.files > 0)
      log.info(
        { ...removed },
        "Removed files of S3 objects that were never stored or were deleted.",
      );
    if (kept.files > 0)
      log.warn(
        { ...kept, writers },
        pasteable(
          "There are files of S3 objects that this database doesn't know. They are kept: it may be an older copy of the database that wrote them. `$0 doctor --objects` shows more.",
        ),
      );
  }
}
