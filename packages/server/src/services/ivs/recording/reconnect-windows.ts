import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { RecordingRow } from "../tables.ts";
import type { RecordingStore } from "./recording-store.ts";
import type { RecordingWriter } from "./recording-writer.ts";

export interface ReconnectWindowsOptions {
  readonly store: RecordingStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly writerOf: (row: RecordingRow) => RecordingWriter;
}

/**
 * Ends recordings that wait for a reconnect when their window is over. What waits stands in the
 * database, so that a window goes on where a process stopped.
 */
export class ReconnectWindows {
  readonly #options: ReconnectWindowsOptions;
  #timer: NodeJS.Timeout | undefined;
  #open = false;
  #round: Promise<void> = Promise.resolve();
  /** A slow bucket keeps its own recordings waiting, nobody else's. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: ReconnectWindowsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#open = true;
    await this.check();
  }

  async close(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#ending);
  }

  /** Resolves when everything that was due at the last check has its end. */
  async settled(): Promise<void> {
    await this.#round;
    await Promise.all(this.#ending);
  }

  /** Ends what is due, and looks again when the next window is over. Never rejects. */
  check(): Promise<void> {
    this.#round = this.#round
      .then(() => this.#check())
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, "The reconnect windows could not be looked at");
      });
    return this.#round;
  }

  async #check(): Promise<void> {
    const { store, clock } = this.#options;
    clearTimeout(this.#timer);
    if (!this.#open) return;
    const nowMs = clock.nowMs();
    for (const row of await store.reconnectable()) {
      const closesAtMs = row.closes_at_ms ?? 0;
      if (closesAtMs > nowMs) {
        this.#timer = setTimeout(() => this.check(), closesAtMs - nowMs);
        this.#timer.unref();
        return;
      }
      // One that connected in time decides first; it says so by another check.
      const claimed = await store.claimEnd(row);
      if (claimed) {
        const ending = this.#end(claimed, nowMs).finally(() => this.#ending.delete(ending));
        this.#ending.add(ending);
      }
    }
  }

  /** Never rejects. */
  async #end(row: RecordingRow, nowMs: number): Promise<void> {
    const { log, writerOf } = this.#options;
    try {
      await writerOf(row).close(nowMs, row.duration_ms ?? 0);
    } catch (error) {
      // Its failure is told; the other recordings get their end.
      const fields = { err: error, streamId: row.stream_id, bucket: row.bucket_name };
      log.error(fields, "A recording could not be ended in its bucket");
    }
  }
}
