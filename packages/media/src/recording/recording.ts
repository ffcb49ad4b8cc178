import type {
  MediaHost,
  RecordingFileRow,
  RecordingMedia,
  RecordingStart,
  RecordingStatus,
  StreamMedia,
} from "../engine/messages.ts";
import type { StreamEventBody } from "../engine/stream-event.ts";
import { codecList } from "../hls/multivariant-playlist.ts";
import { bitrate } from "../hls/playlist-tags.ts";
import { renditionName } from "../hls/rendition-name.ts";
import type { MediaLimits } from "../limits.ts";
import type { Segment } from "../segmenter/segment.ts";
import { joinSegments, type RecordingFile, shiftedFile } from "./recording-file.ts";
import { RECORDING_CONTENT_TYPE, renderRecordingPlaylists } from "./recording-playlists.ts";

/**
 * Playlists are rewritten whole. Beyond this many files they are rewritten only every second, third, … file, so that
 * the work of a 48-hour recording doesn't grow with its square.
 */
const FILES_PER_PLAYLIST_STEP = 360;

type RecordingLimits = Pick<
  MediaLimits,
  "recordingFileDurationMs" | "recordingPendingBytesMax" | "recordingFailuresMax"
>;

export interface RecordingOptions {
  readonly streamName: string;
  readonly streamId: string;
  readonly limits: RecordingLimits;
  readonly start: MediaHost["startRecording"];
  readonly put: MediaHost["putRecordingObject"];
  readonly tell: (event: StreamEventBody) => void;
}

/**
 * One broadcast's recording: joins segments into files and gives them to the host, one at a time, in order. Whatever
 * the host does (slow, failing, silent), `add` returns at once: the live stream never waits for a recording.
 */
export class Recording {
  readonly #options: RecordingOptions;
  #state: RecordingStatus["state"] = "waiting";
  #media: RecordingMedia | undefined;
  #rendition = "";
  #segments: Segment[] = [];
  #fileDurationMs = 0;
  #nextIndex = 0;
  #breakBefore = false;
  #queue: RecordingFile[] = [];
  #pendingBytes = 0;
  #rows: RecordingFileRow[] = [];
  #durationMs = 0;
  #gaps = 0;
  #failuresInRow = 0;
  #lastFailure = "";
  #finishing = false;
  #busy = false;
  #working: Promise<void> = Promise.resolve();

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  status(): RecordingStatus {
    return {
      state: this.#state,
      durationMs: this.#durationMs,
      pendingBytes: this.#pendingBytes,
      gaps: this.#gaps,
    };
  }

