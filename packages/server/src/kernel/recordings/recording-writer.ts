import assert from "node:assert";
import type {
  RecordingContinuation,
  RecordingMedia,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { Alongside } from "../invoke.ts";
import type { Log } from "../ports/log.ts";
import type { Transaction } from "../store.ts";
import { type BucketWriter, mayPass, type ObjectBody, ObjectLeftError } from "./bucket-writer.ts";
import type { RecordedRow, RecordingChange } from "./recorded-row.ts";
import {
  METADATA_PATHS,
  type NextRecording,
  type RecordingEventFacts,
  type RecordingEventName,
  type RecordingOutcome,
} from "./recording-kind.ts";
import { type RecordingStore, readRecordingMedia } from "./recording-store.ts";
import { partOf, readWrittenParts } from "./written-parts.ts";

/** A recording that has begun: where its objects go and what they are about. */
interface Begun {
  readonly prefix: string;
  readonly startedAtMs: number;
  readonly media: RecordingMedia;
}

/** An object of the engine's, or a playlist that was rendered here. */
type WrittenObject = Omit<RecordingObject, "streamName" | "streamId" | "body"> & {
  readonly body: ObjectBody;
};

export interface RecordingWriterOptions<Row extends RecordedRow> {
  readonly row: Row;
  readonly store: RecordingStore<Row>;
  readonly bucket: BucketWriter;
  readonly log: Log;
  /** Called when a recording begins to wait for a reconnect, or no longer blocks another one. */
  readonly windowsChanged: () => void;
}

/**
 * One recording as the bucket and the events see it: its beginning, its objects and its one end.
 * Row first, object next, event last: the process that finds the row can finish the rest.
 */
export class RecordingWriter<Row extends RecordedRow> {
  readonly #options: RecordingWriterOptions<Row>;
  /** The broadcast's own, or the earlier one that it goes on with. */
  #row: Row;
  #begun: Begun | undefined;
  /** The files that have a row, and those written since. */
  #written: Set<string> | undefined;
  #over = false;

  /** Continues where the row stands: it may be an earlier process's. */
  constructor(options: RecordingWriterOptions<Row>) {
    this.#options = options;
    this.#row = options.row;
    this.#begun = begunBefore(options.row);
    this.#written = readWrittenParts(options.row.written);
  }

  /**
   * Goes on with the recording of the stream before if that may be merged: resolves to what it has.
   * Otherwise begins one of its own.
   */
  async start(start: RecordingStart): Promise<RecordingContinuation> {
    const { store } = this.#options;
    const { startedAtMs, media } = start;
    const traits = store.kind.traits(start);
    const earlier = await this.#earlier({ startedAtMs, traits });
    if (earlier) {
      this.#row = earlier;
      this.#begun = begunBefore(earlier);
      this.#written = readWrittenParts(earlier.written);
      return { rows: await store.files(earlier), thumbnails: earlier.thumbnail_count };
    }
    await this.begin(media, startedAtMs, { traits });
    return { rows: [], thumbnails: 0 };
  }

  /** The recording that becomes this stream's too, or undefined. */
  async #earlier(stream: NextRecording) {
    const own = this.#row;
    if (own.reconnect_window_seconds === 0) return undefined;
    const merged = await this.#options.store.merge(own, stream);
    if (typeof merged !== "string") return merged;
    const fields = { streamId: own.stream_id, reason: merged };
    this.#options.log.info(fields, "A stream begins a recording of its own");
    return undefined;
  }

  /** Puts `recording-started.json`. If that is refused, it publishes the failure and rejects. */
  async begin(
    media: RecordingMedia,
    startedAtMs: number,
    change: RecordingChange = {},
  ): Promise<void> {
    const row = this.#row;
    const { store } = this.#options;
    const prefix = store.kind.prefix(row, startedAtMs);
    const begun = { prefix, startedAtMs, media };
    await store.change(row, {
      ...change,
      state: "starting",
      key_prefix: prefix,
      started_at_ms: startedAtMs,
      media: JSON.stringify(media),
    });
    this.#options.windowsChanged();
    try {
      await this.#putMetadata(begun, { status: "RECORDING_STARTED" });
    } catch (error) {
      const isLeft = error instanceof ObjectLeftError;
      if (!isLeft) await this.failStart(startedAtMs, !mayPass(error));
      throw error;
    }
    this.#begun = begun;
    const started = this.#occurrence("Recording Start", startedAtMs, 0);
    await store.change(row, { state: "recording" }, started);
  }

  /** Ends a recording of which nothing was written. */
  async failStart(atMs: number, refused: boolean): Promise<void> {
    this.#over = true;
    const reason = refused ? "ValidationException" : "InternalServerException";
    const failed = this.#occurrence("Recording Start Failure", atMs, 0, reason);
    const change = { state: "start-failed", key_prefix: "", ended_at_ms: atMs } as const;
    await this.#options.store.change(this.#row, change, failed);
    this.#options.windowsChanged();
  }

  /** Puts one object below the prefix, and remembers what has to be known of it. */
  async put({ path, body, contentType, row, thumbnail }: WrittenObject): Promise<void> {
    const { bucket, store } = this.#options;
    if (!this.#begun) throw new Error("The recording has not started");
    const key = `${this.#begun.prefix}/${path}`;
    const part = row ? undefined : partOf(this.#begun.media, path);
    const isNoted = part === undefined || (this.#written?.has(part) ?? true);
    // What is in the bucket is noted with it: a process that goes on must not write it a second
    // time.
    const notes = [
      ...(row ? [store.file(this.#row, row)] : []),
      ...(isNoted ? [] : [store.part(this.#row, part)]),
      ...(thumbnail === undefined ? [] : [store.thumbnails(this.#row, thumbnail + 1)]),
    ];
    await bucket.put(key, body, contentType, {
      precondition: store.lease(this.#row),
      // Playlists say what there is, however little.
      isEssential: row === undefined && thumbnail === undefined,
      ...(notes.length > 0 && { alongside: together(notes) }),
    });
    if (part !== undefined) this.#written?.add(part);
  }

  /** Everything of the stream is written: the recording ends, or waits for the next one. */
  async end(atMs: number, durationMs: number): Promise<void> {
    if (this.#over) return;
    if (!this.#begun) return this.#endWithoutMedia(atMs);
    const { reconnect_window_seconds: windowSeconds } = this.#row;
    if (windowSeconds === 0) return this.close(atMs, durationMs);
    this.#over = true;
    await this.#options.store.change(this.#row, {
      state: "reconnectable",
      stream_ended_at_ms: atMs,
      closes_at_ms: atMs + windowSeconds * 1_000,
      duration_ms: Math.round(durationMs),
    });
    this.#options.windowsChanged();
  }

  /** Changes something else that is the recording's, unless another node has taken that. */
  within(change: (tx: Transaction, row: Row) => Promise<void>): Promise<void> {
    return this.#options.store.within(this.#row, (tx) => change(tx, this.#row));
  }

  /**
   * `recording-ended.json` and the event, or the way of a failure if the file can't be put. Where
   * it is left for later (ObjectLeftError), so is the end.
   */
  async close(atMs: number, durationMs: number): Promise<void> {
    assert(this.#begun, "only what has begun ends");
    try {
      const outcome = { status: "RECORDING_ENDED", endedAtMs: atMs, durationMs } as const;
      await this.#putMetadata(this.#begun, outcome);
    } catch (error) {
      if (!(error instanceof ObjectLeftError)) await this.fail(atMs, durationMs);
      throw error;
    }
    this.#over = true;
    const ended = this.#occurrence("Recording End", atMs, durationMs);
    await this.#options.store.change(this.#row, { state: "ended", ended_at_ms: atMs }, ended);
  }

  /**
   * The recording ends early: `recording-failed.json` and the event. What is in the bucket stays.
   * Rejects when the file can't be put; the end is published all the same, unless the file is left
   * for later (ObjectLeftError).
   */
  async fail(atMs: number, durationMs: number): Promise<void> {
    if (this.#over) return;
    if (!this.#begun) return this.failStart(atMs, false);
    this.#over = true;
    const { store } = this.#options;
    const message = "InternalServerException";
    // A process that finds the row now knows that it has failed: there is never an ended.json
    // beside it.
    await store.change(this.#row, { state: "failing" });
    try {
      const status = "RECORDING_ENDED_WITH_FAILURE";
      await this.#putMetadata(this.#begun, { status, endedAtMs: atMs, durationMs, message });
    } catch (error) {
      if (!(error instanceof ObjectLeftError)) await this.#failed(atMs, durationMs, message);
      throw error;
    }
    await this.#failed(atMs, durationMs, message);
  }

  async #failed(atMs: number, durationMs: number, message: string): Promise<void> {
    const failed = this.#occurrence("Recording End Failure", atMs, durationMs, message);
    await this.#options.store.change(this.#row, { state: "failed", ended_at_ms: atMs }, failed);
  }

  /** The broadcast ended before there was anything to record: AWS publishes nothing of it. */
  async #endWithoutMedia(atMs: number): Promise<void> {
    this.#over = true;
    await this.#options.store.change(this.#row, { state: "none", ended_at_ms: atMs });
    this.#options.windowsChanged();
  }

  async #putMetadata(begun: Begun, outcome: RecordingOutcome): Promise<void> {
    const { bucket, store } = this.#options;
    const metadata = { ...begun, written: this.#written };
    const text = store.kind.metadataText(this.#row, metadata, outcome);
    const key = `${begun.prefix}/${METADATA_PATHS[outcome.status]}`;
    const precondition = store.lease(this.#row);
    await bucket.put(key, text, "application/json", { precondition, isEssential: true });
  }

  #occurrence(
    name: RecordingEventName,
    atMs: number,
    durationMs: number,
    reason = "",
  ): RecordingEventFacts {
    const prefix = this.#begun?.prefix ?? "";
    return { name, atMs, durationMs: Math.round(durationMs), reason, prefix };
  }
}

function together(notes: readonly Alongside[]): Alongside {
  return async (tx) => {
    for (const note of notes) await note(tx);
  };
}

/** The files that an earlier process had begun to write. */
function begunBefore(row: RecordedRow): Begun | undefined {
  const media = readRecordingMedia(row);
  if (row.state === "waiting" || row.state === "starting") return undefined;
  assert(media && row.started_at_ms !== null, "a recording under way knows its media");
  return { prefix: row.key_prefix, startedAtMs: row.started_at_ms, media };
}
