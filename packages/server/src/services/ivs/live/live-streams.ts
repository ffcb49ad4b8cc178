import assert from "node:assert";
import type {
  CompositionEvent,
  EncoderAnswer,
  EncoderRequest,
  ForwardingEvent,
  IngestPorts,
  MediaEngine,
  MediaEvent,
  MediaHost,
  PublishDecision,
  PublishName,
  PublishRequest,
  PublishSecret,
  RecordingContinuation,
  RecordingObject,
  RecordingStart,
} from "@rolecast/media";
import { LruMap } from "../../../kernel/lru-map.ts";
import { LeaseLostError } from "../../../kernel/recordings/lease-lost.ts";
import { leaveKept } from "../../../kernel/recordings/left-recordings.ts";
import { bodyOf } from "../../../kernel/recordings/object-body.ts";
import { ReconnectWindows } from "../../../kernel/recordings/reconnect-windows.ts";
import {
  forgetFinished,
  LIVE,
  type Patience,
  RecordingRecovery,
} from "../../../kernel/recordings/recording-recovery.ts";
import { RecordingStore } from "../../../kernel/recordings/recording-store.ts";
import type { RecordingWriter } from "../../../kernel/recordings/recording-writer.ts";
import { multitrackPlan } from "../channels/multitrack.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { INGEST_PATH } from "../ingest-protocols.ts";
import { IVS_MEDIA_LIMITS } from "../media-limits.ts";
import { HandedOnRequests } from "../nodes/handed-on-requests.ts";
import { NodeLease } from "../nodes/node-lease.ts";
import { PeerSignature } from "../nodes/peer-signature.ts";
import { StreamDirectory } from "../nodes/stream-directory.ts";
import { ChannelRecordings } from "../recording/channel-recordings.ts";
import { newChannelWriter } from "../recording/channel-writer.ts";
import { claimOrphans, hasOrphans } from "../rows/orphans.ts";
import { SessionJournal } from "../sessions/session-journal.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";
import { Broadcast, type OpenedBroadcast } from "./broadcast.ts";
import { publishBroadcastEvents } from "./broadcast-events.ts";
import { answerEncoder } from "./broadcast-offer.ts";
import { CompositionHub } from "./composition-hub.ts";
import { ConcurrencyLimits } from "./concurrency-limits.ts";
import { ForwardingHub } from "./forwarding-hub.ts";
import { localStreams } from "./local-streams.ts";
import { NodeAdmission } from "./node-admission.ts";
import { type BroadcastToOpen, openBroadcast } from "./open-broadcast.ts";
import { PublicationHub } from "./publication-hub.ts";
import { contentionReason } from "./publish-contention.ts";
import { decidePublish, publishSecretOf, STREAM_ID_PREFIX } from "./publish-decision.ts";
import { PublishTurns } from "./publish-turns.ts";
import { RecordedTime } from "./recorded-time.ts";
import { RefusedPublishers } from "./refused-publishers.ts";
import { SessionRecovery } from "./session-recovery.ts";
import { ViewerCounter } from "./viewer-counter.ts";

/** The engine keeps an ended stream's segments about this long; then it is forgotten here. */
const ENDED_KEPT_MS = 120_000;
const ENGINE = { path: INGEST_PATH, limits: IVS_MEDIA_LIMITS };
/** Publishers that were let in and whose broadcast hasn't begun. */
const ADMITTED_MAX = 1_000;
const LEFT_OPEN = "A recording's bucket fails; the next start finishes it";

type SessionCreated = Extract<MediaEvent, { type: "session-created" }>;

