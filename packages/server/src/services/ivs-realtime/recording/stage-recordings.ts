import type {
  MediaEvent,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { Clock } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import type { PublicationRecordings } from "../../../kernel/ports/publication-recordings.ts";
import { ObjectLeftError } from "../../../kernel/recordings/bucket-writer.ts";
import { bodyOf } from "../../../kernel/recordings/object-body.ts";
import { ReconnectWindows } from "../../../kernel/recordings/reconnect-windows.ts";
import {
  forgetFinished,
  LIVE,
  type Patience,
  RecordingRecovery,
} from "../../../kernel/recordings/recording-recovery.ts";
import { RecordingStore } from "../../../kernel/recordings/recording-store.ts";
import { RecordingWriter } from "../../../kernel/recordings/recording-writer.ts";
import type { Store } from "../../../kernel/store.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { SerialTasks } from "../../../kernel/work/serial-tasks.ts";
import { compositeWriter } from "../storage/composite-writer.ts";
import type { ParticipantRecordingRow } from "../tables.ts";
import { openRecording, type RecordedParticipant } from "./open-recording.ts";
import { ParticipantRecordings, stageArnOf } from "./participant-recordings.ts";
import { participantPlan, RENDITION_NAME } from "./stage-layout.ts";

/** Begins the ids of recorded streams; those of channels begin otherwise. */
export const RECORDED_ID_PREFIX = "pr-";
/** Recordings of nodes that are gone are looked for this often. */
const ROUND_MS = 10_000;

export interface StageRecordingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  readonly log: Log;
  readonly invoke: Invoke;
  readonly nodePlaces: NodePlaces;
  readonly engine: PublicationRecordings;
}

type Row = ParticipantRecordingRow;

/** A recording of this process. */
interface LiveRecording extends Pick<RecordedParticipant, "sessionId" | "participantId" | "group"> {
  readonly writer: RecordingWriter<Row>;
  readonly tasks: SerialTasks;
}

/** Records participants of stages into customers' buckets, while they publish. */
export class StageRecordings {
  readonly #options: StageRecordingsOptions;
  readonly #store: RecordingStore<Row>;
  readonly #recovery: RecordingRecovery<Row>;
  readonly #windows: ReconnectWindows<Row>;
  readonly #rounds: Periodic;
  /** By stream id, until each has its end. */
  readonly #live = new Map<string, LiveRecording>();
  #stopping = new AbortController();

