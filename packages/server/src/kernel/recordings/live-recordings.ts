import type {
  MediaEvent,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { Clock } from "../clock.ts";
import type { Log } from "../ports/log.ts";
import type { NodePlaces } from "../ports/node-places.ts";
import type { PublicationRecordings } from "../ports/publication-recordings.ts";
import type { Store, Transaction } from "../store.ts";
import { inBackground } from "../work/in-background.ts";
import { Periodic } from "../work/periodic.ts";
import { SerialTasks } from "../work/serial-tasks.ts";
import { pause } from "../work/timers.ts";
import { type BucketWriter, ObjectLeftError } from "./bucket-writer.ts";
import { isLeftToAnother, leaveKept } from "./left-recordings.ts";
import { bodyOf } from "./object-body.ts";
import { ReconnectWindows } from "./reconnect-windows.ts";
import type { RecordedRow } from "./recorded-row.ts";
import type { RecordingKind } from "./recording-kind.ts";
import { forgetFinished, LIVE, type Patience, RecordingRecovery } from "./recording-recovery.ts";
import { RecordingStore } from "./recording-store.ts";
import { RecordingWriter } from "./recording-writer.ts";

/** A recording waits this long for the end of the one that it may go on with. */
const EARLIER_END_MS = 10_000;
/** Recordings of nodes that are gone are looked for this often. */
const ROUND_MS = 10_000;

export interface LiveRecordingsOptions<Row extends RecordedRow> {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly nodePlaces: NodePlaces;
  readonly engine: PublicationRecordings;
  readonly kind: RecordingKind<Row>;
  /** Begins the ids of the streams; those of channels and of other kinds begin otherwise. */
  readonly idPrefix: string;
  /** The subject of its log lines: `A participant`. */
  readonly noun: string;
  /** Another node can go on with what is recorded only once the recording so far has its end. */
  readonly isAwaited?: boolean;
  /** Called before a recording that the engine gave up gets its end, while it is this node's. */
  readonly failing?: (tx: Transaction, row: Row, message: string) => Promise<void>;
  bucketOf(row: Row, patience: Patience, stopping: AbortSignal): BucketWriter;
}

/** A recording of this process. */
interface LiveRecording<Row extends RecordedRow> {
  /** As it was when it was opened. */
  readonly row: Row;
  readonly writer: RecordingWriter<Row>;
  readonly tasks: SerialTasks;
  readonly over: Promise<void>;
  readonly settle: () => void;
}

/**
 * The recordings of one kind that this process makes, from the engine's first word to their end in
 * the bucket; also of those that another process has left.
 */
export class LiveRecordings<Row extends RecordedRow> {
  readonly store: RecordingStore<Row>;
  readonly #options: LiveRecordingsOptions<Row>;
  readonly #recovery: RecordingRecovery<Row>;
  readonly #windows: ReconnectWindows<Row>;
  readonly #rounds: Periodic;
  /** By stream id, until each has its end. */
  readonly #live = new Map<string, LiveRecording<Row>>();
  #stopping = new AbortController();

  constructor(options: LiveRecordingsOptions<Row>) {
    const { store, clock, log, kind, nodePlaces, engine, idPrefix } = options;
    this.#options = options;
    this.store = new RecordingStore(store, kind, () => nodePlaces.id);
    const writerOf = (row: Row, patience = LIVE) => this.writerOf(row, patience);
    const own = { store: this.store, log, writerOf };
    const nowMs = () => clock.nowMs();
    this.#recovery = new RecordingRecovery({ ...own, media: engine.media, nowMs });
    this.#windows = new ReconnectWindows({ ...own, clock });
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#takeOver(),
      failed: (err) => log.error({ err }, "Recordings of other nodes couldn't be looked for"),
    });
    engine.serve(idPrefix, {
      start: (start) => this.#start(start),
      put: (object) => this.#put(object),
      event: (event) => this.#heard(event),
      leave: () => this.#leave(),
    });
  }

  /** Finishes what an earlier process has left. */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    await this.#takeOver();
    await this.#windows.start();
    if (this.#options.store.shared) this.#rounds.start();
  }

  /** Waits until recordings whose media has ended are written, unless their buckets fail. */
  async close(): Promise<void> {
    await this.#rounds.close();
    this.#stopping.abort();
    await Promise.all([...this.#live.values()].map(({ tasks }) => tasks.drained()));
    await this.#recovery.close();
    await this.#windows.close();
  }

  async #leave(): Promise<void> {
    const { clock, nodePlaces, engine, isAwaited = false } = this.#options;
    await Promise.all([...this.#live.values()].map(({ tasks }) => tasks.drained()));
    if (!isAwaited) await leaveKept({ media: engine.media, clock }, this.store, nodePlaces);
  }

  /** A recording that the engine is about to begin. Resolves when it has its end, or a failure. */
  add(row: Row): Promise<void> {
    const { log } = this.#options;
    const { stream_id: streamId } = row;
    const writer = this.writerOf(row);
    const tasks = new SerialTasks((err) => log.error({ err, streamId }, "A recording failed"));
    let settle = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#live.set(streamId, { row, writer, tasks, over, settle });
    return over;
  }

  /** The engine records nothing more under this id: what it may have written gets its end. */
  async discard(streamId: string): Promise<void> {
    const live = this.#live.get(streamId);
    if (live) await this.#end(streamId, live, () => this.#recovery.recoverStream(streamId));
  }

  /** Resolves when those that are opened now have their ends. */
  async over(isMeant: (row: Row) => boolean): Promise<void> {
    const meant = [...this.#live.values()].filter(({ row }) => isMeant(row));
    await Promise.all(meant.map((live) => live.over));
  }

  /** The writer of a stored recording, which goes on where its row stands. */
  writerOf(row: Row, patience = LIVE): RecordingWriter<Row> {
    const { log, bucketOf } = this.#options;
    const bucket = bucketOf(row, patience, this.#stopping.signal);
    const windowsChanged = () => this.#windows.check();
    return new RecordingWriter({ row, store: this.store, bucket, log, windowsChanged });
  }

  async #start(start: RecordingStart): Promise<RecordingContinuation> {
    const live = this.#live.get(start.streamId);
    if (!live) throw new Error("The recording isn't this process's");
    try {
      await this.#earlierEnd(live.row);
      return await live.tasks.run(() => live.writer.start(start));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { streamName, streamId } = start;
      const { log, noun } = this.#options;
      log.warn({ streamName, streamId, message }, `${noun} isn't recorded`);
      throw error;
    }
  }

  /**
   * Waits for the recording before this one of the same subject. A subject that is back at once
   * begins again before the last files of what it sent before are written.
   */
  async #earlierEnd(own: Row): Promise<void> {
    if (own.reconnect_window_seconds === 0) return;
    const { rows } = this.#options.kind;
    const all = [...this.#live.values()];
    // They are in the order of their beginnings.
    const before = all.slice(
      0,
      all.findIndex(({ row }) => row.stream_id === own.stream_id),
    );
    const earlier = before.findLast(({ row }) => rows.isSameSubject(row, own));
    if (!earlier) return;
    const ended = new AbortController();
    const deadline = pause(EARLIER_END_MS, { signal: ended.signal });
    await Promise.race([earlier.over, deadline]);
    ended.abort();
  }

  async #put(object: RecordingObject): Promise<void> {
    const writer = this.#live.get(object.streamId)?.writer;
    if (!writer) throw new Error("The recording isn't this process's");
    const { keptRecordings } = this.#options.engine.media;
    try {
      await writer.put({ ...object, body: bodyOf(object, keptRecordings) });
    } catch (error) {
      if (!(error instanceof ObjectLeftError)) throw error;
      // The engine closes soon, and leaves what isn't answered on the disk for the next start.
      await new Promise<never>(() => {});
    }
  }

  #heard(event: MediaEvent): void {
    if (event.type === "publish-refused") return;
    const { streamId } = event;
    const live = this.#live.get(streamId);
    if (!live) return;
    const { writer } = live;
    switch (event.type) {
      case "recording-complete":
        inBackground(this.#end(streamId, live, () => writer.end(event.atMs, event.durationMs)));
        break;
      case "recording-failed":
        inBackground(
          this.#end(streamId, live, async () => {
            const { failing } = this.#options;
            if (failing) await writer.within((tx, row) => failing(tx, row, event.message));
            await writer.fail(event.atMs, event.durationMs);
          }),
        );
        break;
      case "recording-interrupted":
        inBackground(this.#end(streamId, live, () => this.#recovery.recoverStream(streamId)));
        break;
      case "recording-gap": {
        const { path, message } = event;
        this.#options.log.warn({ streamId, path, message }, "A file of a recording was lost");
        break;
      }
      default:
    }
  }

  /** Resolves when it has its end, or that has failed and was logged. */
  #end(
    streamId: string,
    { tasks, settle }: LiveRecording<Row>,
    end: () => Promise<void>,
  ): Promise<void> {
    tasks.add(end);
    tasks.add(async () => {
      this.#live.delete(streamId);
      settle();
    });
    return tasks.drained();
  }

  /** Finishes recordings that no living process has, and forgets those that others finished. */
  async #takeOver(): Promise<void> {
    const { nodePlaces, engine, idPrefix } = this.#options;
    const claimed: Row[] = [];
    for (const row of await this.store.unfinished()) {
      const { last_stream_id: streamId } = row;
      const isOwn = row.owner === nodePlaces.id;
      const isHere = isOwn && (this.#live.has(streamId) || this.#recovery.waits(streamId));
      if (isHere || (await this.#isElsewhere(row))) continue;
      const own = await this.store.claim(row);
      if (own) claimed.push(own);
    }
    for (const row of await this.#recovery.recover(claimed)) await this.store.release(row);
    const isLive = (streamId: string) => this.#live.has(streamId);
    await forgetFinished(engine.media.keptRecordings, this.store, { idPrefix, isLive });
  }

  async #isElsewhere({ owner }: Row): Promise<boolean> {
    const { nodePlaces, clock } = this.#options;
    if (owner === "" || owner === nodePlaces.id) return false;
    if (isLeftToAnother(owner, nodePlaces.folderId, clock.nowMs())) return true;
    return (await nodePlaces.urlOf(owner)) !== undefined;
  }
}
