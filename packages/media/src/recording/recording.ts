import type { Segment } from "../container/segment.ts";
import type { DateRange } from "../hls/date-ranges.ts";
import type { Rendition } from "../hls/rendition.ts";
import type {
  RecordingBody,
  RecordingFileRow,
  RecordingMedia,
  RecordingObject,
  RecordingStart,
  RecordingStatus,
} from "../port/recording.ts";
import { inBackground } from "../runtime/in-background.ts";
import { adBreakMarks } from "./ad-break-marks.ts";
import { FileBoundaries, FileJoiner } from "./file-joiner.ts";
import { InitSections } from "./init-sections.ts";
import type { KeptSegment } from "./kept-file.ts";
import { recordedRenditions } from "./recorded-renditions.ts";
import { RecordedTotals } from "./recorded-totals.ts";
import { filesIn, type RecordingFile } from "./recording-file.ts";
import { CHANNEL_LAYOUT, recordingMedia } from "./recording-layout.ts";
import type { RecordingOptions } from "./recording-options.ts";
import {
  RECORDING_CONTENT_TYPE,
  type RecordingPlaylist,
  RecordingPlaylists,
  recordingFileName,
} from "./recording-playlists.ts";
import { type NextFile, RecordingQueue } from "./recording-queue.ts";
import { Thumbnails } from "./thumbnails.ts";

/**
 * Playlists are rewritten whole. Beyond this many files they are rewritten only every second,
 * third, … file, so that the work of a 48-hour recording doesn't grow with its square.
 */
const FILES_PER_PLAYLIST_STEP = 360;

/**
 * One broadcast's recording: joins segments into files and gives them to the host, one at a time,
 * in order. Whatever the host does (slow, failing, silent), `add` returns at once: the live stream
 * never waits for a recording.
 */
