import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { S3Dependencies } from "../dependencies.ts";
import type { S3Tables } from "../tables.ts";
import { applyLifecycle } from "./apply-lifecycle.ts";

/** AWS applies rules once a day; people who try rules out don't want to wait that long. */
const LOOK_INTERVAL_MS = 3_600_000;

/**
 * Applies buckets' lifecycle rules: all buckets' hourly, and one bucket's soon after they were put.
 * Each change is made as if a client had asked for it, so the work may be broken off at any time,
 * and several nodes may do it at once.
 */
export class LifecycleWorker {
  readonly #deps: S3Dependencies;
  readonly #store: Store<S3Tables>;
  /** Names of the buckets whose rules are to be applied. */
  readonly #waiting = new Set<string>();
  readonly #hourly: Periodic;
  readonly #rounds: Periodic;

  constructor(deps: S3Dependencies) {
    this.#deps = deps;
    this.#store = deps.store.tables<S3Tables>();
    this.#hourly = new Periodic({
      everyMs: LOOK_INTERVAL_MS,
      round: () => this.#addAll(),
      failed: (err) => deps.log.warn({ err }, "Buckets with lifecycle rules couldn't be listed."),
    });
    this.#rounds = new Periodic({
      round: (closing) => this.#applyToWaiting(closing),
      failed: (err) => deps.log.warn({ err }, "Lifecycle rules weren't all applied."),
    });
  }

  start(): void {
    this.#rounds.start();
    this.#hourly.start();
    this.wake();
  }

  /** Something may be due now, in one bucket or in any. */
  wake(bucketName?: string): void {
    if (bucketName === undefined) inBackground(this.#hourly.wake());
    else {
      this.#waiting.add(bucketName);
      inBackground(this.#rounds.wake());
    }
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#hourly.settled();
    await this.#rounds.settled();
  }

  /** Resolves when what was under way has ended. */
  async close(): Promise<void> {
    await this.#hourly.close();
    await this.#rounds.close();
  }

  async #addAll(): Promise<void> {
    const buckets = await this.#store.db
      .selectFrom("s3_buckets")
      .select("bucket_name")
      .where("lifecycle", "is not", null)
      .execute();
    for (const { bucket_name: name } of buckets) this.wake(name);
  }

  async #applyToWaiting(closing: AbortSignal): Promise<void> {
    for (const name of this.#waiting) {
      if (closing.aborted) return;
      this.#waiting.delete(name);
      try {
        await this.#apply(name, closing);
      } catch (err) {
        const { log } = this.#deps;
        log.warn({ err, bucket: name }, "A bucket's lifecycle rules weren't all applied.");
      }
    }
  }

  async #apply(name: string, closing: AbortSignal): Promise<void> {
    const bucket = await this.#store.db
      .selectFrom("s3_buckets")
      .selectAll()
      .where("bucket_name", "=", name)
      .executeTakeFirst();
    if (bucket) await applyLifecycle(bucket, this.#deps, closing);
  }
}