/** Owns the media engine: admits publishers, publishes events, puts recordings into buckets. */
export class LiveStreams implements MediaHost {
  readonly compositions: CompositionHub;
  readonly forwarding: ForwardingHub;
  readonly publications: PublicationHub;
  readonly handedOn = new HandedOnRequests();
  readonly viewers: ViewerCounter;
  readonly recorded = new RecordedTime();
  readonly windows: ReconnectWindows<RecordingRow>;
  readonly directory: StreamDirectory;
  readonly limits: ConcurrencyLimits;
  readonly admission: NodeAdmission;
  readonly signature: PeerSignature;
  readonly node: NodeLease;
  #engine: MediaEngine;
  /** The ports that the engine had last; undefined before the first start. */
  ports: IngestPorts | undefined;
  #closed = false;
  #stopping = new AbortController();
  readonly #deps: IvsDependencies;
  readonly #journal: SessionJournal;
  readonly #recordings: RecordingStore<RecordingRow>;
  readonly #recovery: RecordingRecovery<RecordingRow>;
  readonly #sessions: SessionRecovery;
  /** By stream id. */
  readonly #broadcasts = new Map<string, Broadcast>();
  /** The last one of each channel, by the channel's ARN. */
  readonly #latest = new Map<string, Broadcast>();
  /** Recordings of dead nodes that the database kept from being finished; they are tried again. */
  #unfinished: readonly RecordingRow[] = [];
  /** Priorities of the publishers, by the id of the stream that each may begin. */
  readonly #admitted = new LruMap<string, number>(ADMITTED_MAX);
  readonly #turns = new PublishTurns({ isLive: (streamName) => this.#isLive(streamName) });
  readonly #refused: RefusedPublishers;

