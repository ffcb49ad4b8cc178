import { rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { ConnectionPlaces } from "../engine/connection-places.ts";
import { TcpListeners } from "../ingest/connection-source.ts";
import { EncoderDoors } from "../ingest/encoder-doors.ts";
import type { IngestProtocol } from "../ingest/protocol.ts";
import { openProtocols } from "../ingest/protocol-port.ts";
import type { MediaEvent } from "../port/events.ts";
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
import type { MediaEngineOptions } from "../port/options.ts";
import { inBackground } from "../runtime/in-background.ts";
import { PoolCompositions } from "./pool-compositions.ts";
import { PoolForwarding } from "./pool-forwarding.ts";
import { sumOfHealth } from "./pool-health.ts";
import { PoolIngest } from "./pool-ingest.ts";
import { RelayRoutes } from "./relay-routes.ts";
import { SegmentCache } from "./segment-cache.ts";
import { StreamOwners } from "./stream-owners.ts";
import { StreamPlaces } from "./stream-places.ts";
import { answerOf } from "./worker-answer.ts";
import { WorkerHost } from "./worker-host.ts";
import { workerOptions } from "./worker-options.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Media that viewers ask for is kept here once, beside the worker that made it. */
const CACHE_BYTES_MAX = 128 * 1024 * 1024;
/** A worker that dies is replaced at once; one that keeps dying, after ever longer. */
const RESTART_DELAY_MS = 100;
const RESTART_DELAY_MAX_MS = 10_000;
/** Beyond the time in which a worker's engine closes by itself. */
const CLOSE_GRACE_MS = 5_000;

/**
 * An engine of several processes. This one listens, hands each connection to the worker with the
 * fewest, asks the host for all of them and serves playback of each worker's streams; a stream is
 * carried by one worker.
 */
export class WorkerPool implements MediaEngine {
  readonly #options: MediaEngineOptions;
  readonly #limits: MediaLimits;
  readonly #host: MediaHost;
  readonly #protocols: readonly IngestProtocol[];
  readonly #listeners: TcpListeners;
  readonly #doors: EncoderDoors;
  readonly #ingest: PoolIngest;
  readonly forwarding: PoolForwarding;
  readonly mirrors: PoolForwarding;
  readonly recordings: PoolForwarding;
  readonly compositions: PoolCompositions;
  /** All that haven't gone, and those of them that take connections. */
  readonly #processes = new Set<WorkerProcess>();
  readonly #workers = new Set<WorkerProcess>();
  readonly #owners = new StreamOwners<WorkerProcess>();
  readonly #routes = new RelayRoutes();
  readonly #places: StreamPlaces<WorkerProcess>;
  readonly #segments: SegmentCache;
  /** Workers that are being replaced, and the events still to be published for those that died. */
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #concluding = new Set<Promise<void>>();
  #state: "new" | "started" | "closed" = "new";
  #spawned = 0;
  #restarted = 0;
  #refused = 0;

  constructor(options: MediaEngineOptions, host: MediaHost, protocols: readonly IngestProtocol[]) {
    this.#options = options;
    this.#host = host;
    this.#limits = { ...defaultMediaLimits, ...options.limits };
    this.#protocols = protocols;
    const onRefused = (): void => {
      this.#refused += 1;
    };
    this.#listeners = new TcpListeners({ host: options.host, paused: true, onFailed: onRefused });
    this.#doors = new EncoderDoors(protocols, this.#listeners);
    this.#ingest = new PoolIngest({
      ...{ host, limits: this.#limits, owners: this.#owners, routes: this.#routes },
      idlest: () => this.#idlest(),
      connections: this.#listeners,
      places: new ConnectionPlaces(this.#limits),
      handOver: (protocol, socket) => this.#handOver(protocol, socket),
      onRefused,
    });
    this.forwarding = new PoolForwarding({
      ...{ idlest: () => this.#idlest(), now: () => Date.now() },
      publish: (event) => host.forwarded?.(event),
    });
    this.mirrors = this.forwarding;
    this.recordings = this.forwarding;
    this.compositions = new PoolCompositions(this.forwarding, (event) => host.composed?.(event));
    const { endedStreamKeptMs, segmentsKeptMs } = this.#limits;
    this.#places = new StreamPlaces(endedStreamKeptMs, () => performance.now());
    this.#segments = new SegmentCache(CACHE_BYTES_MAX, segmentsKeptMs, () => performance.now());
  }

  async start(): Promise<IngestPorts> {
    if (this.#state !== "new") {
      throw new MediaError("engine", "a media engine starts once");
    }
    this.#state = "started";
    try {
      if (this.#options.spill !== undefined) {
        await rm(this.#options.spill.folder, { recursive: true, force: true });
      }
      const slots = Array.from({ length: this.#options.workers ?? 0 }, (_, slot) => slot);
      await Promise.all(slots.map((slot) => this.#spawn(slot, RESTART_DELAY_MS)));
      return await openProtocols(this.#protocols, this.#ingest);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#state === "closed") {
      return;
    }
    this.#state = "closed";
    this.#listeners.close();
    await Promise.all(this.#protocols.map((protocol) => protocol.close()));
    for (const restart of this.#restarts) {
      clearTimeout(restart);
    }
    const patienceMs = this.#limits.closeTimeoutMs + CLOSE_GRACE_MS;
    await Promise.all([...this.#processes].map((worker) => worker.close(patienceMs)));
    await Promise.all(this.#concluding);
  }

  async admitPublishers(isOpen: boolean): Promise<void> {
    await this.#doors.set(isOpen);
  }

  async negotiate(protocol: string, offer: PublishOffer): Promise<PublishAnswer> {
    const own = this.#protocols.find(({ name }) => name === protocol);
    const isWorkers = own?.runsInWorkers === true && this.#doors.areOpen;
    const worker = isWorkers ? this.#idlest() : undefined;
    return worker === undefined
      ? this.#doors.negotiate(protocol, offer)
      : worker.calls.ask("negotiate", protocol, offer);
  }

  async hangUp(protocol: string, session: string): Promise<boolean> {
    const own = this.#protocols.find(({ name }) => name === protocol);
    if (own?.runsInWorkers !== true) {
      return (await own?.hangUp?.(session)) ?? false;
    }
    const all = await this.#askAll((worker) => worker.calls.ask("hangUp", protocol, session));
    return all.includes(true);
  }

  watch(offer: WatchOffer) {
    return this.forwarding.watch(offer, this.#places.find(offer.streamName)?.worker);
  }

  #handOver(protocol: string, socket: Socket): void {
    const connections = [...this.#workers].reduce((sum, worker) => sum + worker.connections, 0);
    const idlest = this.#idlest();
    if (idlest === undefined || connections >= this.#limits.connectionsMax) {
      this.#refused += 1;
      socket.destroy();
    } else {
      idlest.take(socket, protocol);
    }
  }

  /** The one with the fewest publishers: they needn't have a connection that came through here. */
  #idlest(): WorkerProcess | undefined {
    const load = (worker: WorkerProcess): number =>
      worker.connections +
      this.#routes.count(worker) +
      this.#owners.count(worker) +
      this.forwarding.count(worker);
    return [...this.#workers].sort((a, b) => load(a) - load(b))[0];
  }

  stopStream(streamName: string): Promise<boolean> {
    return this.#ask(streamName, false, (worker) => worker.ask("stopStream", streamName));
  }

  putMetadata(streamName: string, text: string): Promise<boolean> {
    return this.#ask(streamName, false, (worker) => worker.ask("putMetadata", streamName, text));
  }

  insertAdBreak(streamName: string, id: string, durationMs: number): Promise<AdBreakInsertion> {
    return this.#ask<AdBreakInsertion>(streamName, "offline", (worker) =>
      worker.ask("insertAdBreak", streamName, id, durationMs),
    );
  }

  multivariantPlaylist(
    streamName: string,
    baseUrl: string,
    heightMax?: number,
  ): Promise<string | undefined> {
    return this.#ask(streamName, undefined, (worker) =>
      worker.ask("multivariantPlaylist", streamName, baseUrl, heightMax),
    );
  }

  renditionHeight(streamName: string, rendition: string): Promise<number | undefined> {
    return this.#ask(streamName, undefined, (worker) =>
      worker.ask("renditionHeight", streamName, rendition),
    );
  }

  mediaPlaylist(
    streamName: string,
    rendition: string,
    heightMax?: number,
  ): Promise<string | undefined> {
    return this.#ask(streamName, undefined, (worker) =>
      worker.ask("mediaPlaylist", streamName, rendition, heightMax),
    );
  }

  segment(
    streamName: string,
    rendition: string,
    sequence: number,
  ): Promise<Uint8Array | undefined> {
    return this.#cached(streamName, `${rendition}/${sequence}`, (worker) =>
      worker.ask("segment", streamName, rendition, sequence),
    );
  }

  initSection(
    streamName: string,
    rendition: string,
    name: string,
  ): Promise<Uint8Array | undefined> {
    return this.#cached(streamName, `${rendition}/${name}`, (worker) =>
      worker.ask("initSection", streamName, rendition, name),
    );
  }

  awaitMedia(
    streamName: string,
    rendition: string,
    position: MediaPosition,
  ): Promise<MediaArrival> {
    return this.#ask<MediaArrival>(streamName, "never", (worker) =>
      worker.ask("awaitMedia", streamName, rendition, position),
    );
  }

  part(
    streamName: string,
    rendition: string,
    sequence: number,
    part: number,
  ): Promise<Uint8Array | undefined> {
    return this.#cached(streamName, `${rendition}/${sequence}.${part}`, (worker) =>
      worker.ask("part", streamName, rendition, sequence, part),
    );
  }

  async streams(): Promise<StreamStatus[]> {
    const all = await this.#askAll((worker) => worker.calls.ask("streams"));
    return all.flat();
  }

  async health(): Promise<EngineHealth> {
    const all = await this.#askAll(async (worker) => ({
      pid: worker.pid ?? 0,
      health: await worker.calls.ask("health"),
    }));
    return sumOfHealth(all, {
      listening: this.#state === "started",
      ffmpeg: this.#options.ffmpeg ?? "none",
      transcodeCores: this.#options.transcodeCores ?? 0,
      connections: this.#protocols.reduce((sum, { connections }) => sum + connections, 0),
      refusedPublishes: this.#refused,
      segmentBytes: this.#segments.bytes,
      workerRestarts: this.#restarted,
    });
  }

  /**
   * Resolves when the worker takes connections. Rejects when the first of its slot can't be
   * started.
   */
  async #spawn(slot: number, restartDelayMs: number): Promise<void> {
    this.#spawned += 1;
    const worker = new WorkerProcess(workerOptions(this.#options, slot, `w${this.#spawned}`));
    worker.calls.serve(
      new WorkerHost({
        worker,
        host: this.#host,
        owners: this.#owners,
        routes: this.#routes,
        forwarding: this.forwarding,
        onEvent: (event) => this.#publish(event, worker),
        onForwarded: (event) => this.forwarding.note(event),
        onComposed: (event) => this.compositions.note(event),
        onCores: () => this.#shareCores(),
      }),
    );
    this.#processes.add(worker);
    inBackground(worker.gone.then(() => this.#gone(worker, slot, restartDelayMs)));
    try {
      await worker.calls.ask("start");
      if (!worker.isGone) {
        this.#workers.add(worker);
        this.#shareCores();
      }
    } catch (error) {
      worker.kill();
      throw new MediaError("engine", "an ingest worker could not be started", { cause: error });
    }
  }

  /**
   * Publishes what a worker that died or was closed can't report any more, and starts another one.
   */
  #gone(worker: WorkerProcess, slot: number, restartDelayMs: number): void {
    this.#processes.delete(worker);
    this.#workers.delete(worker);
    this.#owners.release(worker);
    this.#routes.release(worker);
    this.#places.release(worker);
    this.compositions.release(worker);
    this.forwarding.release(worker);
    const concluding = worker.ledger
      .conclude(Date.now(), (event) => this.#host.event(event))
      .finally(() => this.#concluding.delete(concluding));
    this.#concluding.add(concluding);
    this.#shareCores();
    if (this.#state === "started") {
      this.#restart(worker, slot, restartDelayMs);
    }
  }

  #restart(worker: WorkerProcess, slot: number, delayMs: number): void {
    const livedLong = performance.now() - worker.startedAtMs > RESTART_DELAY_MAX_MS;
    const waitMs = livedLong ? RESTART_DELAY_MS : delayMs;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#restarted += 1;
      // One that can't be started has gone, which brings the next one.
      this.#spawn(slot, Math.min(2 * waitMs, RESTART_DELAY_MAX_MS)).catch(() => undefined);
    }, waitMs);
    this.#restarts.add(timer);
  }

  #publish(event: MediaEvent, worker: WorkerProcess): void {
    this.#places.note(event, worker);
    this.#host.event(event);
  }

  #shareCores(): void {
    const all = [...this.#workers].reduce((sum, { cores }) => sum + cores, 0);
    for (const worker of this.#workers) {
      worker.calls.notify("coresElsewhere", all - worker.cores);
    }
  }

  /**
   * The answer of the worker that has the stream; `none` where no worker has it, or not any more.
   */
  async #ask<Answer>(
    streamName: string,
    none: Answer,
    ask: (worker: WorkerProcess["calls"]) => Promise<Answer>,
  ): Promise<Answer> {
    const worker = this.#places.find(streamName)?.worker;
    return worker === undefined ? none : answerOf(worker, ask(worker.calls), none);
  }

  #cached(
    streamName: string,
    name: string,
    fetch: (worker: WorkerProcess["calls"]) => Promise<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> {
    const place = this.#places.find(streamName);
    return place === undefined
      ? Promise.resolve(undefined)
      : this.#segments.get(`${place.streamId}/${name}`, () =>
          this.#ask(streamName, undefined, fetch),
        );
  }

  async #askAll<Answer>(ask: (worker: WorkerProcess) => Promise<Answer>): Promise<Answer[]> {
    const answers = [...this.#workers].map((worker) => answerOf(worker, ask(worker), undefined));
    return (await Promise.all(answers)).filter((answer) => answer !== undefined);
  }
}