  constructor(options: StageRecordingsOptions) {
    const { store, clock, log, nodePlaces, engine } = options;
    this.#options = options;
    this.#store = new RecordingStore(
      ...([store, new ParticipantRecordings(options), () => nodePlaces.id] as const),
    );
    const writerOf = (row: Row, patience = LIVE) => this.#writerOf(row, patience);
    const own = { store: this.#store, log, writerOf };
    this.#recovery = new RecordingRecovery({
      ...own,
      media: engine.media,
      nowMs: () => clock.nowMs(),
    });
    this.#windows = new ReconnectWindows({ ...own, clock });
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: () => this.#takeOver(),
      failed: (err) => log.error({ err }, "Recordings of other nodes couldn't be looked for"),
    });
    engine.serve({
      start: (start) => this.#start(start),
      put: (object) => this.#put(object),
      event: (event) => this.#heard(event),
    });
  }

  /** Finishes what an earlier process has left. */
  async start(): Promise<void> {
    const { store, engine } = this.#options;
    this.#stopping = new AbortController();
    await this.#takeOver();
    await forgetFinished(engine.media.keptRecordings, this.#store, RECORDED_ID_PREFIX);
    await this.#windows.start();
    if (store.shared) this.#rounds.start();
  }

  /** Waits until recordings of publications that have ended are written. */
  async close(): Promise<void> {
    await this.#rounds.close();
    await Promise.all([...this.#live.values()].map(({ tasks }) => tasks.drained()));
    this.#stopping.abort();
    await this.#recovery.close();
    await this.#windows.close();
  }

  /** A participant publishes: it is recorded if its stage says so. Never rejects. */
  async begin(participant: RecordedParticipant): Promise<void> {
    const { log, engine, store, ids, clock, nodePlaces } = this.#options;
    const { sessionId, participantId, group, publication, session } = participant;
    try {
      const streamId = `${RECORDED_ID_PREFIX}${ids.alphanumeric(23)}`;
      const opened = await openRecording(
        ...([
          participant,
          { streamId, nowMs: clock.nowMs(), owner: nodePlaces.id },
          store,
        ] as const),
      );
      if (opened === undefined) return;
      const { row, settings } = opened;
      const live = this.#add(row, participant);
      const isRecorded = await engine.recordPublication({
        ...{ group, publication, session, streamName: `${sessionId}/${participantId}`, streamId },
        plan: participantPlan(settings),
        renditionName: RENDITION_NAME,
        isSoundOnly: settings.mediaTypes?.includes("AUDIO_ONLY") === true,
      });
      if (!isRecorded) await this.#end(streamId, live, () => live.writer.end(clock.nowMs(), 0));
    } catch (err) {
      log.error({ err, participantId }, "A participant couldn't be recorded");
    }
  }

  /** Ends the recording of a participant whose publication goes on elsewhere. Never rejects. */
  async end(sessionId: string, participantId: string): Promise<void> {
    const { engine, log } = this.#options;
    for (const [streamId, one] of this.#live)
      if (one.sessionId === sessionId && one.participantId === participantId)
        await engine.stopRecording(one.group, streamId).catch((err) => {
          log.error({ err, streamId }, "A replica's recording couldn't be ended");
        });
  }

  #add(row: Row, { sessionId, participantId, group }: RecordedParticipant): LiveRecording {
    const { log } = this.#options;
    const { stream_id: streamId } = row;
    const writer = this.#writerOf(row, LIVE);
    const tasks = new SerialTasks((err) => log.error({ err, streamId }, "A recording failed"));
    const live = { sessionId, participantId, group, writer, tasks };
    this.#live.set(streamId, live);
    return live;
  }

  async #start(start: RecordingStart): Promise<RecordingContinuation> {
    const live = this.#live.get(start.streamId);
    if (!live) throw new Error("The recording isn't this process's");
    try {
      return await live.tasks.run(() => live.writer.start(start));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { streamName, streamId } = start;
      this.#options.log.warn({ streamName, streamId, message }, "A participant isn't recorded");
      throw error;
    }
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
        void this.#end(streamId, live, () => writer.end(event.atMs, event.durationMs));
        break;
      case "recording-failed":
        void this.#end(streamId, live, () => writer.fail(event.atMs, event.durationMs));
        break;
      case "recording-interrupted":
        void this.#end(streamId, live, () => this.#recovery.recoverStream(streamId));
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
  #end(streamId: string, { tasks }: LiveRecording, end: () => Promise<void>): Promise<void> {
    tasks.add(end);
    tasks.add(async () => {
      this.#live.delete(streamId);
    });
    return tasks.drained();
  }

  /** Finishes recordings that no living process has. */
  async #takeOver(): Promise<void> {
    const { nodePlaces } = this.#options;
    const claimed: Row[] = [];
    for (const row of await this.#store.unfinished()) {
      const { last_stream_id: streamId } = row;
      const isOwn = row.owner === nodePlaces.id;
      const isHere = isOwn && (this.#live.has(streamId) || this.#recovery.waits(streamId));
      if (isHere || (await this.#isElsewhere(row))) continue;
      const own = await this.#store.claim(row);
      if (own) claimed.push(own);
    }
    for (const row of await this.#recovery.recover(claimed)) await this.#store.release(row);
  }

  async #isElsewhere({ owner }: Row): Promise<boolean> {
    const { nodePlaces } = this.#options;
    if (owner === "" || owner === nodePlaces.id) return false;
    return (await nodePlaces.urlOf(owner)) !== undefined;
  }

  #writerOf(row: Row, patience: Patience): RecordingWriter<Row> {
    const { invoke, log } = this.#options;
    const { account_id: accountId, region, bucket_name: bucketName } = row;
    const bucket = compositeWriter({
      ...{ bucketName, accountId, region, sourceArn: stageArnOf(row), invoke, ...patience, log },
      stopping: this.#stopping.signal,
    });
    const windowsChanged = () => this.#windows.check();
    return new RecordingWriter({ row, store: this.#store, bucket, log, windowsChanged });
  }
}
