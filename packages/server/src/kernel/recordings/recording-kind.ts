import type { RecordingMedia, RecordingStart } from "@rolecast/media";
import type { Transaction } from "../store.ts";
import type { RecordedRow, RecordingChange } from "./recorded-row.ts";
import type { RecordingRows } from "./recording-rows.ts";
import type { WrittenParts } from "./written-parts.ts";

/** The words of the JSON files; events say the same in others. */
export type RecordingStatus =
  | "RECORDING_STARTED"
  | "RECORDING_ENDED"
  | "RECORDING_ENDED_WITH_FAILURE";

/** The paths of these files below a recording's prefix. */
export const METADATA_PATHS: Readonly<Record<RecordingStatus, string>> = {
  RECORDING_STARTED: "events/recording-started.json",
  RECORDING_ENDED: "events/recording-ended.json",
  RECORDING_ENDED_WITH_FAILURE: "events/recording-failed.json",
};

/** The facts of a recording for its JSON files. */
export interface RecordingMetadata {
  readonly startedAtMs: number;
  readonly media: RecordingMedia;
  /** The renditions that are named once the recording is over; undefined: all that were planned. */
  readonly written?: WrittenParts | undefined;
}

export type RecordingOutcome =
  | { readonly status: "RECORDING_STARTED" }
  | {
      readonly status: "RECORDING_ENDED";
      readonly endedAtMs: number;
      readonly durationMs: number;
    }
  | {
      readonly status: "RECORDING_ENDED_WITH_FAILURE";
      readonly endedAtMs: number;
      readonly durationMs: number;
      /** `InternalServerException` */
      readonly message: string;
    };

/** The names of events, the same for every kind. */
export type RecordingEventName =
  | "Recording Start"
  | "Recording End"
  | "Recording Start Failure"
  | "Recording End Failure";

export interface RecordingEventFacts {
  readonly name: RecordingEventName;
  readonly atMs: number;
  /** Milliseconds, whole. */
  readonly durationMs: number;
  /** The reason of a failure; empty for others. */
  readonly reason: string;
  /** Empty while nothing is written, as AWS has it on Recording Start Failure. */
  readonly prefix: string;
}

/** A stream that may go on with an earlier one's recording. */
export interface NextRecording {
  /** JSON. */
  readonly traits: string;
  readonly startedAtMs: number;
}

/** A service's recordings: their places, their JSON files and how they are published. */
export interface RecordingKind<Row extends RecordedRow> {
  readonly rows: RecordingRows<Row>;
  prefix(row: Row, startedAtMs: number): string;
  /** The text of a JSON file. */
  metadataText(row: Row, metadata: RecordingMetadata, outcome: RecordingOutcome): string;
  /** JSON of what a later stream must share. */
  traits(start: RecordingStart): string;
  /** The reason for which a stream begins its own recording; undefined: it goes on. */
  whyNotMerged(earlier: Row, own: Row, next: NextRecording): string | undefined;
  /** The columns that a recording takes from the stream that goes on with it. */
  goesOnWith(own: Row): Readonly<Record<string, string>>;
  /** Keeps what happened; the event is published after the commit. */
  append(tx: Transaction, row: Row, facts: RecordingEventFacts): Promise<void>;
  /** Runs in the transaction that changes the recording. */
  changed?(tx: Transaction, row: Row, change: RecordingChange): Promise<void>;
}
