import type { Clock } from "../../../kernel/clock.ts";
import type { Store } from "../../../kernel/store.ts";
import { ARCHIVE_BYTES_MAX, ARCHIVES_BYTES_MAX } from "../archive-limits.ts";
import { everySize } from "../rows/archives.ts";
import type { EventsTables } from "../tables.ts";

/** The database is asked again after so long. */
const FRESH_MS = 10_000;

/**
 * Knows how much archives hold. Between two looks into the database only what this node adds is
 * counted, so that several nodes may go beyond the limit by what they add.
 */
export class ArchiveRoom {
  readonly #store: Store<EventsTables>;
  readonly #clock: Clock;
  #byArchive: Promise<Map<string, number>> = Promise.resolve(new Map());
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: Store<EventsTables>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** False where the archive has no room for so many bytes; else they count from now on. */
  async take(archiveId: string, bytes: number): Promise<boolean> {
    const byArchive = await this.#current();
    let all = bytes;
    for (const held of byArchive.values()) all += held;
    const own = (byArchive.get(archiveId) ?? 0) + bytes;
    if (own > ARCHIVE_BYTES_MAX || all > ARCHIVES_BYTES_MAX) return false;
    byArchive.set(archiveId, own);
    return true;
  }

  #current(): Promise<Map<string, number>> {
    const nowMs = this.#clock.nowMs();
    if (Math.abs(nowMs - this.#readAtMs) < FRESH_MS) return this.#byArchive;
    this.#readAtMs = nowMs;
    const read = this.#read();
    read.catch(() => {
      this.#readAtMs = Number.NEGATIVE_INFINITY;
    });
    this.#byArchive = read;
    return read;
  }

  async #read(): Promise<Map<string, number>> {
    const sizes = await everySize(this.#store.db);
    return new Map([...sizes].map(([id, { bytes }]) => [id, bytes]));
  }
}
