import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { AwsError } from "../../../kernel/aws-error.ts";
import { type Clock, isoSeconds } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store, Transaction } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { unpackBatch } from "../events/event-batches.ts";
import type { ParsedRecord } from "../record/event-attributes.ts";
import type { CloudTrailTables, EventBatchRow, TrailRow } from "../tables.ts";
import { takes } from "./event-selectors.ts";
import { logFolder, TrailBucket } from "./trail-bucket.ts";

/** Files are written this often; AWS takes about five minutes. */
const DELIVERY_INTERVAL_MS = 10_000;
/** Batches in one file. */
const BATCHES_PER_FILE = 50;
/** Another process delivers what one that is gone should have delivered, after so long. */
const ORPHANED_MS = 60 * 60_000;
const FILE_ID_LENGTH = 16;

const pack = promisify(gzip);

export interface DeliveriesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly events: EventBus;
  readonly invoke: Invoke;
  readonly owner: string;
  /** Event sources of global services, for trails that leave them out. */
  readonly globalSources: () => ReadonlySet<string>;
}

/** Brings the events of logging trails to their buckets, at least once each. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #store: Store<CloudTrailTables>;
  readonly #rounds: Periodic;
  readonly #rows: ReadableRows;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#store = options.store.tables<CloudTrailTables>();
    this.#rows = new ReadableRows("cloudtrail", options.log);
    this.#rounds = new Periodic({
      everyMs: DELIVERY_INTERVAL_MS,
      round: () => this.#deliverAll(),
      failed: (err) =>
        options.log.error({ err }, "Trails couldn't be delivered; tried again later."),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Delivers what there is before it closes. */
  async close(): Promise<void> {
    await this.wake();
    await this.#rounds.close();
  }

  /** Delivers what there is. Never rejects: what fails is tried again in the next round. */
  wake(): Promise<void> {
    return this.#rounds.wake();
  }

  /** Notes, with the batches themselves, which trails they must go to. */
  async note(batches: readonly EventBatchRow[], tx: Transaction<CloudTrailTables>): Promise<void> {
    const { owner, clock } = this.#options;
    const trails = await tx.db
      .selectFrom("cloudtrail_trails")
      .selectAll()
      .where("is_logging", "=", 1)
      .execute();
    if (trails.length === 0) return;
    const wanted = batches.flatMap((batch) =>
      this.#rows
        .of("trail", trails, arnOf, (trail) => (wants(trail, batch) ? [{ trail, batch }] : []))
        .flat(),
    );
    for (const { trail, batch } of wanted) {
      const { batch_id } = batch;
      const row = { trail_arn: trail.trail_arn, batch_id, owner, created_ms: clock.nowMs() };
      await tx.db.insertInto("cloudtrail_deliveries").values(row).execute();
    }
    // As on AWS, changes are published to EventBridge, and only if a trail is logging.
    const changes = new Set(
      wanted.map(({ batch }) => batch).filter((batch) => batch.read_only === 0),
    );
    const records = await Promise.all([...changes].map((batch) => unpackBatch(batch)));
    tx.afterCommit(() => {
      for (const { text } of records.flat()) this.#publish(JSON.parse(text) as PublishedRecord);
    });
  }

  #publish(record: PublishedRecord): void {
    this.#options.events.publish({
      version: "0",
      id: this.#options.ids.uuid(),
      "detail-type":
        record.eventType === "AwsServiceEvent"
          ? "AWS Service Event via CloudTrail"
          : "AWS API Call via CloudTrail",
      source: `aws.${record.eventSource.split(".")[0]}`,
      account: record.recipientAccountId,
      time: record.eventTime,
      region: record.awsRegion,
      resources: [],
      detail: record as unknown as Readonly<Record<string, unknown>>,
    });
  }

  async #deliverAll(): Promise<void> {
    const { owner, clock } = this.#options;
    const orphanedBeforeMs = clock.nowMs() - ORPHANED_MS;
    const waiting = await this.#store.db
      .selectFrom("cloudtrail_deliveries")
      .select("trail_arn")
      .distinct()
      .where((where) =>
        where.or([where("owner", "=", owner), where("created_ms", "<", orphanedBeforeMs)]),
      )
      .execute();
    await this.#rows.each("trail", waiting, arnOf, async ({ trail_arn }) => {
      while (await this.#deliverSome(trail_arn, orphanedBeforeMs)) {
        // Once more: there may be others.
      }
    });
  }

  /** One file; false when nothing is left or the bucket refuses. */
  async #deliverSome(trailArn: string, orphanedBeforeMs: number): Promise<boolean> {
    const { db } = this.#store;
    const { owner } = this.#options;
    const trail = await db
      .selectFrom("cloudtrail_trails")
      .selectAll()
      .where("trail_arn", "=", trailArn)
      .executeTakeFirst();
    if (!trail) return false;
    const batches = await db
      .selectFrom("cloudtrail_deliveries as delivery")
      .innerJoin("cloudtrail_batches as batch", "batch.batch_id", "delivery.batch_id")
      .selectAll("batch")
      .where("delivery.trail_arn", "=", trailArn)
      .where((where) =>
        where.or([
          where("delivery.owner", "=", owner),
          where("delivery.created_ms", "<", orphanedBeforeMs),
        ]),
      )
      .orderBy("batch.region")
      .orderBy("batch.first_ms")
      .limit(BATCHES_PER_FILE)
      .execute();
    const [first] = batches;
    if (!first) return false;
    // A file is of one Region.
    const together = batches.filter(({ region }) => region === first.region);
    return this.#deliver(trail, first.region, together);
  }

  async #deliver(
    trail: TrailRow,
    region: string,
    batches: readonly EventBatchRow[],
  ): Promise<boolean> {
    const attemptMs = this.#options.clock.nowMs();
    const records = await this.#recordsOf(trail, batches);
    try {
      if (records.length > 0) await this.#putFile(trail, region, records, attemptMs);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await this.#setStatus(trail, { delivery_attempt_ms: attemptMs, delivery_error: error.code });
      return false;
    }
    const delivered = batches.map(({ batch_id }) => batch_id);
    await this.#store.transaction(async (tx) => {
      await tx.db
        .deleteFrom("cloudtrail_deliveries")
        .where("trail_arn", "=", trail.trail_arn)
        .where("batch_id", "in", delivered)
        .execute();
    });
    await this.#setStatus(trail, {
      delivery_attempt_ms: attemptMs,
      delivered_ms: this.#options.clock.nowMs(),
      delivery_error: null,
    });
    return true;
  }

  async #recordsOf(trail: TrailRow, batches: readonly EventBatchRow[]): Promise<readonly string[]> {
    const events = await Promise.all(batches.map((batch) => unpackBatch(batch)));
    const texts = events.flat().map(({ text }) => text);
    if (trail.global_events === 1) return texts;
    const global = this.#options.globalSources();
    return texts.filter((text) => !global.has((JSON.parse(text) as ParsedRecord).eventSource));
  }

  async #putFile(
    trail: TrailRow,
    region: string,
    records: readonly string[],
    atMs: number,
  ): Promise<void> {
    const file = await pack(`{"Records":[${records.join(",")}]}`);
    const key = logFileKey(trail, region, atMs, this.#options.ids.alphanumeric(FILE_ID_LENGTH));
    await new TrailBucket(trail, this.#options.invoke).put(key, file, {
      ContentType: "application/json",
      ContentEncoding: "gzip",
    });
  }

  async #setStatus(trail: TrailRow, status: Partial<TrailRow>): Promise<void> {
    await this.#store.transaction(async ({ db }) => {
      await db
        .updateTable("cloudtrail_trails")
        .set(status)
        .where("trail_arn", "=", trail.trail_arn)
        .execute();
    });
  }
}

interface PublishedRecord extends ParsedRecord {
  readonly eventType: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}

function wants(trail: TrailRow, batch: EventBatchRow): boolean {
  return (
    trail.account_id === batch.account_id &&
    (trail.multi_region === 1 || trail.home_region === batch.region) &&
    takes(trail, batch.read_only === 1)
  );
}

/** Source: CloudTrail user guide, "Finding your CloudTrail log files". */
function logFileKey(trail: TrailRow, region: string, atMs: number, fileId: string): string {
  const iso = isoSeconds(atMs);
  const day = iso.slice(0, 10).replaceAll("-", "/");
  const minute = `${iso.slice(0, 16).replaceAll(/[-:]/g, "")}Z`;
  const name = `${trail.account_id}_CloudTrail_${region}_${minute}_${fileId}.json.gz`;
  return `${logFolder(trail)}/${region}/${day}/${name}`;
}

function arnOf({ trail_arn }: Pick<TrailRow, "trail_arn">): string {
  return trail_arn;
}