export class Recording {
  readonly #options: RecordingOptions;
  #state: RecordingStatus["state"] = "waiting";
  #media: RecordingMedia | undefined;
  /** By rendition's name. */
  #joiners = new Map<string, FileJoiner>();
  #thumbnails: Thumbnails | undefined;
  readonly #queue: RecordingQueue;
  #playlists: RecordingPlaylists | undefined;
  readonly #inits = new InitSections();
  readonly #recorded = new RecordedTotals();
  #gaps = 0;
  #failuresInRow = 0;
  #lastFailure = "";
  #finishing = false;
  #busy = false;
  #working: Promise<void> = Promise.resolve();

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#queue = new RecordingQueue(options.limits.recordingMemoryBytesMax, options.spill);
  }

  status(): RecordingStatus {
    return {
      state: this.#state,
      durationMs: this.#recorded.durationMs,
      pendingBytes: this.#queue.pendingBytes,
      gaps: this.#gaps,
      thumbnailsLost: this.#thumbnails?.lost ?? 0,
    };
  }

  /** The renditions, the best first, are known: asks the host where to, before any object. */
  begin(
    renditions: readonly Rendition[],
    source: Pick<RecordingStart, "stream" | "startedAtMs">,
  ): void {
    const { streamName, streamId, limits, plan } = this.#options;
    const { layout = CHANNEL_LAYOUT, fileDurationMs = limits.recordingFileDurationMs } = plan;
    const recorded = recordedRenditions(renditions, plan.renditions);
    const isMultitrack = source.stream?.furtherVideo !== undefined;
    const onPicture = (): void => this.#work();
    this.#thumbnails = new Thumbnails(renditions, isMultitrack, this.#options, onPicture);
    const boundaries = new FileBoundaries(fileDurationMs);
    const { keeper } = this.#options;
    const newKeptFile = keeper?.file.bind(keeper);
    this.#joiners = new Map(
      recorded.map(({ name }) => [name, new FileJoiner(name, boundaries, newKeptFile)] as const),
    );
    this.#media = { ...recordingMedia(recorded, layout), ...this.#thumbnails.media };
    this.#playlists = new RecordingPlaylists(this.#media);
    this.#state = "recording";
    this.#busy = true;
    this.#working = this.#start({ streamName, streamId, ...source, media: this.#media });
  }

  /** A segment of the rendition of that name; returns it where it is on the disk. */
  add(renditionName: string, segment: Segment): KeptSegment | undefined {
    if (this.#state !== "recording" || this.#finishing) {
      return undefined;
    }
    const joined = this.#joiners.get(renditionName)?.add(segment);
    this.#enqueue(joined?.files ?? []);
    this.#thumbnails?.add(renditionName, segment);
    return joined?.kept;
  }

  /** A break that begins with a segment which isn't added yet. */
  addAdBreak(range: DateRange): void {
    const marks = adBreakMarks(range);
    for (const joiner of this.#joiners.values()) {
      joiner.mark(marks);
    }
  }

  /** Gives up: nothing more is written. False when the recording is over already. */
  abort(message: string): boolean {
    const isStopped = this.#stop(() => this.#options.keeper?.close());
    if (isStopped) {
      this.#options.publish({ type: "recording-failed", ...this.#totals(), message });
    }
    return isStopped;
  }

  /** Writes nothing more: the next process finishes the recording from what is on the disk. */
  leaveBehind(): void {
    if (this.#stop(() => this.#options.keeper?.leaveBehind())) {
      this.#options.publish({ type: "recording-interrupted" });
    }
  }

  #stop(endKeeper: () => Promise<void> | undefined): boolean {
    if (this.#state === "complete" || this.#state === "failed") {
      return false;
    }
    this.#state = "failed";
    this.#joiners.clear();
    // First: what is taken out of the queue is removed from the disk otherwise.
    const over = endKeeper();
    this.#working = Promise.all([this.#working, this.#queue.clear(), over]).then(() => undefined);
    return true;
  }

  /**
   * Writes what is left and the final playlists; resolves when the recording is complete or failed.
   */
  async finish(): Promise<void> {
    if (!this.#finishing) {
      for (const joiner of this.#joiners.values()) {
        this.#enqueue(joiner.flush());
      }
      this.#finishing = true;
    }
    this.#work();
    await this.#working;
  }

  async #start(start: RecordingStart): Promise<void> {
    try {
      const { rows, thumbnails } = await this.#options.start(start);
      this.#thumbnails?.continueAt(thumbnails);
      const first = filesIn(rows);
      const isNoted = this.#options.keeper?.begin(first);
      this.#continue(rows, first);
      await isNoted;
    } catch (error) {
      this.abort(error instanceof Error ? error.message : String(error));
    }
    await this.#drain();
  }

  /** Goes on after files of an earlier broadcast; what is recorded already moves after them. */
  #continue(rows: readonly RecordingFileRow[], first: number): void {
    if (first === 0 || this.#state !== "recording") {
      return;
    }
    for (const row of rows) {
      this.#count(row);
    }
    for (const [rendition, joiner] of this.#joiners) {
      joiner.continueAt(first, !this.#queue.shift(rendition, first));
    }
  }

  #totals(): { durationMs: number; files: number; gaps: number } {
    const { durationMs, files } = this.#recorded;
    return { durationMs, files, gaps: this.#gaps };
  }

  #enqueue(files: readonly RecordingFile[]): void {
    for (const file of files) {
      if (file.init !== undefined) {
        this.#inits.need(this.#pathOf(file.row.rendition, file.init.name), file.init);
      }
      if (this.#queue.push(file)) {
        this.#work();
      } else {
        this.#joiners.get(file.row.rendition)?.breakNext();
        inBackground(file.kept?.remove());
        this.#gap(file.row, "the recording's writes are slower than the stream");
      }
    }
  }

  #gap(row: RecordingFileRow, message: string): void {
    this.#gaps += 1;
    const { durationMs } = row;
    this.#options.publish({ type: "recording-gap", path: this.#path(row), durationMs, message });
  }

  #path(row: RecordingFileRow): string {
    return this.#pathOf(row.rendition, recordingFileName(row, this.#media?.firstNumber));
  }

  #pathOf(rendition: string, file: string): string {
    return `${this.#media?.hlsPath}/${rendition}/${file}`;
  }

  /**
   * One worker at a time; it goes on until the queue is empty and, when finishing, the end is
   * reported.
   */
  #work(): void {
    if (!this.#busy) {
      this.#busy = true;
      this.#working = this.#drain();
    }
  }

  async #drain(): Promise<void> {
    await this.#writeWaiting();
    if (this.#finishing) {
      await this.#thumbnails?.finish();
      await this.#writeWaiting();
    }
    if (this.#finishing && (this.#state === "recording" || this.#state === "waiting")) {
      await this.#complete();
    }
    // In the same turn as the last look at the queue: adding to it later starts a new worker.
    this.#busy = false;
  }

  /** Files first: a picture may be late. */
  async #writeWaiting(): Promise<void> {
    let more = true;
    while (more) {
      more =
        (await this.#queue.next((file) => this.#writeFile(file))) || (await this.#writeThumbnail());
    }
  }

  /** Resolves to false when there is none. */
  async #writeThumbnail(): Promise<boolean> {
    const objects = this.#thumbnails?.take() ?? [];
    const failures: (string | undefined)[] = [];
    for (const object of objects) {
      if (this.#state === "recording") {
        failures.push(await this.#put(object));
      }
    }
    if (objects.length > 0) {
      this.#thumbnails?.written(failures.every((failure) => failure === undefined));
    }
    return objects.length > 0;
  }

  /** Resolves to whether it is in the bucket. */
  async #writeFile(file: NextFile): Promise<boolean> {
    const { row } = file;
    if (this.#state !== "recording") {
      return false;
    }
    if (file.lost !== undefined) {
      this.#lose(row, `it could not wait on the disk: ${file.lost}`);
      return false;
    }
    const failure = await this.#putMedia(row, file.body);
    if (this.#state !== "recording") {
      return false;
    }
    if (failure !== undefined) {
      this.#failed(row, failure);
      return false;
    }
    this.#failuresInRow = 0;
    const { rendition } = row;
    const files = this.#count(row);
    const { gaps: _, ...totals } = this.#totals();
    this.#options.publish({ type: "recording-progress", ...totals, row });
    const step = 1 + Math.floor(files / FILES_PER_PLAYLIST_STEP);
    if (files % step === 0) {
      await this.#writePlaylists(files === 1 ? "with-multivariant" : rendition);
    }
    return true;
  }

  /** Objects that the file needs are put before it. */
  async #putMedia(row: RecordingFileRow, body: RecordingBody): Promise<string | undefined> {
    if (row.init === undefined) {
      const contentType = RECORDING_CONTENT_TYPE.segment;
      return this.#put({ path: this.#path(row), contentType, body, row });
    }
    const contentType = RECORDING_CONTENT_TYPE.fragmented;
    const path = this.#pathOf(row.rendition, row.init);
    const init = this.#inits.unwritten(path);
    const failure = init && (await this.#put({ path, contentType, body: [init.body] }));
    if (failure !== undefined) {
      return failure;
    }
    this.#inits.written(path);
    return this.#put({ path: this.#path(row), contentType, body, row });
  }

  /** Counts a written file; returns how many its rendition has. */
  #count(row: RecordingFileRow): number {
    this.#playlists?.add(row);
    return this.#recorded.add(row);
  }

  #lose(row: RecordingFileRow, message: string): void {
    this.#lastFailure = message;
    if (!this.#queue.breakNext(row.rendition)) {
      this.#joiners.get(row.rendition)?.breakNext();
    }
    this.#gap(row, message);
  }

  #failed(row: RecordingFileRow, failure: string): void {
    this.#failuresInRow += 1;
    this.#lose(row, failure);
    if (this.#failuresInRow >= this.#options.limits.recordingFailuresMax) {
      this.abort(failure);
    }
  }

  /**
   * Puts the playlists of one rendition, or all. Resolves to the last failure's message, or
   * undefined.
   */
  async #writePlaylists(due: string | "with-multivariant"): Promise<string | undefined> {
    let failure: string | undefined;
    const names = due === "with-multivariant" ? [...this.#joiners.keys()] : [due];
    for (const name of names) {
      failure = (await this.#putPlaylists(this.#playlists?.of(name))) ?? failure;
    }
    if (due === "with-multivariant") {
      failure = (await this.#putPlaylists(this.#playlists?.multivariant())) ?? failure;
    }
    return failure;
  }

  async #putPlaylists(playlists: readonly RecordingPlaylist[] = []): Promise<string | undefined> {
    // At the same time: none refers to another, and they wait for the disk once.
    const due = this.#state === "recording" ? playlists : [];
    const failures = await Promise.all(
      due.map(({ path, contentType, body }) =>
        this.#put({ path, contentType, body: [Buffer.from(body)] }),
      ),
    );
    return failures.findLast((failure) => failure !== undefined);
  }

  async #complete(): Promise<void> {
    const written = this.#recorded.files > 0;
    if (!written && this.#gaps > 0) {
      this.abort(this.#lastFailure || "no file could be written");
      return;
    }
    this.#playlists?.end();
    const failure = written ? await this.#writePlaylists("with-multivariant") : undefined;
    if (failure !== undefined) {
      this.abort(failure);
      return;
    }
    if (this.#state !== "failed") {
      this.#state = "complete";
      await this.#options.keeper?.close();
      this.#options.publish({ type: "recording-complete", ...this.#totals() });
    }
  }

  /**
   * Resolves to a failure's message: a rejection is an answer here, reported to the host as a gap
   * or as the end.
   */
  async #put(
    object: Omit<RecordingObject, "streamName" | "streamId">,
  ): Promise<string | undefined> {
    const { streamName, streamId, put } = this.#options;
    try {
      await put({ streamName, streamId, ...object });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
