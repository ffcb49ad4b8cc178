import { setImmediate } from "node:timers/promises";
import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { Store, Transaction } from "../../../kernel/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { removeUpload } from "../multipart/remove-upload.ts";
import type { Requester } from "../notifications/object-events.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { deleteObject } from "../versions/delete-object.ts";
import { dueUploads, dueVersions, pagesOfKeys } from "./due-objects.ts";
import { enabledRules, expirationOf, transitionOf } from "./lifecycle-rules.ts";

/** AWS looks once a day; whoever tries rules out doesn't want to wait for it. */
const LOOK_INTERVAL_MS = 3_600_000;
/** What one transaction removes: uploads and requests needn't wait long for it. */
const BATCH_SIZE = 50;
/** Classes that objects can be read from at once; into the others nothing is moved here. */
const READABLE_CLASSES = ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

/**
 * Expires objects, versions, delete markers and uploads by their buckets' rules, and moves objects
 * between storage classes: hourly, and soon after rules were put. What is done is as if somebody had
 * deleted it, so it may be broken off at any time, and several nodes may do it.
 */
export class LifecycleWorker {
  readonly #deps: S3Dependencies;
  readonly #store: Store<S3Tables>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = true;

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

  /** Something may be due now. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= this.#look()
      .catch((error: unknown) =>
        this.#deps.log.warn({ err: error }, "S3's lifecycle rules weren't all applied."),
      )
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when what was under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      const buckets = await this.#store.db
        .selectFrom("s3_buckets")
        .selectAll()
        .where("lifecycle", "is not", null)
        .execute();
      for (const bucket of buckets) await this.#apply(bucket);
    }
  }

  async #apply(bucket: BucketRow): Promise<void> {
    const rules = enabledRules(bucket);
    if (rules.length === 0) return;
    await this.#applyToObjects(bucket, rules);
    if (bucket.versioning !== null) await this.#applyToVersions(bucket, rules);
    if (rules.some((rule) => rule.AbortIncompleteMultipartUpload)) {
      const { db } = this.#store;
      const uploads = await dueUploads(bucket, rules, this.#nowMs, db);
      await this.#inBatches(bucket, uploads, (upload, _current, tx) =>
        removeUpload(upload, tx, this.#deps),
      );
    }
  }

  async #applyToObjects(bucket: BucketRow, rules: readonly LifecycleRule[]): Promise<void> {
    const timed = rules.filter(({ Expiration, Transitions }) => Expiration ?? Transitions);
    if (timed.length === 0) return;
    const nowMs = this.#nowMs;
    for await (const page of pagesOfKeys(bucket, this.#store.db)) {
      if (this.#closed) return;
      const expired = page.filter((row) => {
        const expiration = expirationOf(row, timed);
        return expiration !== undefined && expiration.atMs <= nowMs;
      });
      await this.#inBatches(bucket, expired, async (row, current, tx) => {
        const { object_key: Key } = row;
        if (!(await isStill(row, tx))) return;
        const occasion = { requester: this.#requester(), reason: "Lifecycle Expiration" } as const;
        await deleteObject({ Key }, current, occasion, tx, this.#deps);
      });
      const gone = new Set(expired);
      const moved = page.flatMap((row) => {
        const storageClass = gone.has(row) ? undefined : transitionOf(row, timed, nowMs);
        const isMove = storageClass !== undefined && storageClass !== row.storage_class;
        return isMove && READABLE_CLASSES.includes(storageClass) ? [{ ...row, storageClass }] : [];
      });
      await this.#inBatches(bucket, moved, async ({ object_id: id, storageClass }, _bucket, tx) => {
        await tx.db
          .updateTable("s3_objects")
          .set({ storage_class: storageClass })
          .where("bucket_name", "=", bucket.bucket_name)
          .where("object_id", "=", id)
          .execute();
      });
    }
  }

  async #applyToVersions(bucket: BucketRow, rules: readonly LifecycleRule[]): Promise<void> {
    const timed = rules.filter((rule) => rule.Expiration ?? rule.NoncurrentVersionExpiration);
    if (timed.length === 0) return;
    for await (const versions of dueVersions(bucket, timed, this.#nowMs, this.#store.db)) {
      if (this.#closed) return;
      await this.#inBatches(bucket, versions, async (version, current, tx) => {
        const { object_key: Key, version_id: VersionId } = version;
        const occasion = { requester: this.#requester(), reason: "Lifecycle Expiration" } as const;
        await deleteObject({ Key, VersionId }, current, occasion, tx, this.#deps);
      });
    }
  }

  /** Each batch in a transaction, if the bucket is still there and has the same rules. */
  async #inBatches<T>(
    bucket: BucketRow,
    items: readonly T[],
    run: (item: T, current: BucketRow, tx: Transaction<S3Tables>) => Promise<void>,
  ): Promise<void> {
    for (let at = 0; at < items.length && !this.#closed; at += BATCH_SIZE) {
      await this.#store.transaction(async (tx) => {
        const current = await tx.db
          .selectFrom("s3_buckets")
          .selectAll()
          .where("bucket_name", "=", bucket.bucket_name)
          .executeTakeFirst();
        if (current?.bucket_id !== bucket.bucket_id) return;
        if (current.lifecycle !== bucket.lifecycle) return;
        for (const item of items.slice(at, at + BATCH_SIZE)) await run(item, current, tx);
      });
      await setImmediate();
    }
  }

  get #nowMs(): number {
    return this.#deps.clock.nowMs();
  }

  #requester(): Requester {
    return { requestId: this.#deps.ids.uuid(), accountId: "s3.amazonaws.com", sourceIp: undefined };
  }
}

/** Nobody has put another object there meanwhile. */
async function isStill(
  {
    bucket_name: bucket,
    object_key: key,
    object_id: id,
  }: {
    readonly bucket_name: string;
    readonly object_key: string;
    readonly object_id: string;
  },
  tx: Transaction<S3Tables>,
): Promise<boolean> {
  const row = await tx.db
    .selectFrom("s3_objects")
    .select("object_id")
    .where("bucket_name", "=", bucket)
    .where("object_key", "=", key)
    .executeTakeFirst();
  return row?.object_id === id;
}
