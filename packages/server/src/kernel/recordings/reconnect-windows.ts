import type { Clock } from "../clock.ts";
import type { Log } from "../ports/log.ts";
import { inBackgroundOf } from "../work/in-background.ts";
import { Periodic } from "../work/periodic.ts";
import type { RecordedRow } from "./recorded-row.ts";
import type { RecordingStore } from "./recording-store.ts";
import type { RecordingWriter } from "./recording-writer.ts";

/** After the database failed, the windows are looked at again this much later. */
const RETRY_MS = 10_000;

export interface ReconnectWindowsOptions<Row extends RecordedRow> {
  readonly store: RecordingStore<Row>;
  readonly clock: Clock;
  readonly log: Log;
  readonly writerOf: (row: Row) => RecordingWriter<Row>;
}

/**
 * Ends recordings that wait for a reconnect when their window is over. They are rows, so a window
 * goes on where a process stopped.
 */
export class ReconnectWindows<Row extends RecordedRow> {
  readonly #options: ReconnectWindowsOptions<Row>;
  readonly #rounds: Periodic;
  /** A slow bucket keeps only its own recordings waiting. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: ReconnectWindowsOptions<Row>) {
    this.#options = options;
    this.#rounds = new Periodic({
      round: (closing) => this.#endWhatIsDue(closing),
      failed: (err) => {
        options.log.error({ err }, "The reconnect windows could not be looked at");
        this.#rounds.wakeIn(RETRY_MS);
      },
    });
  }

  async start(): Promise<void> {
    this.#rounds.start();
    await this.check();
  }

  async close(): Promise<void> {
    await this.#rounds.close();
    await Promise.all(this.#ending);
  }

  /** Resolves when everything that was due at the last check has its end. */
  async settled(): Promise<void> {
    await this.#rounds.settled();
    await Promise.all(this.#ending);
  }

  /** Ends what is due, and looks again when the next window is over. Never rejects. */
  check(): Promise<void> {
    return this.#rounds.wake();
  }

  async #endWhatIsDue(closing: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    const nowMs = clock.nowMs();
    for (const row of await store.reconnectable()) {
      const closesAtMs = row.closes_at_ms ?? 0;
      if (closesAtMs > nowMs) return this.#rounds.wakeIn(closesAtMs - nowMs);
      if (closing.aborted) return;
      // If a stream connected in time, its claim comes first, and it asks for another check.
      const claimed = await store.claimEnd(row);
      if (claimed) inBackgroundOf(this.#ending, this.#end(claimed, nowMs));
    }
  }

  /** Never rejects. */
  async #end(row: Row, nowMs: number): Promise<void> {
    const { log, writerOf } = this.#options;
    try {
      await writerOf(row).close(nowMs, row.duration_ms ?? 0);
    } catch (error) {
      // The failure is logged, and the other recordings still get their end.
      const fields = { err: error, streamId: row.stream_id, bucket: row.bucket_name };
      log.error(fields, "A recording could not be ended in its bucket");
    }
  }
}
