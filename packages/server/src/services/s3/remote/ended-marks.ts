import { buffer } from "node:stream/consumers";
import type { Log } from "../../../kernel/ports/log.ts";
import type { EndedMarks } from "../blobs/writer-marks.ts";
import type { StoreClient } from "./store-client.ts";

const MARKS_BELOW = "writers/";

/**
 * Marks of writers that have ended, in the object store: nodes that share it have folders of their
 * own, and one whose folder is gone must not leave its orphans for good (docs/adr/0018). While the
 * store is away nothing is proven, which keeps what may be an orphan.
 */
export class RemoteMarks implements EndedMarks {
  readonly #client: StoreClient;
  readonly #log: Log;

  constructor(client: StoreClient, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  async end(prefix: string, commits: number): Promise<void> {
    await this.#client
      .put(`${MARKS_BELOW}${prefix}`, [Buffer.from(String(commits))])
      .catch((err: unknown) => this.#log.debug({ err }, "A writer's mark was not kept elsewhere."));
  }

  async read(prefix: string): Promise<number | undefined> {
    const opened = await this.#client.get(`${MARKS_BELOW}${prefix}`);
    if (!opened) return undefined;
    const text = (await buffer(opened.body)).toString("latin1");
    return /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  }

  async remove(prefix: string): Promise<void> {
    await this.#client.delete([`${MARKS_BELOW}${prefix}`]).catch(() => undefined);
  }
}
