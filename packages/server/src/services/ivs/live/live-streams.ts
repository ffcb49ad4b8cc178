import assert from "node:assert";
import type {
  MediaEngine,
  MediaEvent,
  MediaHost,
  PublishDecision,
  PublishRequest,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import type { IvsDependencies } from "../dependencies.ts";
import type { IngestPorts } from "../media-port.ts";
import { ReconnectWindows } from "../recording/reconnect-windows.ts";
import {
  LIVE_PATIENCE_MS,
  RecordingBucketWriter,
  STARTUP_PATIENCE_MS,
} from "../recording/recording-bucket-writer.ts";
import {
  type RecordingRecoveryOptions,
  recoverRecordings,
} from "../recording/recording-recovery.ts";
import { RecordingStore } from "../recording/recording-store.ts";
import { RecordingWriter } from "../recording/recording-writer.ts";
import { RoleSession } from "../recording/role-session.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { Broadcast, type OpenedBroadcast } from "./broadcast.ts";
import { tellBroadcast } from "./broadcast-events.ts";
import { type BroadcastToOpen, openBroadcast } from "./open-broadcast.ts";
import { decidePublish } from "./publish-decision.ts";
import { SessionJournal } from "./session-journal.ts";
import { closeOpenSessions } from "./session-recovery.ts";
import { ViewerCounter } from "./viewer-counter.ts";

/** The engine keeps an ended stream's segments about this long; then it is forgotten here. */
const ENDED_KEPT_MS = 120_000;

/** The owner of the media engine: who may publish, what is told, where recordings go. */
export class LiveStreams implements MediaHost {
  readonly viewers: ViewerCounter;
  readonly windows: ReconnectWindows;
  #engine: MediaEngine;
  /** Where the engine listened last; undefined before the first start. */
  #ports: IngestPorts | undefined;
  #closed = false;
  #stopping = new AbortController();
  readonly #deps: IvsDependencies;
  readonly #journal: SessionJournal;
  readonly #recordings: RecordingStore;
  /** By stream id. */
  readonly #broadcasts = new Map<string, Broadcast>();
  /** The last one of each channel, by the channel's ARN. */
  readonly #latest = new Map<string, Broadcast>();

  constructor(deps: IvsDependencies) {
    this.#deps = deps;
    this.viewers = new ViewerCounter(deps.clock);
    this.#journal = new SessionJournal(deps);
    this.#recordings = new RecordingStore(deps.store, this.#journal);
    this.windows = new ReconnectWindows({
      store: this.#recordings,
      clock: deps.clock,
      log: deps.log,
      writerOf: (row) => this.#writerOf(row, LIVE_PATIENCE_MS),
    });
    this.#engine = deps.media.createEngine(this);
  }

  get engine(): MediaEngine {
    return this.#engine;
  }

  get ports(): IngestPorts | undefined {
    return this.#ports;
  }

  /** Finishes what an earlier process left open, then listens for encoders. */
  async start(): Promise<void> {
    const { store, media } = this.#deps;
    this.#stopping = new AbortController();
    const unfinished = await this.#recordings.unfinished();
    await recoverRecordings(unfinished, this.#recovery(STARTUP_PATIENCE_MS));
    await closeOpenSessions(store.tables<IvsTables>(), this.#journal);
    await this.windows.start();
    if (this.#closed) this.#engine = media.createEngine(this, this.#ports);
    this.#closed = false;
    this.#ports = await this.#engine.start();
  }

  /**
   * Ends every stream and waits until its recording is finished and told. Recordings in their
   * reconnect window go on waiting: the next start takes them up.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#engine.close();
    this.#stopping.abort();
    await Promise.all([...this.#broadcasts.values()].map((broadcast) => broadcast.drained()));
    await this.windows.close();
  }

  /** Forgets the broadcasts, whose rows are gone. */
  async reset(): Promise<void> {
    const names = [...this.#latest.keys()];
    this.#broadcasts.clear();
    this.#latest.clear();
    for (const name of names) await this.#engine.stopStream(name);
  }

  authorizePublish(request: PublishRequest): Promise<PublishDecision> {
    const { store, ids } = this.#deps;
    return decidePublish(request, store.tables<IvsTables>().db, ids);
  }

  event(event: MediaEvent): void {
    switch (event.type) {
      case "publish-refused": {
        const { connectionId, remoteAddress, reason } = event;
        this.#deps.log.info({ connectionId, remoteAddress, reason }, "A publisher was refused");
        break;
      }
      case "session-created":
        this.#open(event);
        break;
      case "recording-interrupted":
        this.#recoverOne(event.streamId);
        break;
      default: {
        const broadcast = this.#broadcasts.get(event.streamId);
        if (broadcast) tellBroadcast(event, broadcast, this.#journal, this.#deps.log);
      }
    }
  }

  async startRecording(start: RecordingStart): Promise<RecordingContinuation> {
    const broadcast = this.#broadcasts.get(start.streamId);
    assert(broadcast, "a recording is started for a broadcast that was told");
    try {
      return await broadcast.recording.run(async () => {
        const opened = await broadcast.opened;
        if (!opened?.recording) throw new Error("The channel has gone");
        if (opened.recordingBound === "fail") {
          await opened.recording.failStart(start.startedAtMs, true);
          throw new Error("The recording configuration is CREATE_FAILED");
        }
        return await opened.recording.start(start);
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#deps.log.warn({ streamId: start.streamId, message }, "Recording did not start");
      throw error;
    }
  }

  async putRecordingObject(object: RecordingObject): Promise<void> {
    const broadcast = this.#broadcasts.get(object.streamId);
    const writer = (await broadcast?.opened)?.recording;
    assert(writer, "what is put belongs to a recording that has started");
    await writer.put(object);
  }

  /** The broadcast of a channel that playback may show: running, or ended a moment ago. */
  playable(channelArn: string): Broadcast | undefined {
    return this.#latest.get(channelArn);
  }

  /** Resolves when what the engine told of a channel so far is written down. */
  async settled(channelArn: string): Promise<void> {
    await this.#latest.get(channelArn)?.session.drained();
  }

  #open(event: BroadcastToOpen): void {
    this.#forgetEnded(event.atMs);
    const opened = this.#openRows(event);
    const broadcast = new Broadcast(event.streamId, event.streamName, opened, (error) =>
      this.#deps.log.error({ err: error, streamId: event.streamId }, "A broadcast's task failed"),
    );
    this.#broadcasts.set(event.streamId, broadcast);
    this.#latest.set(event.streamName, broadcast);
    // Nobody could see or stop a stream that has no session.
    broadcast.session.add(async () => {
      const isOpen = await opened.then(Boolean, () => false);
      if (!isOpen) await this.#engine.stopStream(event.streamName);
    });
  }

  async #openRows(event: BroadcastToOpen): Promise<OpenedBroadcast | undefined> {
    const { store, ids } = this.#deps;
    const rows = await openBroadcast(event, store, this.#journal, ids);
    if (!rows) return undefined;
    return {
      subject: rows.subject,
      rules: rows.rules,
      recordingBound: rows.recordingBound,
      recording: rows.recording && this.#writerOf(rows.recording, LIVE_PATIENCE_MS),
    };
  }

  /** The engine's worker died that was recording the stream. */
  #recoverOne(streamId: string): void {
    this.#broadcasts.get(streamId)?.recording.add(async () => {
      const unfinished = await this.#recordings.unfinished();
      const own = unfinished.filter((row) => row.last_stream_id === streamId);
      await recoverRecordings(own, this.#recovery(LIVE_PATIENCE_MS));
    });
  }

  #recovery(patienceMs: number): RecordingRecoveryOptions {
    const { log, clock, media } = this.#deps;
    return {
      store: this.#recordings,
      media,
      log,
      nowMs: () => clock.nowMs(),
      writerOf: (row) => this.#writerOf(row, patienceMs),
    };
  }

  #writerOf(row: RecordingRow, patienceMs: number): RecordingWriter {
    const { invoke, sessions, clock, log } = this.#deps;
    const { account_id: accountId, region, bucket_name: bucketName } = row;
    const sessionName = `ivs-recording-${row.recording_id}`;
    const session = new RoleSession({ accountId, region, sessionName, invoke, sessions, clock });
    const bucket = new RecordingBucketWriter({
      bucketName,
      accountId,
      region,
      session,
      invoke,
      patienceMs,
      stopping: this.#stopping.signal,
    });
    return new RecordingWriter({
      row,
      store: this.#recordings,
      bucket,
      log,
      windowsChanged: () => this.windows.check(),
    });
  }

  #forgetEnded(nowMs: number): void {
    for (const [streamId, broadcast] of this.#broadcasts) {
      const { endedAtMs, streamName } = broadcast;
      if (endedAtMs === undefined || nowMs - endedAtMs < ENDED_KEPT_MS) continue;
      this.#broadcasts.delete(streamId);
      if (this.#latest.get(streamName) === broadcast) this.#latest.delete(streamName);
      this.viewers.forget(streamId);
    }
  }
}