  constructor(deps: IvsDependencies) {
    this.#deps = deps;
    this.#refused = new RefusedPublishers(deps.log);
    this.compositions = new CompositionHub(deps.store, () => this.#engine.compositions);
    this.viewers = new ViewerCounter(deps.clock);
    const nodeId = () => this.node.id;
    this.node = new NodeLease({
      ...deps,
      url: () => deps.nodeUrl,
      lost: () => this.#stopAll(),
      looked: () => this.#takeOver(),
    });
    this.signature = new PeerSignature(deps.sealingKey);
    this.forwarding = new ForwardingHub(deps, this, () => this.#engine);
    this.directory = new StreamDirectory({
      ...deps,
      signature: this.signature,
      local: localStreams(this),
      isLive: (channelArn) => this.#isLive(channelArn),
      nodeId,
    });
    this.limits = new ConcurrencyLimits({
      ...deps,
      viewerCounts: (sessions) => this.directory.viewerCounts(sessions),
    });
    this.admission = new NodeAdmission({ ...deps, engine: () => this.#engine });
    const journal = new SessionJournal({ ...deps, nodeId });
    this.#journal = journal;
    this.#sessions = new SessionRecovery({ ...deps, journal, here: () => this.#here() });
    this.#recordings = new RecordingStore(deps.store, new ChannelRecordings(this.#journal), nodeId);
    this.windows = new ReconnectWindows({
      ...{ ...deps, store: this.#recordings },
      writerOf: (row) => this.#writerOf(row, LIVE),
    });
    this.#recovery = new RecordingRecovery({
      ...{ store: this.#recordings, media: deps.media, log: deps.log },
      nowMs: () => deps.clock.nowMs(),
      writerOf: (row, patience) => this.#writerOf(row, patience),
    });
    this.publications = new PublicationHub(() => this.#engine.recordings, deps);
    this.#engine = this.#newEngine();
  }

  get engine(): MediaEngine {
    return this.#engine;
  }

  #newEngine(): MediaEngine {
    return this.#deps.media.createEngine(this.publications.around(this), ENGINE, this.ports);
  }

  /** Finishes what an earlier process left open, then listens for encoders. */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    await this.node.register();
    if (this.#deps.store.shared) await this.#takeOver();
    else await this.#recover(await this.#recordings.unfinished());
    await this.windows.start();
    if (this.#closed) this.#engine = this.#newEngine();
    this.#closed = false;
    this.ports = await this.#engine.start();
    this.admission.start();
    this.node.start();
  }

  /**
   * Ends every stream and waits until its recording is finished and its end published, unless its
   * bucket fails. Those recordings, and others in their reconnect window, go on waiting: the next
   * start takes them up.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.admission.close();
    await this.#engine.close();
    this.#stopping.abort();
    const broadcasts = [...this.#broadcasts.values()].map((broadcast) => broadcast.drained());
    await Promise.all([this.#recovery.close(), ...broadcasts]);
    await this.windows.close();
    await this.publications.leave(() => leaveKept(this.#deps, this.#recordings, this.node));
    await this.node.close();
  }

  /** Forgets the broadcasts, whose rows are gone. */
  async reset(): Promise<void> {
    const names = [...this.#latest.keys()];
    this.#broadcasts.clear();
    this.#latest.clear();
    for (const name of names) await this.#engine.stopStream(name);
  }

  async authorizePublish(request: PublishRequest): Promise<PublishDecision> {
    const decision = () => this.#decide(request);
    // Its name is good for moments, and the other node has let it wait.
    return this.forwarding.encoders.has(request)
      ? decision()
      : this.#turns.decide(request, decision);
  }

  async #decide(request: PublishRequest): Promise<PublishDecision> {
    const { store, ids } = this.#deps;
    const { db } = store.tables<IvsTables>();
    const { refusal } = this.admission;
    const forwarded = await this.forwarding.decide(request, refusal);
    if (forwarded) return forwarded;
    const decision = await decidePublish(request, db, ids);
    this.#refused.decided(request.connectionId, decision);
    if (!decision.allow) return { allow: false, reason: decision.reason };
    if (refusal !== undefined && !this.#isLive(decision.streamName))
      return { allow: false, reason: refusal };
    if (!(await this.limits.admitsStream(decision.streamName)))
      return { allow: false, reason: "the account has its quota of concurrent streams" };
    if (!store.shared) return decision;
    const { priority } = request;
    const contender = { channelArn: decision.streamName, priority, ...this.#here() };
    const reason = await contentionReason(contender, db);
    if (reason !== undefined) return { allow: false, reason };
    if (priority !== undefined) this.#admitted.set(decision.streamId, priority);
    return decision;
  }

  publishSecret(name: PublishName): Promise<PublishSecret | undefined> {
    return publishSecretOf(name, this.#deps.store.tables<IvsTables>().db);
  }

  answerEncoder(request: EncoderRequest): Promise<EncoderAnswer | undefined> {
    const { db } = this.#deps.store.tables<IvsTables>();
    return answerEncoder(request, { engine: this.#engine, db, log: this.#deps.log });
  }

  event(event: MediaEvent): void {
    this.admission.note(event);
    this.#turns.note(event);
    switch (event.type) {
      case "publish-refused":
        this.#refused.note(event);
        break;
      case "session-created":
        this.#open(event);
        break;
      case "recording-interrupted":
        this.recorded.end(event.streamId);
        if (!this.#closed) this.#recoverOne(event.streamId);
        else this.#deps.log.warn({ streamId: event.streamId }, LEFT_OPEN);
        break;
      default: {
        const broadcast = this.#broadcasts.get(event.streamId);
        if (event.type === "recording-progress") this.recorded.note(event);
        else if (broadcast) publishBroadcastEvents(event, broadcast, this.#journal, this.#deps.log);
        if (event.type === "recording-complete" || event.type === "recording-failed")
          this.recorded.end(event.streamId);
      }
    }
  }

  composed(event: CompositionEvent): void {
    this.compositions.publish(event);
  }

  forwarded(event: ForwardingEvent): void {
    this.forwarding.publish(event);
  }

  async startRecording(start: RecordingStart): Promise<RecordingContinuation> {
    const broadcast = this.#broadcasts.get(start.streamId);
    assert(broadcast, "a recording is started for a broadcast that was announced");
    try {
      return await broadcast.startRecording(start);
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
    await writer.put({ ...object, body: bodyOf(object, this.#deps.media.keptRecordings) });
  }

  /** The broadcast of a channel that playback may show: running, or ended a moment ago. */
  playable(channelArn: string): Broadcast | undefined {
    return this.#latest.get(channelArn);
  }

  /** Resolves when the engine's events of a channel so far are written down. */
  async settled(channelArn: string): Promise<void> {
    await this.#latest.get(channelArn)?.session.drained();
  }

  #isLive(channelArn: string): boolean {
    const broadcast = this.#latest.get(channelArn);
    return broadcast !== undefined && !broadcast.lost && broadcast.endedAtMs === undefined;
  }

  #here() {
    const isHere = (streamId: string) => this.#broadcasts.get(streamId)?.lost === false;
    return { nodeId: this.node.id, isHere };
  }

  /** Ends what no living node has: sessions and recordings of nodes that died, or gave them up. */
  async #takeOver(): Promise<void> {
    const store = this.#deps.store.tables<IvsTables>();
    for (const recording of this.#unfinished) await this.#recordings.release(recording);
    const orphans = (await hasOrphans(store, this.node))
      ? await claimOrphans(store, this.node)
      : [];
    await this.#recover(orphans);
    await this.windows.check();
  }

  async #recover(recordings: readonly RecordingRow[]): Promise<void> {
    this.#unfinished = await this.#recovery.recover(recordings);
    await this.#sessions.closeOpen();
    const isLive = (id: string) => this.#broadcasts.get(id)?.recordingOver === false;
    const own = { idPrefix: STREAM_ID_PREFIX, isLive };
    await forgetFinished(this.#deps.media.keptRecordings, this.#recordings, own);
  }

  /** Nothing of them is published or recorded any more: they belong to another node. */
  async #stopAll(): Promise<void> {
    for (const broadcast of this.#broadcasts.values()) broadcast.lost = true;
    const streams = await this.#engine.streams();
    await Promise.all(streams.map(({ streamName }) => this.#engine.stopStream(streamName)));
  }

  #open(event: SessionCreated): void {
    this.#forgetEnded(event.atMs);
    const opened = this.#openRows(event);
    this.#turns.began(event.streamId, opened);
    const { streamId, streamName } = event;
    const broadcast = new Broadcast(streamId, streamName, opened, (error) => {
      if (error instanceof LeaseLostError)
        this.#deps.log.warn({ streamId }, "Another node has taken over this stream");
      else this.#deps.log.error({ err: error, streamId }, "A broadcast's task failed");
    });
    broadcast.recordingOver = !event.recording;
    this.#broadcasts.set(event.streamId, broadcast);
    this.#latest.set(event.streamName, broadcast);
    broadcast.session.add(async () => {
      if (!(await opened.then(Boolean, () => false))) await this.#drop(broadcast);
    });
  }

  /** No caller could see or stop a stream that has no session. */
  async #drop(broadcast: Broadcast): Promise<void> {
    const { streamName } = broadcast;
    await this.#engine.stopStream(streamName);
    broadcast.endedAtMs = this.#deps.clock.nowMs();
    // The channel's stream may be another node's.
    if (this.#latest.get(streamName) === broadcast) this.#latest.delete(streamName);
  }

  async #openRows(event: SessionCreated): Promise<OpenedBroadcast | undefined> {
    const { store, ids } = this.#deps;
    const priority = this.#admitted.get(event.streamId) ?? 0;
    // Only a higher priority was let in beside another node's stream: that one ends now.
    if (store.shared && priority > 0) {
      const owner = await this.directory.elsewhere(event.streamName);
      await owner?.stopStream(event.streamName);
    }
    const { streamsMax } = this.limits;
    const broadcast: BroadcastToOpen = { ...event, priority, owner: this.node.id, streamsMax };
    const rows = await openBroadcast(broadcast, store, this.#journal, ids);
    if (!rows) return undefined;
    const { channel, recording, ...rest } = rows;
    const multitrack = multitrackPlan(channel) !== undefined;
    return { ...rest, multitrack, recording: recording && this.#writerOf(recording, LIVE) };
  }

  /** The engine's worker died that was recording the stream. */
  #recoverOne(streamId: string): void {
    this.#broadcasts.get(streamId)?.recording.add(() => this.#recovery.recoverStream(streamId));
  }

  #writerOf(row: RecordingRow, patience: Patience): RecordingWriter<RecordingRow> {
    return newChannelWriter(row, {
      ...{ deps: this.#deps, store: this.#recordings, patience },
      stopping: this.#stopping.signal,
      windowsChanged: () => this.windows.check(),
    });
  }

  #forgetEnded(nowMs: number): void {
    for (const [streamId, broadcast] of this.#broadcasts) {
      const { endedAtMs, streamName, recordingOver } = broadcast;
      if (endedAtMs === undefined || nowMs - endedAtMs < ENDED_KEPT_MS || !recordingOver) continue;
      this.#broadcasts.delete(streamId);
      if (this.#latest.get(streamName) === broadcast) this.#latest.delete(streamName);
      this.viewers.forget(streamId);
    }
  }
}
