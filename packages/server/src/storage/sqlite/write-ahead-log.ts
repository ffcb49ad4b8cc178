import { closeSync, fdatasync, openSync } from "node:fs";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { OneAtATime } from "../../kernel/work/one-at-a-time.ts";

/**
 * Makes commits durable without holding up the thread that serves requests: SQLite appends them to
 * its write-ahead log and doesn't wait (`synchronous = NORMAL`); this class forces the log to the
 * disk, once for all commits that wait for it. SQLite still orders its own writes: it syncs the log
 * before a checkpoint and the database after it.
 */
export class WriteAheadLog {
  readonly #descriptor: number;
  readonly #syncs = new OneAtATime(() => this.#force());
  readonly #onFailure: (error: StoreUnavailableError) => void;
  #failure: StoreUnavailableError | undefined;

  /**
   * `databaseFile` is open in WAL mode, and stays so until this is closed. `onFailure` hears of the
   * first failure.
   */
  constructor(databaseFile: string, onFailure: (error: StoreUnavailableError) => void) {
    this.#descriptor = openSync(`${databaseFile}-wal`, "r+");
    this.#onFailure = onFailure;
  }

  /**
   * Resolves when every commit made before the call is on the disk. Rejects for good after the
   * first failure: the system may have dropped what it couldn't write, and says so only once. Those
   * commits are seen by readers, and whether they outlive the process isn't known.
   */
  async durable(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.#syncs.run();
  }

  /** Throws if an earlier commit couldn't be made durable: no new one may begin. */
  check(): void {
    if (!this.#failure) return;
    const { message, cause, condition } = this.#failure;
    throw new StoreUnavailableError(message, { cause, condition });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #force(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        if (!error) return resolve();
        const failure = new StoreUnavailableError(
          "The log of Rolecast's database can't be written: look at the disk, and restart the server.",
          { cause: error, condition: "failed", commitUnknown: true },
        );
        if (!this.#failure) this.#onFailure(failure);
        this.#failure ??= failure;
        reject(failure);
      });
    });
  }
}
