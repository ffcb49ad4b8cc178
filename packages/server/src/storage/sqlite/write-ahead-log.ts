import { closeSync, fdatasync, openSync } from "node:fs";
import { SharedSync } from "../../kernel/shared-sync.ts";

/**
 * Makes commits durable without holding up the thread that serves requests: SQLite appends them to
 * its write-ahead log and doesn't wait (`synchronous = NORMAL`); here the log is forced to the disk,
 * once for all commits that wait for it. What SQLite itself must order, it still does: it syncs
 * the log before a checkpoint and the database after it.
 */
export class WriteAheadLog {
  readonly #descriptor: number;
  readonly #shared = new SharedSync(() => this.#force());
  #failure: Error | undefined;

  /** `databaseFile` is open in WAL mode, and stays so until this is closed. */
  constructor(databaseFile: string) {
    this.#descriptor = openSync(`${databaseFile}-wal`, "r+");
  }

  /**
   * Resolves when every commit made before the call is on the disk. Rejects for good after the
   * first failure: the system may have dropped what it couldn't write, and says so only once.
   */
  async durable(): Promise<void> {
    this.check();
    await this.#shared.sync();
  }

  /** Throws when an earlier commit could not be made durable. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #force(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        if (!error) return resolve();
        this.#failure = new Error("The database's log can't be written: restart the server.", {
          cause: error,
        });
        reject(this.#failure);
      });
    });
  }
}
