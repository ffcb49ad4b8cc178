import type { Socket } from "node:net";
import type { RelayedTo } from "../engine/relay-publisher.ts";
import { StreamEngine } from "../engine/stream-engine.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import { makeProtocols } from "../ingest/protocol.ts";
import type {
  CompositionPicture,
  CompositionPlan,
  CompositionRoom,
  CompositionScene,
} from "../port/composition.ts";
import type { SessionEndReason } from "../port/events.ts";
import type {
  ForwardingAnswer,
  GroupStatus,
  PublicationOffer,
  SubscriptionOffer,
  SubscriptionWish,
} from "../port/forwarding.ts";
import type { MediaHost } from "../port/host.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import type { AnnouncedMedia, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { PublicationMirror } from "../port/mirror.ts";
import type { AllowedPublish } from "../port/publish.ts";
import type { PublicationRecording } from "../port/recording.ts";
import { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import { ingestProtocols } from "../transport/protocols.ts";
import type { Calls } from "./calls.ts";
import { GivenConnections } from "./given-connections.ts";
import { RelayedPublisher, RelayFeed } from "./publisher-relay.ts";
import type {
  MainMethods,
  PublisherFacts,
  RelayedUnit,
  WorkerMethods,
  WorkerOptions,
} from "./worker-messages.ts";

type Main = Calls<WorkerMethods, MainMethods>;

/** Others hear of changes to what ladders take this soon. */
const CORES_TOLD_EVERY_MS = 250;

/**
 * An engine in a process of its own: its host is the main process, and it knows of no other worker.
 */
export class IngestWorker extends StreamEngine implements WorkerMethods {
  readonly #main: Main;
  readonly #capacity: TranscodeCapacity;
  readonly #connections: GivenConnections;
  /** Both by the publisher's id. */
  readonly #feeds: Map<string, RelayFeed>;
  readonly #publishers = new Map<string, RelayedPublisher>();
  #coresTold = 0;

  constructor(options: WorkerOptions, main: Main) {
    const capacity = new TranscodeCapacity(options.transcodeCores);
    const feeds = new Map<string, RelayFeed>();
    const connections = new GivenConnections(options.host);
    const limits = { ...defaultMediaLimits, ...options.limits };
    const protocols = makeProtocols(ingestProtocols, { ...options, limits });
    super(options, hostOf(main), {
      protocols: protocols.filter(({ runsInWorkers }) => runsInWorkers),
      connections,
      capacity,
      idPrefix: options.idPrefix,
      relay: (publisher, to) => relay(publisher, to, main, feeds),
    });
    this.#main = main;
    this.#capacity = capacity;
    this.#feeds = feeds;
    this.#connections = connections;
    setInterval(() => this.#tellCores(), CORES_TOLD_EVERY_MS).unref();
  }

  takeConnection(protocol: string, socket?: Socket): void {
    if (socket === undefined) {
      this.#main.notify("connectionClosed");
      return;
    }
    socket.on("close", () => this.#main.notify("connectionClosed"));
    this.#connections.give(protocol, socket);
  }

  openPublication(offer: PublicationOffer): Promise<ForwardingAnswer> {
    return this.forwarding.openPublication(offer);
  }

  openSubscription(offer: SubscriptionOffer): Promise<ForwardingAnswer> {
    return this.forwarding.openSubscription(offer);
  }

  closeForwarding(group: string, session: string): Promise<boolean> {
    return this.forwarding.closeForwarding(group, session);
  }

  steerSubscription(group: string, session: string, wish: SubscriptionWish): Promise<boolean> {
    return this.forwarding.steerSubscription(group, session, wish);
  }

  groupStatus(group: string): Promise<GroupStatus> {
    return this.forwarding.groupStatus(group);
  }

  openMirror(mirror: PublicationMirror): Promise<void> {
    return this.mirrors.openMirror(mirror);
  }

  closeMirror(group: string, session: string): Promise<boolean> {
    return this.mirrors.closeMirror(group, session);
  }

  recordPublication(recording: PublicationRecording): Promise<boolean> {
    return this.recordings.recordPublication(recording);
  }

  stopRecording(group: string, streamId: string): Promise<boolean> {
    return this.recordings.stopRecording(group, streamId);
  }

  hasRoomFor(picture: CompositionPicture): Promise<CompositionRoom> {
    return this.compositions.hasRoomFor(picture);
  }

  startComposition(plan: CompositionPlan): Promise<void> {
    return this.compositions.startComposition(plan);
  }

  changeScene(composition: string, scene: CompositionScene): Promise<boolean> {
    return this.compositions.changeScene(composition, scene);
  }

  stopComposition(composition: string): Promise<boolean> {
    return this.compositions.stopComposition(composition);
  }

  coresElsewhere(cores: number): void {
    this.#capacity.coresElsewhere = cores;
  }

  async openRelay(facts: PublisherFacts, to: RelayedTo): Promise<ReadonlySet<TrackCodec>> {
    return this.#take(facts, (publisher) =>
      "forward" in to
        ? this.forward(publisher, to)
        : this.join(publisher, to.streamName, to.priority),
    );
  }

  async openPublisher(
    facts: PublisherFacts,
    priority: number | undefined,
    decision: AllowedPublish,
  ): Promise<ReadonlySet<TrackCodec>> {
    return this.#take(facts, (publisher) => this.admit(publisher, priority, decision));
  }

  #take(
    facts: PublisherFacts,
    sinkOf: (publisher: RelayedPublisher) => MediaSink,
  ): ReadonlySet<TrackCodec> {
    const publisher = new RelayedPublisher(facts, {
      disconnectPublisher: (id, description) => {
        this.#publishers.delete(id);
        this.#main.notify("disconnectPublisher", id, description);
      },
      failPublisher: (id, code, message) => {
        this.#publishers.delete(id);
        this.#main.notify("failPublisher", id, code, message);
      },
    });
    const sink = sinkOf(publisher);
    publisher.begin(sink);
    this.#publishers.set(facts.id, publisher);
    return sink.takes;
  }

  relayTracks(id: string, tracks: readonly TrackConfig[]): void {
    this.#publishers.get(id)?.tracks(tracks);
  }

  relayUnit(id: string, unit: RelayedUnit): void {
    this.#publishers.get(id)?.unit(unit);
  }

  relayAnnounced(id: string, announced: AnnouncedMedia): void {
    this.#publishers.get(id)?.announced(announced);
  }

  endRelay(id: string, reason: SessionEndReason, message: string): void {
    const publisher = this.#publishers.get(id);
    this.#publishers.delete(id);
    publisher?.end(reason, message);
  }

  disconnectPublisher(id: string, description: string): void {
    this.#feeds.get(id)?.publisher.disconnect(description);
    this.#feeds.delete(id);
  }

  failPublisher(id: string, code: MediaErrorCode, message: string): void {
    this.#feeds.get(id)?.publisher.fail(new MediaError(code, message));
  }

  #tellCores(): void {
    const { usedCores } = this.#capacity;
    if (usedCores !== this.#coresTold) {
      this.#coresTold = usedCores;
      this.#main.notify("coresUsed", usedCores);
    }
  }
}

