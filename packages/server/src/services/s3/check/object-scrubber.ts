import { pasteable } from "../../../kernel/command-line.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { pause } from "../../../kernel/work/timers.ts";
import { findReferencedBlobs } from "../rows/referenced-blobs.ts";
import type { S3Tables } from "../tables.ts";
import { checkBlob } from "./check-blob.ts";
import {
  BEGINNING,
  type Page,
  type Place,
  pageOfStored,
  type StoredBlob,
} from "./stored-objects.ts";

/** A server has other things to do when it starts. */
const BEGINS_AFTER_MS = 10_000;
/** Between two rounds. */
const REST_MS = 600_000;
const PAGE_SIZE = 500;
/** Opening a file counts as so many bytes. */
const FILE_BYTES = 4096;
/** Distinct damaged files that are counted; a larger number says no more. */
const DAMAGED_MAX = 10_000;
const ROW = "objects";

export interface ObjectScrubberOptions {
  readonly store: Store;
  /** The blobs' folder. */
  readonly dir: string;
  /** 0: nothing is read. */
  readonly bytesPerSecond: number;
  readonly log: Log;
}

/**
 * Reads everything that is stored, slowly and over and over, and compares it with its checksums.
 * Its place is in the database: a restart goes on from there, and nodes share the work.
 */
export class ObjectScrubber {
  readonly #options: ObjectScrubberOptions;
  readonly #store: Store<S3Tables>;
  readonly #work: Periodic;
  readonly #rows: ReadableRows;
  #objects = 0;
  #bytes = 0;
  #rounds = 0;
  /** Files found damaged in this round, and in the one before. */
  #damaged = new Set<string>();
  #damagedBefore = new Set<string>();
  #mayReadAtMs = 0;

  constructor(options: ObjectScrubberOptions) {
    this.#options = options;
    this.#store = options.store.tables<S3Tables>();
    this.#rows = new ReadableRows("s3", options.log);
    this.#work = new Periodic({
      round: (closing) => this.#round(closing).finally(() => this.#work.wakeIn(REST_MS)),
      failed: (err) => options.log.warn({ err }, "Objects' files couldn't all be compared."),
    });
  }

  start(): void {
    if (this.#options.bytesPerSecond === 0) return;
    this.#work.start();
    this.#work.wakeIn(BEGINS_AFTER_MS);
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  /** Since the process has started. */
  health() {
    return {
      scrubbedObjects: this.#objects,
      scrubbedBytes: this.#bytes,
      scrubRounds: this.#rounds,
      damagedFiles: new Set([...this.#damaged, ...this.#damagedBefore]).size,
    };
  }

  async #round(signal: AbortSignal): Promise<void> {
    for (;;) {
      const page = await this.#takePage();
      for (const { blobs } of page.objects) {
        for (const blob of blobs) await this.#check(blob, signal);
        this.#objects++;
      }
      if (page.next === undefined) break;
    }
    this.#rounds++;
    this.#damagedBefore = this.#damaged;
    this.#damaged = new Set();
  }

  /** Takes the next page from the other nodes; one that breaks off is left to the next round. */
  async #takePage(): Promise<Page> {
    const place = await this.#place(this.#store.db);
    // Without objects nothing is written.
    if (place[0] === "objects" && place[1] === "" && !(await this.#isAny()))
      return { objects: [], next: undefined };
    return this.#store.transaction(async ({ db }) => {
      const page = await this.#pageAt(await this.#place(db), PAGE_SIZE, db);
      const row = { name: ROW, place: JSON.stringify(page.next ?? BEGINNING) };
      await db.deleteFrom("s3_scrubs").where("name", "=", ROW).execute();
      await db.insertInto("s3_scrubs").values(row).execute();
      return page;
    });
  }

  /** Whether anything is stored: only the last page of a table goes on in the next one, or ends. */
  async #isAny(): Promise<boolean> {
    const starts: Place[] = [BEGINNING, ["versions", "", "", ""], ["uploads", ""]];
    for (const start of starts)
      if ((await this.#pageAt(start, 1, this.#store.db)).next?.[0] === start[0]) return true;
    return false;
  }

  #pageAt(place: Place, size: number, db: Store<S3Tables>["db"]): Promise<Page> {
    return pageOfStored(place, size, db, this.#rows);
  }

  async #place(db: Store<S3Tables>["db"]): Promise<Place> {
    const row = await db
      .selectFrom("s3_scrubs")
      .select("place")
      .where("name", "=", ROW)
      .executeTakeFirst();
    const read = ({ place }: { readonly place: string }) => JSON.parse(place) as Place;
    const [place] = this.#rows.of("place", row ? [row] : [], () => ROW, read);
    return place ?? BEGINNING;
  }

  async #check(blob: StoredBlob, signal: AbortSignal): Promise<void> {
    const { dir, log } = this.#options;
    const { db } = this.#store;
    const pace = (bytes: number) => this.#pace(bytes === 0 ? FILE_BYTES : bytes, signal);
    const found = await checkBlob({ dir, db }, blob, pace);
    this.#bytes += blob.sizeBytes;
    const { blobId } = blob;
    if (found === undefined || this.#damaged.has(blobId)) return;
    // Deleted since the page was read.
    if (!(await findReferencedBlobs([blobId], this.#store.db)).has(blobId)) return;
    if (this.#damaged.size < DAMAGED_MAX) this.#damaged.add(blobId);
    if (this.#damagedBefore.has(blobId)) return;
    log.error(
      { blobId, found },
      pasteable(
        "A file of an S3 object is damaged or missing. `$0 doctor --objects` names the object.",
      ),
    );
  }

  /** Waits as long as the bytes take at the given rate, so that it holds over any time. */
  async #pace(bytes: number, signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    this.#mayReadAtMs = Math.max(this.#mayReadAtMs, nowMs);
    this.#mayReadAtMs += (bytes / this.#options.bytesPerSecond) * 1000;
    signal.throwIfAborted();
    const waitMs = this.#mayReadAtMs - nowMs;
    if (waitMs > 1) await pause(waitMs, { signal, background: true });
    signal.throwIfAborted();
  }
}
