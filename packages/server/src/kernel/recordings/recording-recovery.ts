import type { RecordingFileRow } from "@rolecast/media";
import type { Log } from "../ports/log.ts";
import { StoreUnavailableError } from "../store.ts";
import { SerialTasks } from "../work/serial-tasks.ts";
import {
  type BucketWriterOptions,
  LIVE_PATIENCE_MS,
  ObjectLeftError,
  STARTUP_PATIENCE_MS,
} from "./bucket-writer.ts";
import type { RecordedMedia } from "./recorded-media.ts";
import type { RecordedRow } from "./recorded-row.ts";
import { type RecordingStore, readRecordingMedia } from "./recording-store.ts";
import type { RecordingWriter } from "./recording-writer.ts";

/** How long a bucket that fails is borne, and what becomes of the recording then. */
export type Patience = Required<Pick<BucketWriterOptions, "patienceMs" | "leavesLate">>;

export const LIVE: Patience = { patienceMs: LIVE_PATIENCE_MS, leavesLate: false };
/** The server's start waits for it. */
const STARTUP: Patience = { patienceMs: STARTUP_PATIENCE_MS, leavesLate: true };

export interface RecordingRecoveryOptions<Row extends RecordedRow> {
  readonly store: RecordingStore<Row>;
  readonly media: RecordedMedia;
  readonly log: Log;
  readonly nowMs: () => number;
  /** The writer of a stored recording, which continues where its row stands. */
  readonly writerOf: (row: Row, patience: Patience) => RecordingWriter<Row>;
}

/**
 * Finishes what an earlier process was recording when it died: the files of the segments that it
 * has left on this node's disk; final playlists from all stored files; then `recording-ended.json`
 * or `recording-failed.json`, the event, the row, or what is left of the reconnect window.
 */
export class RecordingRecovery<Row extends RecordedRow> {
  readonly #options: RecordingRecoveryOptions<Row>;
  /** Recordings whose buckets fail. */
  readonly #later: SerialTasks;
  readonly #waiting = new Set<string>();
  #isClosed = false;

  constructor(options: RecordingRecoveryOptions<Row>) {
    this.#options = options;
    this.#later = new SerialTasks((err) =>
      options.log.error({ err }, "An interrupted recording could not be looked at"),
    );
  }

  /**
   * Waits for each bucket a moment; recordings whose buckets fail are finished in the background.
   * Resolves to those that the database kept from having their end.
   */
  async recover(rows: readonly Row[]): Promise<readonly Row[]> {
    this.#isClosed = false;
    return this.#recover(rows, STARTUP);
  }

  /** The same for this node's recording of a stream, with the patience of a live one. */
  async recoverStream(streamId: string): Promise<void> {
    if (this.#isClosed) return;
    await this.#recover(await this.#options.store.unfinishedOf(streamId), LIVE);
  }

  /** Whether the recording of a stream waits here for its bucket. */
  waits(streamId: string): boolean {
    return this.#waiting.has(streamId);
  }

  /** Leaves to the next process what isn't finished; the writers have to give up before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#later.drained();
  }

  #finishLater(streamId: string): void {
    this.#waiting.add(streamId);
    // Its row is read again then: it may have got further.
    this.#later.add(() =>
      this.recoverStream(streamId).finally(() => this.#waiting.delete(streamId)),
    );
  }

  async #recover(rows: readonly Row[], patience: Patience): Promise<readonly Row[]> {
    const { log, media } = this.#options;
    const unfinished: Row[] = [];
    for (const row of rows) {
      const streamId = row.last_stream_id;
      const fields = { streamId: row.stream_id, bucket: row.bucket_name };
      try {
        await finish(row, patience, this.#options);
        await media.keptRecordings.forget(streamId);
      } catch (err) {
        if (err instanceof ObjectLeftError) {
          log.warn({ ...fields, err }, "An interrupted recording waits for its bucket");
          this.#finishLater(streamId);
          continue;
        }
        if (err instanceof StoreUnavailableError) unfinished.push(row);
        else await media.keptRecordings.forget(streamId);
        // Otherwise its end is published; the others must get theirs, and the server must start.
        log.error(
          { err, ...fields },
          "An interrupted recording could not be finished in its bucket",
        );
      }
    }
    return unfinished;
  }
}

interface OwnStreams {
  /** Other services' are told apart by how the ids of their streams begin. */
  readonly idPrefix: string;
  /** Whether this process records it, or lost it and has yet to let go of what is on the disk. */
  isLive(streamId: string): boolean;
}

/** Removes what is left of recordings that have their end, which another node may give them. */
export async function forgetFinished<Row extends RecordedRow>(
  kept: RecordedMedia["keptRecordings"],
  store: RecordingStore<Row>,
  { idPrefix, isLive }: OwnStreams,
): Promise<void> {
  const all = await kept.streamIds();
  const streamIds = all.filter((id) => id.startsWith(idPrefix) && !isLive(id));
  if (streamIds.length === 0) return;
  const unfinished = new Set((await store.unfinished()).map((row) => row.last_stream_id));
  for (const streamId of streamIds) if (!unfinished.has(streamId)) await kept.forget(streamId);
}

async function finish<Row extends RecordedRow>(
  row: Row,
  patience: Patience,
  { store, media: port, nowMs, writerOf }: RecordingRecoveryOptions<Row>,
): Promise<void> {
  const writer = writerOf(row, patience);
  const media = readRecordingMedia(row);
  if (!media) return writer.end(nowMs(), 0);
  const startedAtMs = row.started_at_ms ?? nowMs();
  // Whether its first or its last object was put isn't known: once more does no harm.
  if (row.state === "starting") await writer.begin(media, startedAtMs);
  if (row.state === "ending") return writer.close(nowMs(), row.duration_ms ?? 0);
  const files = await store.files(row);
  const endedAtMs = () => endOf(files) ?? startedAtMs;
  if (row.state === "failing") return writer.fail(endedAtMs(), durationOf(files));
  try {
    const { last_stream_id: streamId } = row;
    for await (const kept of port.keptRecordings.objects(streamId, [...files], media)) {
      await writer.put(kept);
      if (kept.row) files.push(kept.row);
    }
    const isMissing = files.length === 0 && media.renditions.length > 0;
    if (isMissing) return writer.fail(startedAtMs, 0);
    for (const playlist of port.renderRecordingPlaylists(files, media)) await writer.put(playlist);
  } catch (error) {
    if (!(error instanceof ObjectLeftError)) await writer.fail(endedAtMs(), durationOf(files));
    throw error;
  }
  await writer.end(endedAtMs(), durationOf(files));
}

/** When the last frame in the bucket was on air. */
function endOf(files: readonly RecordingFileRow[]): number | undefined {
  if (files.length === 0) return undefined;
  return Math.max(...files.map((file) => file.programDateTimeMs + file.durationMs));
}

/** Renditions run side by side: the recording is as long as its longest. */
function durationOf(files: readonly RecordingFileRow[]): number {
  const totals = new Map<string, number>();
  for (const file of files)
    totals.set(file.rendition, (totals.get(file.rendition) ?? 0) + file.durationMs);
  return Math.max(0, ...totals.values());
}
