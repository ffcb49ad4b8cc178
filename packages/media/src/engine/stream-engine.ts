import { strict as assert } from "node:assert";
import { performance } from "node:perf_hooks";
import { Broadcast } from "../broadcast/broadcast.ts";
import { Compositor } from "../compositor/compositor.ts";
import { LiveChannel } from "../hls/live-channel.ts";
import type { SegmentShelf } from "../hls/segment-shelf.ts";
import type { ConnectionSource } from "../ingest/connection-source.ts";
import { EncoderDoors } from "../ingest/encoder-doors.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { IngestProtocol, ProtocolForwarding } from "../ingest/protocol.ts";
import { forwardingOf, type IngestEngine, openProtocols } from "../ingest/protocol-port.ts";
import { refusalOf } from "../ingest/publish-elsewhere.ts";
import { PRIORITY_OUT_OF_RANGE } from "../ingest/publish-name.ts";
import type { UntimedForwardingEvent } from "../port/forwarding.ts";
import type {
  AdBreakInsertion,
  EngineHealth,
  IngestPorts,
  MediaArrival,
  MediaEngine,
  MediaPosition,
  StreamStatus,
} from "../port/handle.ts";
import type { MediaHost } from "../port/host.ts";
import { defaultMediaLimits, type MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { PublishAnswer, PublishOffer, WatchOffer } from "../port/offer.ts";
import type { AllowedPublish, ForwardedPublish, PublishRequest } from "../port/publish.ts";
import { SpillFolder } from "../recording/spill-folder.ts";
import { ThumbnailDecoder } from "../recording/thumbnail-decoder.ts";
import { inBackground } from "../runtime/in-background.ts";
import type { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import { BroadcastViewers } from "./broadcast-viewers.ts";
import { ConnectionGate } from "./connection-gate.ts";
import type { StreamEngineOptions, StreamEngineParts } from "./engine-parts.ts";
import { finishRecordings } from "./finish-recordings.ts";
import { ForwardedPublishers, requireHere } from "./forwarded-publishers.ts";
import { PublicationMirrors } from "./publication-mirrors.ts";
import { PublicationRecordings } from "./publication-recordings.ts";
import type { RelayPublisher } from "./relay-publisher.ts";
import { transcodePlan } from "./transcode-plan.ts";

const SWEEP_MS = 1_000;

/**
 * Composes ingest, broadcasts and playback in one process. `MediaEngine`'s methods only take and
 * give plain data.
 */
export class StreamEngine implements MediaEngine {
  readonly forwarding: ProtocolForwarding;
  readonly mirrors: PublicationMirrors;
  readonly recordings: PublicationRecordings;
  readonly compositions: Compositor;
  readonly #viewers = new BroadcastViewers(() => this.forwarding);
  readonly #host: MediaHost;
  readonly #limits: MediaLimits;
  readonly #now: () => number;
  readonly #ffmpeg: string | undefined;
  readonly #thumbnailDecoder: ThumbnailDecoder | undefined;
  readonly #spill: SpillFolder | undefined;
  readonly #shelf: SegmentShelf | undefined;
  readonly #capacity: TranscodeCapacity;
  readonly #protocols: readonly IngestProtocol[];
  readonly #connections: ConnectionSource;
  readonly #doors: EncoderDoors;
  readonly #gate: ConnectionGate;
  readonly #idPrefix: string;
  readonly #relay: RelayPublisher | undefined;
  readonly #broadcasts = new Map<string, Broadcast>();
  readonly #live = new Map<string, LiveChannel>();
  readonly #forwarded: ForwardedPublishers;
  /** Recordings that are being finished after their broadcast. */
  readonly #finishing = new Set<Broadcast>();
  #state: "new" | "started" | "closed" = "new";
  #sweeper: NodeJS.Timeout | undefined;
  #protocolErrors = 0;
  #refusedPublishes = 0;

  constructor(options: StreamEngineOptions, host: MediaHost, parts: StreamEngineParts) {
    this.#host = host;
    this.#limits = { ...defaultMediaLimits, ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#ffmpeg = options.ffmpeg;
    this.#spill = options.spill && new SpillFolder(options.spill);
    this.#shelf = this.#spill?.shelf(this.#limits.segmentBytesMax);
    this.#thumbnailDecoder = options.ffmpeg ? new ThumbnailDecoder(options.ffmpeg) : undefined;
    this.#capacity = parts.capacity;
    this.recordings = new PublicationRecordings(() => this.forwarding, {
      ...{ host, limits: this.#limits, now: this.#now, spill: this.#spill },
      thumbnailDecoder: this.#thumbnailDecoder,
    });
    this.#protocols = parts.protocols;
    this.forwarding = forwardingOf(parts.protocols);
    const { forwarding } = this;
    const publish = (event: UntimedForwardingEvent): void =>
      host.forwarded?.({ ...event, atMs: this.#now() });
    this.#forwarded = new ForwardedPublishers({
      ...{ forwarding, relay: parts.relay, publish },
      tracksDeadlineMs: this.#limits.videoDeadlineMs,
    });
    this.mirrors = new PublicationMirrors({ protocols: parts.protocols, forwarding, publish });
    this.compositions = new Compositor({
      ...{ program: options.ffmpeg, capacity: parts.capacity, idPrefix: parts.idPrefix ?? "" },
      ...{ tagBytesMax: this.#limits.messageBytesMax, forwarding },
      publish: (publisher, request) => this.#publish(publisher, request),
      record: (recording, onFailed) => this.recordings.record(recording, onFailed),
      onEvent: (event) => host.composed?.({ ...event, atMs: this.#now() }),
    });
    this.#connections = parts.connections;
    this.#doors = new EncoderDoors(parts.protocols, parts.connections);
    const { proxies } = options;
    this.#gate = new ConnectionGate({ host, limits: this.#limits, now: this.#now, proxies });
    this.#idPrefix = parts.idPrefix ?? "";
    this.#relay = parts.relay;
  }

  async start(): Promise<IngestPorts> {
    if (this.#state !== "new") {
      throw new MediaError("engine", "a media engine starts once");
    }
    this.#state = "started";
    try {
      await this.#spill?.open();
      await this.#shelf?.open();
      const ports = await openProtocols(this.#protocols, this.#ingest());
      this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
      return ports;
    } catch (error) {
      // Some of the ports may be open: a failed start leaves none of them open.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#state === "closed") {
      return;
    }
    this.#state = "closed";
    clearInterval(this.#sweeper);
    await this.compositions.close();
    for (const broadcast of [...this.#broadcasts.values()]) {
      broadcast.end("engine-closed", "the server stops");
    }
    this.#connections.close();
    this.#gate.close();
    await Promise.all(this.#protocols.map((protocol) => protocol.close()));
    await finishRecordings(() => this.#all(), this.recordings, this.#limits.closeTimeoutMs);
    for (const live of this.#live.values()) {
      live.close();
    }
    this.#live.clear();
    await this.#shelf?.close();
    await this.#spill?.close();
  }

  async admitPublishers(isOpen: boolean): Promise<void> {
    await this.#doors.set(isOpen);
  }

  async negotiate(protocol: string, offer: PublishOffer): Promise<PublishAnswer> {
    return this.#doors.negotiate(protocol, offer);
  }

  async hangUp(protocol: string, session: string): Promise<boolean> {
    const found = this.#protocols.find(({ name }) => name === protocol);
    return (await found?.hangUp?.(session)) ?? false;
  }

  watch(offer: WatchOffer) {
    return this.#viewers.watch(this.#broadcasts.get(offer.streamName), offer);
  }

  async stopStream(streamName: string): Promise<boolean> {
    const broadcast = this.#broadcasts.get(streamName);
    broadcast?.end("stopped", "the stream was stopped");
    await broadcast?.ending.concluded;
    return broadcast !== undefined;
  }

  async putMetadata(streamName: string, text: string): Promise<boolean> {
    return this.#broadcasts.get(streamName)?.putMetadata(text) ?? false;
  }

  async insertAdBreak(
    streamName: string,
    id: string,
    durationMs: number,
  ): Promise<AdBreakInsertion> {
    return this.#broadcasts.get(streamName)?.insertAdBreak(id, durationMs) ?? "offline";
  }

  async multivariantPlaylist(
    streamName: string,
    baseUrl: string,
    heightMax?: number,
  ): Promise<string | undefined> {
    return this.#live.get(streamName)?.multivariantPlaylist(baseUrl, heightMax);
  }

  async renditionHeight(streamName: string, rendition: string): Promise<number | undefined> {
    return this.#live.get(streamName)?.renditionHeight(rendition);
  }

  async mediaPlaylist(
    streamName: string,
    rendition: string,
    heightMax?: number,
  ): Promise<string | undefined> {
    return this.#live.get(streamName)?.mediaPlaylist(rendition, heightMax);
  }

  async awaitMedia(
    streamName: string,
    rendition: string,
    position: MediaPosition,
  ): Promise<MediaArrival> {
    return this.#live.get(streamName)?.awaitMedia(rendition, position) ?? "never";
  }

  async part(
    streamName: string,
    rendition: string,
    sequence: number,
    part: number,
  ): Promise<Uint8Array | undefined> {
    return this.#live.get(streamName)?.part(rendition, sequence, part);
  }

  async segment(
    streamName: string,
    rendition: string,
    sequence: number,
  ): Promise<Uint8Array | undefined> {
    return this.#live.get(streamName)?.segment(rendition, sequence);
  }

  async initSection(
    streamName: string,
    rendition: string,
    name: string,
  ): Promise<Uint8Array | undefined> {
    return this.#live.get(streamName)?.init(rendition, name);
  }

  async streams(): Promise<StreamStatus[]> {
    return [...this.#broadcasts.values()].map((broadcast) => broadcast.status());
  }

  async health(): Promise<EngineHealth> {
    const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
    const all = this.#all();
    return {
      listening: this.#state === "started",
      ffmpeg: this.#ffmpeg ?? "none",
      transcodes: this.#capacity.ladders,
      transcodeCoresUsed: Math.round(this.#capacity.usedCores * 100) / 100,
      transcodeCores: this.#capacity.cores,
      connections: sum(this.#protocols.map(({ connections }) => connections)),
      streams: this.#broadcasts.size,
      protocolErrors: this.#protocolErrors + this.#gate.refused,
      refusedPublishes: this.#refusedPublishes,
      segmentBytes: sum([...this.#live.values()].map((live) => live.bytes)),
      recordingPendingBytes:
        this.recordings.pendingBytes +
        sum(all.map((one) => one.status().recording?.pendingBytes ?? 0)),
      recordingSpilledBytes: this.#spill?.bytes ?? 0,
    };
  }

  async #publish(publisher: Publisher, request: PublishRequest): Promise<MediaSink> {
    const { priority } = request;
    const decision = await this.#host.authorizePublish(request);
    if (!decision.allow) {
      throw refusalOf(decision);
    }
    const isHere = publisher.open && this.#state === "started";
    if ("forward" in decision) {
      return this.#forwarded.take(publisher, decision, isHere);
    }
    requireHere(isHere);
    if (decision.elsewhere === true) {
      assert(this.#relay, "only an engine of several hears of others");
      return this.#relay(publisher, { streamName: decision.streamName, priority });
    }
    return this.admit(publisher, priority, decision);
  }

  /** A publisher that was let in begins its publication here. Throws MediaError `refused`. */
  protected forward(publisher: Publisher, decision: ForwardedPublish): MediaSink {
    return this.#forwarded.open(publisher, decision);
  }

  /**
   * A publisher that was let in begins its broadcast here, or contends for it. Throws MediaError
   * `refused`.
   */
  protected admit(
    publisher: Publisher,
    priority: number | undefined,
    decision: AllowedPublish,
  ): MediaSink {
    const running = this.#broadcasts.get(decision.streamName);
    if (running === undefined && priority === PRIORITY_OUT_OF_RANGE) {
      const range = `from 1 to ${this.#limits.priorityMax}`;
      throw new MediaError("refused", `the priority is not a number ${range}`);
    }
    return running?.contend(publisher, priority) ?? this.#begin(publisher, priority, decision);
  }

  /**
   * A publisher of another engine contends for a broadcast of this one. Throws MediaError
   * `refused`.
   */
  join(publisher: Publisher, streamName: string, priority: number | undefined): MediaSink {
    const running = this.#broadcasts.get(streamName);
    if (running !== undefined) {
      return running.contend(publisher, priority);
    }
    throw new MediaError("refused", "the channel's last stream is just ending");
  }

  /** The engine as the ports of its protocols see it. */
  #ingest(): IngestEngine {
    return {
      host: this.#host,
      limits: this.#limits,
      idPrefix: this.#idPrefix,
      now: this.#now,
      carries: () => true,
      publish: (publisher, request) => this.#publish(publisher, request),
      countRefused: (isProtocolError) => {
        this.#protocolErrors += Number(isProtocolError);
        this.#refusedPublishes += Number(!isProtocolError);
      },
      addressOf: (socket) => this.#gate.addressOf(socket),
      listen: ({ name }, at, accept) =>
        this.#connections.listen(name, at, (socket) =>
          this.#gate.admit(socket, at.own === true, accept),
        ),
    };
  }

  /** The operating system could not give us a connection. */
  connectionFailed(): void {
    this.#refusedPublishes += 1;
  }

  #begin(publisher: Publisher, priority: number | undefined, decision: AllowedPublish): MediaSink {
    const { streamName, streamId, recording, playlistWindowSegments } = decision;
    const live =
      this.#live.get(streamName) ??
      new LiveChannel(this.#limits, () => performance.now(), this.#shelf);
    this.#live.set(streamName, live);
    const broadcast = new Broadcast({
      ...{ streamName, streamId, recording },
      thumbnailDecoder: this.#thumbnailDecoder,
      spill: this.#spill,
      ...{ live, sourceLimits: decision.sourceLimits },
      ...{ container: decision.container ?? "mpegts", multitrack: decision.multitrack },
      transcode: transcodePlan(this.#ffmpeg, decision, this.#capacity),
      listedSegments: playlistWindowSegments,
      lowLatency: decision.lowLatency ?? false,
      host: this.#host,
      limits: this.#limits,
      now: this.#now,
      monotonicMs: () => performance.now(),
      onOver: () => this.#over(broadcast),
    });
    this.#broadcasts.set(streamName, broadcast);
    return broadcast.start(publisher, priority);
  }

  /** Those that have a publisher, and those whose recordings are being finished. */
  #all(): readonly Broadcast[] {
    return [...this.#broadcasts.values(), ...this.#finishing];
  }

  #over(broadcast: Broadcast): void {
    this.#broadcasts.delete(broadcast.streamName);
    this.#finishing.add(broadcast);
    inBackground(broadcast.ending.recorded.then(() => this.#finishing.delete(broadcast)));
  }

  #sweep(): void {
    const monotonicMs = performance.now();
    for (const broadcast of this.#all()) {
      broadcast.sweep(monotonicMs);
    }
    this.#forwarded.sweep(monotonicMs);
    for (const [streamName, live] of this.#live) {
      if (live.expired(monotonicMs) && !this.#broadcasts.has(streamName)) {
        this.#live.delete(streamName);
        live.close();
      }
    }
  }
}
