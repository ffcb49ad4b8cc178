import type { RecordingFileRow } from "../port/recording.ts";

/** The files that a recording has in the bucket, counted. */
export class RecordedTotals {
  files = 0;
  durationMs = 0;
  /** By rendition's name. */
  readonly #written = new Map<string, { readonly files: number; readonly durationMs: number }>();

  /** Counts a written file; returns how many its rendition has. */
  add({ rendition, durationMs }: RecordingFileRow): number {
    this.files += 1;
    const before = this.#written.get(rendition) ?? { files: 0, durationMs: 0 };
    const now = { files: before.files + 1, durationMs: before.durationMs + durationMs };
    this.#written.set(rendition, now);
    // Renditions run side by side: the recording is as long as its longest.
    this.durationMs = Math.max(this.durationMs, now.durationMs);
    return now.files;
  }
}
