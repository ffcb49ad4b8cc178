import type { Store } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import type { S3Tables } from "../tables.ts";
import { applyLifecycle } from "./apply-lifecycle.ts";

/** AWS looks once a day; whoever tries rules out doesn't want to wait for it. */
const LOOK_INTERVAL_MS = 3_600_000;

/**
 * Applies buckets' lifecycle rules: all hourly, and one bucket's soon after they were put. What is done
 * is as if somebody had asked for it, so it may be broken off at any time, and several nodes may do it.
 */
export class LifecycleWorker {
  readonly #deps: S3Dependencies;
  readonly #store: Store<S3Tables>;
  /** Names of buckets that are to be looked at. */
  readonly #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = true;
  /** All buckets are to be looked at. */
  #all = false;

  constructor(deps: S3Dependencies) {
    this.#deps = deps;
    this.#store = deps.store.tables<S3Tables>();
  }

  start(): void {
    this.#closed = false;
    this.#timer = setInterval(() => this.wake(), LOOK_INTERVAL_MS);
    this.#timer.unref();
    this.wake();
  }

  /** Something may be due now, in one bucket or in any. */
  wake(bucketName?: string): void {
    if (bucketName === undefined) this.#all = true;
    else this.#waiting.add(bucketName);
    this.#run();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Resolves when what was under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #run(): void {
    if (this.#closed || this.#running || !(this.#all || this.#waiting.size > 0)) return;
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
      // Woken after the last look at what waits, and before now.
      this.#run();
    });
  }

  async #look(): Promise<void> {
    while (!this.#closed) {
      if (this.#all) await this.#addAll();
      const [name] = this.#waiting;
      if (name === undefined) return;
      this.#waiting.delete(name);
      try {
        await this.#apply(name);
      } catch (err) {
        const { log } = this.#deps;
        log.warn({ err, bucket: name }, "A bucket's lifecycle rules weren't all applied.");
      }
    }
  }

  async #addAll(): Promise<void> {
    this.#all = false;
    try {
      const buckets = await this.#store.db
        .selectFrom("s3_buckets")
        .select("bucket_name")
        .where("lifecycle", "is not", null)
        .execute();
      for (const { bucket_name: name } of buckets) this.#waiting.add(name);
    } catch (err) {
      this.#deps.log.warn({ err }, "Buckets with lifecycle rules couldn't be listed.");
    }
  }

  async #apply(name: string): Promise<void> {
    const bucket = await this.#store.db
      .selectFrom("s3_buckets")
      .selectAll()
      .where("bucket_name", "=", name)
      .executeTakeFirst();
    if (bucket) await applyLifecycle(bucket, this.#deps, () => this.#closed);
  }
}
