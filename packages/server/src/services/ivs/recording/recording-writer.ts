import assert from "node:assert";
import type { RecordingFileRow, RecordingMedia } from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { EventSubject, IvsOccurrence } from "../live/ivs-event.ts";
import { resourceArn } from "../resource-arn.ts";
import type { RecordingRow } from "../tables.ts";
import type { RecordingBucketWriter } from "./recording-bucket-writer.ts";
import {
  METADATA_PATHS,
  type RecordingOutcome,
  recordingMetadataText,
  recordingPrefix,
} from "./recording-metadata.ts";
import { type RecordingStore, readRecordingMedia } from "./recording-store.ts";

/** A recording that has begun: where its objects go and what they are about. */
interface Begun {
  readonly prefix: string;
  readonly startedAtMs: number;
  readonly media: RecordingMedia;
}

export interface RecordingWriterOptions {
  readonly subject: EventSubject;
  readonly row: RecordingRow;
  readonly store: RecordingStore;
  readonly bucket: RecordingBucketWriter;
}

/**
 * One recording as the bucket and the events see it: its beginning, its objects and its one end.
 * Row first, object next, event last: whoever finds the row can finish the rest.
 */
export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  #begun: Begun | undefined;
  #over = false;

  /** Continues where the row stands: it may be an earlier process's. */
  constructor(options: RecordingWriterOptions) {
    this.#options = options;
    this.#begun = begunBefore(options.row);
  }

  /** Puts `recording-started.json`. Rejects, once the failure is told, when that is refused. */
  async start(media: RecordingMedia, startedAtMs: number): Promise<void> {
    const { subject, row, store } = this.#options;
    const { accountId, channelId } = subject;
    const prefix = recordingPrefix(accountId, channelId, row.recording_id, startedAtMs);
    const begun = { prefix, startedAtMs, media };
    await store.change(subject, {
      state: "starting",
      key_prefix: prefix,
      started_at_ms: startedAtMs,
      media: JSON.stringify(media),
    });
    try {
      await this.#putMetadata(begun, { status: "RECORDING_STARTED" });
    } catch (error) {
      await this.failStart(startedAtMs, error instanceof AwsError && error.fault === "client");
      throw error;
    }
    this.#begun = begun;
    const started = this.#occurrence("Recording Start", startedAtMs, 0);
    await store.change(subject, { state: "recording" }, started);
  }

  /** Ends a recording of which nothing was written. */
  async failStart(atMs: number, refused: boolean): Promise<void> {
    this.#over = true;
    const reason = refused ? "ValidationException" : "InternalServerException";
    const failed = this.#occurrence("Recording Start Failure", atMs, 0, reason);
    const change = { state: "start-failed", key_prefix: "", ended_at_ms: atMs } as const;
    await this.#options.store.change(this.#options.subject, change, failed);
  }

  /** Puts one object below the prefix and, when it is a file of the recording, remembers it. */
  async put(
    path: string,
    body: Uint8Array | string,
    contentType: string,
    file?: RecordingFileRow,
  ): Promise<void> {
    const { bucket, store, subject } = this.#options;
    if (!this.#begun) throw new Error("The recording has not started");
    await bucket.put(`${this.#begun.prefix}/${path}`, body, contentType);
    if (file) await store.addFile(subject, file);
  }

  /** The recording is complete: `recording-ended.json`, or the way of a failure if that fails. */
  async end(atMs: number, durationMs: number): Promise<void> {
    if (this.#over) return;
    if (!this.#begun) return this.#endWithoutMedia(atMs);
    const { subject, store } = this.#options;
    try {
      const outcome = { status: "RECORDING_ENDED", endedAtMs: atMs, durationMs } as const;
      await this.#putMetadata(this.#begun, outcome);
    } catch (error) {
      await this.fail(atMs, durationMs);
      throw error;
    }
    this.#over = true;
    const ended = this.#occurrence("Recording End", atMs, durationMs);
    await store.change(subject, { state: "ended", ended_at_ms: atMs }, ended);
  }

  /**
   * The recording ends early: `recording-failed.json` and the event. What is in the bucket stays.
   * Rejects when the file can't be put, the end being told all the same.
   */
  async fail(atMs: number, durationMs: number): Promise<void> {
    if (this.#over) return;
    if (!this.#begun) return this.failStart(atMs, false);
    this.#over = true;
    const { subject, store } = this.#options;
    const message = "InternalServerException";
    // Whoever finds the row now knows that it has failed: there is never an ended.json beside it.
    await store.change(subject, { state: "failing" });
    try {
      const status = "RECORDING_ENDED_WITH_FAILURE";
      await this.#putMetadata(this.#begun, { status, endedAtMs: atMs, durationMs, message });
    } finally {
      const failed = this.#occurrence("Recording End Failure", atMs, durationMs, message);
      await store.change(subject, { state: "failed", ended_at_ms: atMs }, failed);
    }
  }

  /** The broadcast ended before there was anything to record: AWS tells nothing of it. */
  async #endWithoutMedia(atMs: number): Promise<void> {
    this.#over = true;
    const { subject, store } = this.#options;
    await store.change(subject, { state: "none", ended_at_ms: atMs });
  }

  async #putMetadata(begun: Begun, outcome: RecordingOutcome): Promise<void> {
    const { subject, bucket } = this.#options;
    const channelArn = resourceArn(subject, "channel", subject.channelId);
    const text = recordingMetadataText({ channelArn, ...begun }, outcome);
    const key = `${begun.prefix}/${METADATA_PATHS[outcome.status]}`;
    await bucket.put(key, text, "application/json");
  }

  #occurrence(name: string, atMs: number, durationMs: number, reason = ""): IvsOccurrence {
    const { row, subject } = this.#options;
    return {
      type: "IVS Recording State Change",
      name,
      failure: reason !== "",
      atMs,
      detail: {
        recording_status_reason: reason,
        recording_s3_bucket_name: row.bucket_name,
        // Empty while nothing is written, as AWS has it on Recording Start Failure.
        recording_s3_key_prefix: this.#begun?.prefix ?? "",
        recording_duration_ms: Math.round(durationMs),
        recording_session_id: row.recording_session_id,
        recording_session_stream_ids: [subject.streamId],
      },
    };
  }
}

/** What an earlier process had begun to write. */
function begunBefore(row: RecordingRow): Begun | undefined {
  const media = readRecordingMedia(row);
  if (row.state !== "recording" && row.state !== "failing") return undefined;
  assert(media && row.started_at_ms !== null, "a recording under way knows its media");
  return { prefix: row.key_prefix, startedAtMs: row.started_at_ms, media };
}
