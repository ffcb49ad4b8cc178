import type { RelayedTo } from "../engine/relay-publisher.ts";
import type { CompositionEvent } from "../port/composition.ts";
import type { EncoderAnswer, EncoderRequest } from "../port/encoder-request.ts";
import type { MediaEvent, SessionEndReason } from "../port/events.ts";
import type { ForwardingEvent } from "../port/forwarding.ts";
import type { MediaHost } from "../port/host.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import type { AnnouncedMedia, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type {
  PublishDecision,
  PublishName,
  PublishRequest,
  PublishSecret,
} from "../port/publish.ts";
import type { RecordingContinuation, RecordingObject, RecordingStart } from "../port/recording.ts";
import type { PoolForwarding } from "./pool-forwarding.ts";
import type { RelayRoutes } from "./relay-routes.ts";
import type { StreamOwners } from "./stream-owners.ts";
import type { MainMethods, PublisherFacts, RelayedUnit } from "./worker-messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface WorkerHostOptions {
  readonly worker: WorkerProcess;
  readonly host: MediaHost;
  readonly owners: StreamOwners<WorkerProcess>;
  readonly routes: RelayRoutes;
  readonly forwarding: PoolForwarding;
  readonly onEvent: (event: MediaEvent) => void;
  readonly onForwarded: (event: ForwardingEvent) => void;
  readonly onComposed: (event: CompositionEvent) => void;
  readonly onCores: () => void;
}

/**
 * The host of one worker's engine, in the main process: asks the real host, and knows which worker
 * has which channel.
 */
export class WorkerHost implements MainMethods {
  readonly #options: WorkerHostOptions;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
  }

  async publishSecret(name: PublishName): Promise<PublishSecret | undefined> {
    return this.#options.host.publishSecret?.(name);
  }

  async answerEncoder(request: EncoderRequest): Promise<EncoderAnswer | undefined> {
    return this.#options.host.answerEncoder?.(request);
  }

  async authorizePublish(request: PublishRequest): Promise<PublishDecision> {
    const { host, owners, worker } = this.#options;
    const decision = await host.authorizePublish(request);
    if (!decision.allow || worker.isGone) {
      return decision;
    }
    if ("forward" in decision) {
      const carrier = this.#options.forwarding.claim(decision.forward, worker);
      return { ...decision, elsewhere: carrier !== worker };
    }
    const elsewhere = owners.claim(decision.streamName, worker) !== worker;
    return { ...decision, elsewhere };
  }

  decided(streamName: string): void {
    const { owners, worker } = this.#options;
    owners.decided(streamName, worker);
  }

  event(event: MediaEvent): void {
    const { owners, worker, onEvent } = this.#options;
    worker.ledger.note(event);
    if (event.type === "session-created") {
      owners.began(event.streamName, worker);
    } else if (event.type === "session-ended") {
      owners.ended(event.streamName, worker);
    }
    onEvent(event);
  }

  forwarded(event: ForwardingEvent): void {
    this.#options.onForwarded(event);
  }

  composed(event: CompositionEvent): void {
    this.#options.onComposed(event);
  }

  startRecording(start: RecordingStart): Promise<RecordingContinuation> {
    const { host, worker } = this.#options;
    return worker.ledger.writes(start.streamId, host.startRecording(start));
  }

  putRecordingObject(object: RecordingObject): Promise<void> {
    const { host, worker } = this.#options;
    return worker.ledger.writes(object.streamId, host.putRecordingObject(object));
  }

  connectionClosed(): void {
    this.#options.worker.connectionClosed();
  }

  coresUsed(cores: number): void {
    this.#options.worker.cores = cores;
    this.#options.onCores();
  }

  async openRelay(publisher: PublisherFacts, to: RelayedTo): Promise<ReadonlySet<TrackCodec>> {
    const { routes, owners, forwarding, worker: source } = this.#options;
    const target =
      "forward" in to ? forwarding.carrier(to.forward.group) : owners.owner(to.streamName);
    if (target === undefined) {
      throw new MediaError("refused", "the channel's last stream is just ending");
    }
    return routes.open({ source, target }, publisher.id, () =>
      target.calls.ask("openRelay", publisher, to),
    );
  }

  relayTracks(id: string, tracks: readonly TrackConfig[]): void {
    this.#options.routes.tracks(id, tracks);
  }

  relayUnit(id: string, unit: RelayedUnit): void {
    this.#options.routes.unit(id, unit);
  }

  relayAnnounced(id: string, announced: AnnouncedMedia): void {
    this.#options.routes.announced(id, announced);
  }

  endRelay(id: string, reason: SessionEndReason, message: string): void {
    this.#options.routes.end(id, reason, message);
  }

  disconnectPublisher(id: string, description: string): void {
    this.#options.routes.disconnect(id, description);
  }

  failPublisher(id: string, code: MediaErrorCode, message: string): void {
    this.#options.routes.fail(id, code, message);
  }
}
