/** Entries that are kept for renditions that lag: minutes at several a second. */
const ENTRIES_MAX = 1_000;

interface Entry {
  readonly timeMs: number;
  /** An ID3 tag. */
  readonly tag: Buffer;
}

/** Metadata between a broadcast's frames, at the same media time in every rendition. */
export class TimedMetadata {
  #entries: Entry[] = [];
  #forgotten = 0;

  /** Times don't go back. */
  add(timeMs: number, tag: Buffer): void {
    this.#entries.push({ timeMs, tag });
    if (this.#entries.length > ENTRIES_MAX) {
      this.#entries.shift();
      this.#forgotten += 1;
    }
  }

  /** For one rendition. */
  reader(): TimedMetadataReader {
    return new TimedMetadataReader((index) => this.#entries[index - this.#forgotten]);
  }
}

export class TimedMetadataReader {
  readonly #entryAt: (index: number) => Entry | undefined;
  #next = 0;

  constructor(entryAt: (index: number) => Entry | undefined) {
    this.#entryAt = entryAt;
  }

  /** The next entry, if it belongs before a frame of this time. */
  take(beforeMs: number): Entry | undefined {
    const entry = this.#entryAt(this.#next);
    if (entry === undefined || entry.timeMs >= beforeMs) {
      return undefined;
    }
    this.#next += 1;
    return entry;
  }

  /** Frames from this time on come again. */
  rewind(timeMs: number): void {
    while ((this.#entryAt(this.#next - 1)?.timeMs ?? Number.NEGATIVE_INFINITY) >= timeMs) {
      this.#next -= 1;
    }
  }
}
