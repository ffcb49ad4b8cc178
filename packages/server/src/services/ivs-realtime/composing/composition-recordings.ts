import type { UnitRecording } from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PublicationRecordings } from "../../../kernel/ports/publication-recordings.ts";
import { LiveRecordings } from "../../../kernel/recordings/live-recordings.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { arns } from "../resource-arn.ts";
import {
  forgetCompositionRecordings,
  insertCompositionRecording,
  isCompositionRecorded,
} from "../rows/composition-recordings.ts";
import type { StoredDestination } from "../rows/compositions.ts";
import { findStorageConfiguration } from "../rows/storage-configurations.ts";
import { compositeWriter } from "../storage/composite-writer.ts";
import type { CompositionRecordingRow, CompositionRow, RealTimeTables } from "../tables.ts";
import type { CompositionJournal } from "./composition-journal.ts";
import { compositionPlan, renditionName } from "./composition-layout.ts";
import { CompositionRecording } from "./composition-recording.ts";

/** Begins the ids of recorded streams; those of participants and of channels begin otherwise. */
const RECORDED_ID_PREFIX = "cr-";
/**
 * An interrupted recording waits until its composition goes on or is ended, which happens far
 * earlier: a composition lasts a day at most.
 */
const WINDOW_SECONDS = 48 * 60 * 60;

export interface CompositionRecordingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly invoke: Invoke;
  readonly nodePlaces: NodePlaces;
  readonly engine: PublicationRecordings;
  readonly journal: CompositionJournal;
}

type Row = CompositionRecordingRow;

/** Records compositions into customers' buckets: their destinations in S3. */
export class CompositionRecordings {
  readonly #options: CompositionRecordingsOptions;
  readonly #store: Store<RealTimeTables>;
  readonly #recordings: LiveRecordings<Row>;

  constructor(options: CompositionRecordingsOptions) {
    const { store, invoke, log, journal } = options;
    this.#options = options;
    this.#store = store.tables<RealTimeTables>();
    this.#recordings = new LiveRecordings({
      ...options,
      ...{ kind: new CompositionRecording(options), idPrefix: RECORDED_ID_PREFIX },
      noun: "A composition",
      isAwaited: true,
      failing: (tx, { account_id, region, composition_id, destination_id }, reason) =>
        journal.record(
          { account_id, region, id: composition_id },
          { id: destination_id, state: "FAILED", reason },
          tx,
        ),
      bucketOf: (row, patience, stopping) => {
        const { account_id: accountId, region, bucket_name: bucketName, composition_id: id } = row;
        const sourceArn = arns.arn({ accountId, region }, "composition", id);
        return compositeWriter({
          ...{ bucketName, accountId, region, sourceArn, invoke, log, stopping, ...patience },
        });
      },
    });
  }

  /** Finishes what an earlier process has left. */
  start(): Promise<void> {
    return this.#recordings.start();
  }

  close(): Promise<void> {
    return this.#recordings.close();
  }

  /**
   * Whether something is still written for a composition that isn't composed, or is yet to be
   * finished for a process that died: nothing must be written beside it.
   */
  isBusy(composition: CompositionRow): Promise<boolean> {
    return isCompositionRecorded(this.#store.db, composition);
  }

  /**
   * Opens a destination's recording for the engine, which goes on with what there is of it.
   * Undefined where its storage configuration is gone.
   */
  async open(
    composition: CompositionRow,
    destination: StoredDestination,
  ): Promise<UnitRecording | undefined> {
    const { ids, clock, nodePlaces } = this.#options;
    const { account_id, region, stage_arn, id: composition_id } = composition;
    const { id: destination_id, configuration, picture } = destination;
    const reference = arns.parse(configuration.s3?.storageConfigurationArn ?? "");
    const streamId = `${RECORDED_ID_PREFIX}${ids.alphanumeric(23)}`;
    const row = await this.#store.transaction(async ({ db }) => {
      const storage = reference && (await findStorageConfiguration(db, reference, reference.id));
      if (!storage) return undefined;
      const recording: Row = {
        ...{ stream_id: streamId, account_id, region, stage_arn, composition_id, destination_id },
        ...{ bucket_name: storage.bucket_name, key_prefix: "", state: "waiting" },
        ...{ created_at_ms: clock.nowMs(), started_at_ms: null, ended_at_ms: null, media: null },
        ...{ reconnect_window_seconds: WINDOW_SECONDS, stream_ids: JSON.stringify([streamId]) },
        ...{ last_stream_id: streamId, traits: null, stream_ended_at_ms: null },
        ...{ closes_at_ms: null, duration_ms: null, thumbnail_count: 0, written: "[]" },
        ...{ owner: nodePlaces.id, fence: 0 },
      };
      await insertCompositionRecording(db, recording);
      return recording;
    });
    if (!row) return undefined;
    inBackground(this.#recordings.add(row));
    return {
      ...{ streamName: `${composition_id}/${destination_id}`, streamId, isSoundOnly: false },
      ...{
        plan: compositionPlan(destination),
        renditionName: renditionName(picture, destination_id),
      },
    };
  }

  /** The engine hasn't begun it. */
  discard(streamId: string): Promise<void> {
    return this.#recordings.discard(streamId);
  }

  /**
   * Ends the recordings of a composition that is over: those of `failed` destinations as failures.
   * Rejects where a bucket can't be written to, once all have their end.
   */
  async conclude(composition: CompositionRow, failed: ReadonlySet<string>): Promise<void> {
    await this.#recordings.over((row) => isOf(row, composition));
    const { store } = this.#recordings;
    const waiting = (await store.reconnectable()).filter((row) => isOf(row, composition));
    const ends = waiting.map(async (one) => {
      const row = await store.claimEnd(one);
      if (!row) return;
      const writer = this.#recordings.writerOf(row);
      const endedAtMs = row.stream_ended_at_ms ?? this.#options.clock.nowMs();
      const durationMs = row.duration_ms ?? 0;
      if (failed.has(row.destination_id)) await writer.fail(endedAtMs, durationMs);
      else await writer.close(endedAtMs, durationMs);
    });
    const outcomes = await Promise.allSettled(ends);
    const failure = outcomes.find(({ status }) => status === "rejected");
    if (failure?.status === "rejected") throw failure.reason;
  }

  async forget(endedBeforeMs: number): Promise<void> {
    await this.#store.transaction(({ db }) => forgetCompositionRecordings(db, endedBeforeMs));
  }
}

function isOf(row: Row, { account_id, region, id }: CompositionRow): boolean {
  return row.account_id === account_id && row.region === region && row.composition_id === id;
}
