import type { Log } from "../../../kernel/ports/log.ts";
import type { RecordingChange } from "../../../kernel/recordings/recorded-row.ts";
import type {
  RecordingEventFacts,
  RecordingKind,
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { compositionRecordingRows } from "../rows/composition-recordings.ts";
import { recordingPrefix } from "../rows/compositions.ts";
import type { CompositionRecordingRow } from "../tables.ts";
import type { CompositionJournal, DestinationNews } from "./composition-journal.ts";
import { compositionMetadataText } from "./composition-metadata.ts";

type Row = CompositionRecordingRow;

export interface CompositionRecordingOptions {
  readonly journal: CompositionJournal;
  readonly log: Log;
}

/**
 * Recordings of compositions. AWS has no events of them: the destination's state and events say how
 * it is, and change with the recording's row.
 */
export class CompositionRecording implements RecordingKind<Row> {
  readonly rows = compositionRecordingRows;
  readonly #options: CompositionRecordingOptions;

  constructor(options: CompositionRecordingOptions) {
    this.#options = options;
  }

  prefix(row: Row): string {
    return recordingPrefix(row.stage_arn, row.composition_id, row.destination_id);
  }

  metadataText(row: Row, metadata: RecordingMetadata, outcome: RecordingOutcome): string {
    return compositionMetadataText({ stageArn: row.stage_arn, ...metadata }, outcome);
  }

  traits(): string {
    return "{}";
  }

  /** A composition that goes on has the same encoder, and the same places for its files. */
  whyNotMerged(): undefined {}

  goesOnWith(): Readonly<Record<string, string>> {
    return {};
  }

  async append(tx: Transaction, row: Row, facts: RecordingEventFacts): Promise<void> {
    const { name, atMs, reason, prefix } = facts;
    const { bucket_name: bucket, composition_id: composition } = row;
    const fields = { composition, bucket, prefix };
    if (name === "Recording End") await this.#record(tx, row, { state: "STOPPED", atMs });
    if (reason !== "") {
      const what =
        reason === "ValidationException"
          ? "the bucket can't be written to"
          : "the recording couldn't be written";
      await this.#record(tx, row, { state: "FAILED", atMs, reason: what });
    }
    const { log } = this.#options;
    tx.afterCommit(() => {
      if (reason === "") log.info(fields, `${name} of a composition`);
      else log.warn({ ...fields, reason }, `${name} of a composition`);
    });
  }

  async changed(tx: Transaction, row: Row, { state }: RecordingChange): Promise<void> {
    if (state === "recording") await this.#record(tx, row, { state: "ACTIVE" });
  }

  #record(
    tx: Transaction,
    { account_id, region, composition_id, destination_id }: Row,
    news: Omit<DestinationNews, "id" | "atMs"> & { readonly atMs?: number },
  ): Promise<void> {
    const composition = { account_id, region, id: composition_id };
    return this.#options.journal.record(composition, { id: destination_id, ...news }, tx);
  }
}
