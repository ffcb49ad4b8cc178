import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LifecycleRule } from "@aws-sdk/client-s3";
import { randomIds } from "../../../kernel/ids.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { LifecycleWorker } from "../lifecycle/lifecycle-worker.ts";
import { s3Migrations } from "../migrations.ts";
import type { BucketRow, ObjectRow, S3Tables, UploadRow, VersionRow } from "../tables.ts";

const PLACE = { account_id: "000000000000", region: "us-east-1" };
const DAY_MS = 24 * 3_600_000;

/** A database of buckets, a clock, and the worker that applies their rules. */
export class LifecycleWorld {
  /** The warnings of the worker. */
  readonly warned: unknown[] = [];
  /** Runs before the worker's next transaction, as what somebody else does in that moment. */
  meanwhile: ((tx: Transaction<S3Tables>) => Promise<unknown>) | undefined;
  nowMs = 100 * DAY_MS;
  readonly store: Store<S3Tables>;
  readonly worker: LifecycleWorker;
  readonly #opened: OpenedStore;
  readonly #folder: string;
  #lastId = 0;

  private constructor(folder: string, opened: OpenedStore) {
    this.#folder = folder;
    this.#opened = opened;
    this.store = opened.tables<S3Tables>();
    const { db } = this.store;
    const ofWorker = { db, tables: () => ofWorker, transaction: this.#transaction.bind(this) };
    this.worker = new LifecycleWorker({
      store: ofWorker,
      clock: { nowMs: () => this.nowMs },
      ids: randomIds,
      log: {
        debug: () => {},
        info: () => {},
        error: () => {},
        warn: (fields: unknown) => this.warned.push(fields),
      },
      leases: { removeAfterCommit: () => undefined },
    } as unknown as S3Dependencies);
  }

  static async open(): Promise<LifecycleWorld> {
    const folder = mkdtempSync(join(tmpdir(), "rolecast-lifecycle-"));
    const file = join(folder, "state.db");
    const options = { shared: undefined, durable: false, migrations: s3Migrations };
    return new LifecycleWorld(folder, await openStore({ file, ...options, nowMs: () => 1 }));
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.#opened.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Looks at one bucket, by default at all, and waits until nothing waits any more. */
  async look(bucket?: string): Promise<void> {
    this.worker.wake(bucket);
    await this.worker.idle();
  }

  async bucket(rule: Partial<LifecycleRule>, change: Partial<BucketRow> = {}): Promise<string> {
    const lifecycle = JSON.stringify([{ ID: "r", Status: "Enabled", Filter: {}, ...rule }]);
    const bucket_name = change.bucket_name ?? this.#id("bucket");
    const fixed = { bucket_id: this.#id("id"), created_ms: 1, lifecycle, versioning: "Enabled" };
    const row = { ...PLACE, ...fixed, ...change, bucket_name, event_bridge: 0, abac: 0 };
    await this.store.transaction((tx) =>
      tx.db
        .insertInto("s3_buckets")
        .values({ ...row, requester_pays: 0 } as BucketRow)
        .execute(),
    );
    return bucket_name;
  }

  /**
   * Versions of a key, the oldest first, made on the days that they say; "latest" is an object's.
   */
  async versions(
    bucket: string,
    key: string,
    versions: readonly (Partial<VersionRow> & { readonly day: number; readonly latest?: true })[],
  ): Promise<void> {
    const rows = versions.map(({ day, latest, ...change }, index) => ({
      latest,
      row: {
        ...this.objectRow(bucket, key),
        ...{ is_delete_marker: 0, modified_ms: day * DAY_MS, version_number: index + 1 },
        version_id: `v${index + 1}`,
        ...change,
      },
    }));
    await this.store.transaction(async (tx) => {
      for (const { latest, row } of rows) {
        const { is_delete_marker: _marker, ...object } = row;
        if (latest) await tx.db.insertInto("s3_objects").values(object).execute();
        else await tx.db.insertInto("s3_versions").values(row).execute();
      }
    });
  }

  objectRow(bucket: string, key: string): ObjectRow {
    return {
      ...PLACE,
      ...{ bucket_name: bucket, object_key: key, object_id: this.#id("object"), blob_id: null },
      ...{ upload_id: null, parts_count: null, size_bytes: 1, etag: "", modified_ms: 0 },
      ...{ storage_class: "STANDARD", attributes: "{}", tags: null, checksum: null },
      ...{ object_lock: null, acl: null, version_id: "null", version_number: 0 },
    };
  }

  async uploads(bucket: string, count: number): Promise<readonly string[]> {
    const rows = Array.from(
      { length: count },
      (_, index): UploadRow => ({
        ...PLACE,
        ...{ upload_id: this.#id("upload"), bucket_name: bucket, bucket_id: "" },
        ...{ object_key: `k${index % 3}`, initiator_arn: "", created_ms: DAY_MS },
        ...{ storage_class: "STANDARD", attributes: "{}", tags: null, object_lock: null },
        ...{ acl: null },
        ...{ checksum_algorithm: null, checksum_type: null, object_at_start: null },
      }),
    );
    await this.store.transaction(async (tx) => {
      for (const row of rows) await tx.db.insertInto("s3_uploads").values(row).execute();
    });
    return rows.map((row) => row.upload_id);
  }

  /** Version ids that are left, of all keys; the latest object's with a star. */
  async left(bucket: string): Promise<readonly string[]> {
    const of = (table: "s3_objects" | "s3_versions") =>
      this.store.db
        .selectFrom(table)
        .select(["version_id"])
        .where("bucket_name", "=", bucket)
        .execute();
    const older = (await of("s3_versions")).map((row) => row.version_id);
    return [...older, ...(await of("s3_objects")).map((row) => `${row.version_id}*`)].sort();
  }

  async #transaction<R>(run: (tx: Transaction<S3Tables>) => Promise<R>): Promise<R> {
    const { meanwhile } = this;
    this.meanwhile = undefined;
    if (meanwhile) await this.store.transaction(meanwhile);
    return this.store.transaction(run);
  }

  #id(kind: string): string {
    return `${kind}-${++this.#lastId}`;
  }
}