function hostOf(main: Main): MediaHost {
  return {
    authorizePublish: async (request) => {
      const decision = await main.ask("authorizePublish", request);
      if (decision.allow && !("forward" in decision) && decision.elsewhere !== true) {
        // The engine goes on in this turn: when the turn is over the broadcast was reported, or
        // nothing came of it.
        setImmediate(() => main.notify("decided", decision.streamName));
      }
      return decision;
    },
    publishSecret: (name) => main.ask("publishSecret", name),
    answerEncoder: (request) => main.ask("answerEncoder", request),
    event: (event) => main.notify("event", event),
    forwarded: (event) => main.notify("forwarded", event),
    composed: (event) => main.notify("composed", event),
    startRecording: (start) => main.ask("startRecording", start),
    putRecordingObject: (object) => main.ask("putRecordingObject", object),
  };
}

async function relay(
  publisher: Publisher,
  to: RelayedTo,
  main: Main,
  feeds: Map<string, RelayFeed>,
): Promise<MediaSink> {
  const { id, remoteAddress, secure } = publisher;
  const feed = new RelayFeed(publisher, main, () => feeds.delete(id));
  // Before the answer: what the other worker says next may come with it.
  feeds.set(id, feed);
  try {
    feed.takes = await main.ask("openRelay", { id, remoteAddress, secure }, to);
  } catch (error) {
    feeds.delete(id);
    throw error;
  }
  return feed;
}