  /** Media characteristics are known, `segment` being the first: asks the host where to, before any object. */
  begin(stream: StreamMedia, segment: Segment): void {
    const { width, height, frameRate } = stream.video;
    this.#rendition = renditionName(height, frameRate);
    this.#media = {
      hlsPath: "media/hls",
      playlist: "master.m3u8",
      byteRangePlaylist: "byte-range-multivariant.m3u8",
      renditions: [
        {
          path: this.#rendition,
          playlist: "playlist.m3u8",
          byteRangePlaylist: "byte-range-variant.m3u8",
          width,
          height,
          frameRate,
          codecs: codecList(stream),
        },
      ],
    };
    this.#state = "recording";
    this.#busy = true;
    this.#working = this.#start({
      streamName: this.#options.streamName,
      streamId: this.#options.streamId,
      startedAtMs: segment.programDateTimeMs,
      stream,
      bitrate: bitrate(segment.body.length, segment.durationMs),
      media: this.#media,
    });
  }

  add(segment: Segment): void {
    if (this.#state !== "recording" || this.#finishing) {
      return;
    }
    if (segment.discontinuity) {
      this.#closeFile();
      this.#breakBefore = this.#nextIndex > 0;
    }
    this.#segments.push(segment);
    this.#fileDurationMs += segment.durationMs;
    // The next segment will be about as long as this one: with half of it the file is as near as it gets.
    const expectedMs = this.#fileDurationMs + segment.durationMs / 2;
    if (expectedMs > this.#options.limits.recordingFileDurationMs) {
      this.#closeFile();
    }
  }

  /** Gives up: nothing more is written. False when the recording is over already. */
  abort(message: string): boolean {
    if (this.#state === "complete" || this.#state === "failed") {
      return false;
    }
    this.#state = "failed";
    this.#segments = [];
    this.#queue = [];
    this.#pendingBytes = 0;
    this.#options.tell({ type: "recording-failed", ...this.#totals(), message });
    return true;
  }

  /** Writes what is left and the final playlists; resolves when the recording is complete or failed. */
  async finish(): Promise<void> {
    if (!this.#finishing) {
      this.#closeFile();
      this.#finishing = true;
    }
    this.#work();
    await this.#working;
  }

  async #start(start: RecordingStart): Promise<void> {
    try {
      const { rows } = await this.#options.start(start);
      this.#continue(rows);
    } catch (error) {
      this.abort(error instanceof Error ? error.message : String(error));
    }
    await this.#drain();
  }

  /** Goes on behind files of an earlier broadcast; what is recorded already moves behind them. */
  #continue(rows: readonly RecordingFileRow[]): void {
    const first = rows.reduce((next, { index }) => Math.max(next, index + 1), 0);
    if (first === 0 || this.#state !== "recording") {
      return;
    }
    this.#rows = [...rows];
    this.#durationMs = rows.reduce((sum, { durationMs }) => sum + durationMs, 0);
    this.#breakBefore ||= this.#queue.length === 0;
    this.#queue = this.#queue.map((file, index) => shiftedFile(file, first, index === 0));
    this.#nextIndex += first;
  }

  #totals(): { durationMs: number; files: number; gaps: number } {
    return { durationMs: this.#durationMs, files: this.#rows.length, gaps: this.#gaps };
  }

  #closeFile(): void {
    if (this.#segments.length === 0) {
      return;
    }
    const file = joinSegments(this.#segments, this.#rendition, this.#nextIndex, this.#breakBefore);
    this.#segments = [];
    this.#fileDurationMs = 0;
    this.#nextIndex += 1;
    this.#breakBefore = false;
    if (this.#pendingBytes + file.row.length > this.#options.limits.recordingPendingBytesMax) {
      this.#breakBefore = true;
      this.#gap(file, "the recording's writes are slower than the stream");
      return;
    }
    this.#pendingBytes += file.row.length;
    this.#queue.push(file);
    this.#work();
  }

  #gap(file: RecordingFile, message: string): void {
    this.#gaps += 1;
    const { durationMs } = file.row;
    this.#options.tell({ type: "recording-gap", path: this.#path(file), durationMs, message });
  }

  #path(file: RecordingFile): string {
    return `${this.#media?.hlsPath}/${file.row.rendition}/${file.row.index}.ts`;
  }

  /** One worker at a time; it goes on until the queue is empty and, when finishing, the end is told. */
  #work(): void {
    if (!this.#busy) {
      this.#busy = true;
      this.#working = this.#drain();
    }
  }

  async #drain(): Promise<void> {
    for (let file = this.#queue.shift(); file !== undefined; file = this.#queue.shift()) {
      await this.#writeFile(file);
    }
    if (this.#finishing && (this.#state === "recording" || this.#state === "waiting")) {
      await this.#complete();
    }
    // In the same turn as the last look at the queue: whoever adds to it later starts a new worker.
    this.#busy = false;
  }

  async #writeFile(file: RecordingFile): Promise<void> {
    const failure = await this.#put(this.#path(file), file.body, file.row);
    if (this.#state !== "recording") {
      return;
    }
    this.#pendingBytes -= file.row.length;
    if (failure !== undefined) {
      this.#failed(file, failure);
      return;
    }
    this.#failuresInRow = 0;
    this.#rows.push(file.row);
    this.#durationMs += file.row.durationMs;
    this.#options.tell({
      type: "recording-progress",
      durationMs: this.#durationMs,
      files: this.#rows.length,
      row: file.row,
    });
    const step = 1 + Math.floor(this.#rows.length / FILES_PER_PLAYLIST_STEP);
    if (this.#rows.length % step === 0) {
      await this.#writePlaylists(this.#rows.length === 1);
    }
  }

  #failed(file: RecordingFile, failure: string): void {
    this.#lastFailure = failure;
    this.#failuresInRow += 1;
    const next = this.#queue[0];
    if (next === undefined) {
      this.#breakBefore = true;
    } else {
      this.#queue[0] = { body: next.body, row: { ...next.row, discontinuity: true } };
    }
    this.#gap(file, failure);
    if (this.#failuresInRow >= this.#options.limits.recordingFailuresMax) {
      this.abort(failure);
    }
  }

  /** Resolves to the last failure's message, or undefined. */
  async #writePlaylists(withMultivariant: boolean): Promise<string | undefined> {
    const media = this.#media;
    if (media === undefined) {
      return undefined;
    }
    const multivariant = new Set([media.playlist, media.byteRangePlaylist]);
    let failure: string | undefined;
    for (const { path, body } of renderRecordingPlaylists(this.#rows, media)) {
      const due = withMultivariant || !multivariant.has(path.slice(media.hlsPath.length + 1));
      if (due && this.#state === "recording") {
        failure = (await this.#put(path, Buffer.from(body), undefined)) ?? failure;
      }
    }
    return failure;
  }

  async #complete(): Promise<void> {
    const written = this.#rows.length > 0;
    if (!written && this.#gaps > 0) {
      this.abort(this.#lastFailure || "no file could be written");
      return;
    }
    const failure = written ? await this.#writePlaylists(true) : undefined;
    if (failure !== undefined) {
      this.abort(failure);
      return;
    }
    if (this.#state !== "failed") {
      this.#state = "complete";
      this.#options.tell({ type: "recording-complete", ...this.#totals() });
    }
  }

  /** Resolves to a failure's message: a rejection is an answer here, told to the host as a gap or as the end. */
  async #put(
    path: string,
    body: Uint8Array,
    row: RecordingFileRow | undefined,
  ): Promise<string | undefined> {
    const { streamName, streamId, put } = this.#options;
    const contentType =
      row === undefined ? RECORDING_CONTENT_TYPE.playlist : RECORDING_CONTENT_TYPE.segment;
    const object = { streamName, streamId, path, contentType, body };
    try {
      await put(row === undefined ? object : { ...object, row });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
