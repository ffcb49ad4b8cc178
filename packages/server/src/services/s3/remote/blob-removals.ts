import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { deleteRemovals, insertRemovals, selectRemovals } from "../rows/removals.ts";
import type { S3Tables } from "../tables.ts";

/** As many as the store removes by one request. */
const BATCH_SIZE = 1_000;
/** Readers on other nodes have so long for the rest of what they read. */
const SHARED_GRACE_MS = 5 * 60_000;
const LOOK_EVERY_MS = 60_000;
const AGAIN_MS = 5_000;

export interface BlobRemovalsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when the bytes are gone. */
  readonly remove: (blobIds: readonly string[]) => Promise<void>;
  /** Blobs that requests of this process still read. */
  readonly held: () => ReadonlySet<string>;
}

/**
 * Removes the bytes of blobs that no row refers to any more. They are noted in the transaction that
 * drops their rows, so that neither a crash nor a store that is away leaves them for good; nodes
 * may remove the same ones, since a key is never used again.
 */
export class BlobRemovals {
  readonly #options: BlobRemovalsOptions;
  readonly #store: Store<S3Tables>;
  readonly #rounds: Periodic;
  readonly #graceMs: number;

  constructor(options: BlobRemovalsOptions) {
    this.#options = options;
    this.#store = options.store.tables<S3Tables>();
    this.#graceMs = options.store.shared ? SHARED_GRACE_MS : 0;
    this.#rounds = new Periodic({
      everyMs: LOOK_EVERY_MS,
      jitter: options.store.shared ? 0.2 : 0,
      round: (closing) => this.#round(closing),
      failed: (err) => {
        options.log.debug({ err }, "Bytes of removed objects wait for the object store.");
        this.#rounds.wakeIn(AGAIN_MS);
      },
    });
  }

  /** The rows of these blobs go with this transaction. */
  async note(blobIds: readonly string[], tx: Transaction<S3Tables>): Promise<void> {
    const dueMs = this.#options.clock.nowMs() + this.#graceMs;
    await insertRemovals(blobIds, dueMs, tx.db);
  }

  /** Blobs that were noted are read by no request of this process any more. */
  wake(): void {
    this.#rounds.wakeIn(this.#graceMs);
  }

  start(): void {
    this.#rounds.start();
    inBackground(this.#rounds.wake());
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  async #round(closing: AbortSignal): Promise<void> {
    for (let isMore = true; isMore && !closing.aborted; ) {
      const held = this.#options.held();
      const found = await selectRemovals(
        this.#options.clock.nowMs(),
        BATCH_SIZE + held.size,
        this.#store.db,
      );
      const due = found.filter((blobId) => !held.has(blobId));
      isMore = due.length >= BATCH_SIZE;
      const blobIds = due.slice(0, BATCH_SIZE);
      if (blobIds.length === 0) return;
      await this.#options.remove(blobIds);
      await this.#store.transaction(({ db }) => deleteRemovals(blobIds, db));
    }
  }
}
