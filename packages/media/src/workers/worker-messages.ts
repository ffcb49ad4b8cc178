import type { Socket } from "node:net";
import type { StreamEngineOptions } from "../engine/engine-parts.ts";
import type { RelayedTo } from "../engine/relay-publisher.ts";
import type { IngestSettings } from "../ingest/protocol.ts";
import type { CompositionEvent, MediaCompositions } from "../port/composition.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { ForwardingEvent, MediaForwarding } from "../port/forwarding.ts";
import type { MediaEngine } from "../port/handle.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaErrorCode } from "../port/media-error.ts";
import type { AnnouncedMedia, MediaUnit, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { MediaMirrors } from "../port/mirror.ts";
import type { AllowedPublish } from "../port/publish.ts";
import type { MediaRecordings } from "../port/recording.ts";

/** A publisher as another process sees it. */
export interface PublisherFacts {
  /** The connection's. */
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
}

/** A unit as it arrives in another process. */
export interface RelayedUnit extends Omit<MediaUnit, "data"> {
  readonly data: readonly Uint8Array[];
}

/**
 * Calls from the worker that has a connection to the one that has its broadcast, by way of the main
 * process: what a `MediaSink` takes.
 */
export interface RelayTarget {
  /** Resolves to the codecs that are taken; rejects with MediaError `refused`. */
  openRelay(publisher: PublisherFacts, to: RelayedTo): Promise<ReadonlySet<TrackCodec>>;
  relayTracks(publisherId: string, tracks: readonly TrackConfig[]): void;
  relayUnit(publisherId: string, unit: RelayedUnit): void;
  relayAnnounced(publisherId: string, announced: AnnouncedMedia): void;
  endRelay(publisherId: string, reason: SessionEndReason, message: string): void;
}

/** Calls the other way. */
export interface RelaySource {
  disconnectPublisher(publisherId: string, description: string): void;
  /** Ends the publisher's connection with this error: its media can't be taken. */
  failPublisher(publisherId: string, code: MediaErrorCode, message: string): void;
}

/** Methods of a worker for the main process: it is an engine. */
export interface WorkerMethods
  extends Omit<MediaEngine, "forwarding" | "mirrors" | "recordings" | "compositions">,
    MediaForwarding,
    MediaMirrors,
    MediaRecordings,
    MediaCompositions,
    RelayTarget,
    RelaySource {
  /**
   * A publisher that was let in and whose connection the main process has; what it sends follows as
   * from `openRelay`.
   */
  openPublisher(
    publisher: PublisherFacts,
    priority: number | undefined,
    decision: AllowedPublish,
  ): Promise<ReadonlySet<TrackCodec>>;
  /** A connection of which nothing was read; undefined when it was closed on its way. */
  takeConnection(protocol: string, socket?: Socket): void;
  /** Cores that the ladders of all other workers take. */
  coresElsewhere(cores: number): void;
}

/** Methods of the main process for a worker: it is its host. */
export interface MainMethods extends MediaHost, RelayTarget, RelaySource {
  forwarded(event: ForwardingEvent): void;
  composed(event: CompositionEvent): void;
  /** The publisher that a decision let in has its broadcast by now, or has left. */
  decided(streamName: string): void;
  /** A connection that was accepted is closed. */
  connectionClosed(): void;
  coresUsed(cores: number): void;
}

/** The first message to a worker. */
export interface WorkerOptions
  extends Omit<StreamEngineOptions, "now">,
    Omit<IngestSettings, "limits"> {
  readonly idPrefix: string;
  readonly transcodeCores: number;
}
