import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { AwsError } from "../../../kernel/aws-error.ts";
import { type Clock, isoSeconds } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { ChatMetrics } from "../metrics/chat-metrics.ts";
import { arns, locationOf } from "../resource-arn.ts";
import {
  deleteLogRecords,
  type LogFile,
  listLogFiles,
  listLogRecords,
} from "../rows/log-records.ts";
import type { IvsChatTables, LogRecordRow } from "../tables.ts";
import { DeliveryBucket, logsFolder } from "./delivery-bucket.ts";

/** Records of one file at most. */
const RECORDS_PER_FILE = 1_000;
/** Another process delivers what one that is gone should have delivered, after so long. */
const ORPHANED_MS = 5 * 60_000;
/** Records that no bucket took for so long are given up: AWS keeps them no longer, either. */
const GIVEN_UP_MS = 60 * 60_000;
const FILE_ID_LENGTH = 8;

const pack = promisify(gzip);

export interface LogDeliveriesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly invoke: Invoke;
  readonly metrics: ChatMetrics;
  /** This node. */
  readonly owner: string;
  readonly everyMs: number;
}

/** Brings the records of logged rooms to their buckets, at least once each. */
export class LogDeliveries {
  readonly #options: LogDeliveriesOptions;
  readonly #store: Store<IvsChatTables>;
  readonly #rounds: Periodic;

  constructor(options: LogDeliveriesOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsChatTables>();
    this.#rounds = new Periodic({
      everyMs: options.everyMs,
      round: () => this.#deliverAll(),
      failed: (err) =>
        options.log.error({ err }, "Chat logs couldn't be delivered; tried again later."),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Delivers what there is before it closes. */
  async close(): Promise<void> {
    await this.#rounds.wake();
    await this.#rounds.close();
  }

  async #deliverAll(): Promise<void> {
    const { owner, clock } = this.#options;
    const orphanedBeforeMs = clock.nowMs() - ORPHANED_MS;
    for (const file of await listLogFiles(this.#store.db, owner, orphanedBeforeMs)) {
      while (await this.#deliverSome(file, orphanedBeforeMs)) {
        // Once more: there may be others.
      }
    }
  }

  /** One file; false when nothing is left or the bucket refuses. */
  async #deliverSome(file: LogFile, orphanedBeforeMs: number): Promise<boolean> {
    const { owner, clock } = this.#options;
    const found = await listLogRecords(
      ...([this.#store.db, file, owner, orphanedBeforeMs, RECORDS_PER_FILE] as const),
    );
    const [first] = found;
    if (!first) return false;
    // A file's folder is the hour of its records.
    const hour = hourOf(first);
    const records = found.filter((record) => hourOf(record) === hour);
    const isTaken = await this.#put(file, records, first.created_ms);
    const givenUpBeforeMs = clock.nowMs() - GIVEN_UP_MS;
    const done = isTaken
      ? records
      : records.filter(({ created_ms }) => created_ms < givenUpBeforeMs);
    if (done.length > 0)
      await this.#store.transaction(({ db }) =>
        deleteLogRecords(
          db,
          done.map(({ record_id }) => record_id),
        ),
      );
    return isTaken;
  }

  async #put(file: LogFile, records: readonly LogRecordRow[], atMs: number): Promise<boolean> {
    const { invoke, ids, metrics, log } = this.#options;
    const at = locationOf(file);
    const bytes = await pack(records.map(({ text }) => `${text}\n`).join(""));
    const key = logFileKey(file, atMs, ids.alphanumeric(FILE_ID_LENGTH));
    try {
      await new DeliveryBucket(file.bucket_name, at, invoke).put(key, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const LoggingConfiguration = arns.arn(at, "logging-configuration", file.configuration_id);
      metrics.count(at, "LogDestinationErrors", { LoggingConfiguration });
      if (error.status === 403)
        metrics.count(at, "LogDestinationAccessDeniedError", { LoggingConfiguration });
      if (error.status === 404)
        metrics.count(at, "LogDestinationResourceNotFoundErrors", { LoggingConfiguration });
      log.warn(
        { LoggingConfiguration, code: error.code },
        "chat logs aren't taken by their bucket",
      );
      return false;
    }
  }
}

function hourOf({ created_ms }: LogRecordRow): string {
  return isoSeconds(created_ms).slice(0, 13);
}

/**
 * AWS's prefix and name, as published code that reads such files has them; that the folders are by
 * hour, and the id at the end, isn't published.
 */
function logFileKey(file: LogFile, atMs: number, fileId: string): string {
  const { account_id: account, region, room_id: room } = file;
  const iso = isoSeconds(atMs);
  const hour = iso.slice(0, 13).replaceAll(/[-T]/g, "/");
  const minute = `${iso.slice(0, 16).replaceAll(/[-:]/g, "")}Z`;
  const folder = `${logsFolder(account)}IVSChatLogs/1.0/${region}/room_${room}/${hour}`;
  return `${folder}/${account}_IVSChatLogs_1.0_${region}_room_${room}_${minute}_${fileId}.log.gz`;
}
