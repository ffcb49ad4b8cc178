import type { Socket } from "node:net";
import type { EncoderAnswer, EncoderRequest } from "../port/encoder-request.ts";
import type {
  MediaForwarding,
  PublicationFault,
  UntimedForwardingEvent,
} from "../port/forwarding.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { UnitSink } from "../port/media-unit.ts";
import type { PublishAnswer, PublishOffer } from "../port/offer.ts";
import type { MediaEngineOptions, PortChoice } from "../port/options.ts";
import type { OtherServer, PublishSecret } from "../port/publish.ts";
import type { MediaSink, Publisher, PublisherFacts } from "./ingest-port.ts";

/**
 * A way by which encoders publish. It turns what they send into media and knows nothing of
 * channels, segments or recordings; the engine opens each protocol of its list and knows none of
 * them by name.
 */
export interface IngestProtocol {
  /** Names its port in settings and health, and the protocol in what the host is asked. */
  readonly name: string;
  /**
   * True: where workers carry the streams, each of them opens the protocol too, and the connections
   * that the main process accepts through `IngestPort.listen` are shared out among them. False: the
   * main process alone opens it, and hands its media on to the workers.
   */
  readonly runsInWorkers: boolean;
  /** Encoders that are connected to it in this process, accepted as publishers or not. */
  readonly connections: number;
  /**
   * Begins to take publishers, and gives them to `port`. Rejects with MediaError `engine` where it
   * can't.
   */
  open(port: IngestPort): Promise<Listening>;
  /**
   * Ends every connection, and takes no more of them. Also called for a protocol that could not be
   * opened.
   */
  close(): Promise<void>;
  /**
   * Agrees with an encoder on how it will send, for protocols whose encoders ask over HTTP first.
   * Takes the encoder's offer and resolves to the answer. Rejects with MediaError `refused`, whose
   * message the encoder is shown.
   */
  negotiate?(offer: PublishOffer): Promise<PublishAnswer>;
  /**
   * Takes new encoders or turns them away, for protocols whose encoders come neither by connections
   * of `IngestPort.listen` nor with offers.
   */
  admit?(isOpen: boolean): void;
  /** Ends a connection that was agreed on. Resolves false where there is no such session. */
  hangUp?(session: string): Promise<boolean>;
  /**
   * Publishes to another server as an encoder does: what the returned feed is given goes there.
   * `onOver` is called once where that server, or the way to it, ends it. Rejects with MediaError
   * `refused` where it isn't let in.
   */
  sendTo?(server: OtherServer, onOver: (message: string) => void): Promise<Feed>;
  /** Its forwarding in this process; undefined for protocols that forward nothing. */
  readonly forwarding?: ProtocolForwarding;
}

/** The forwarding of one process. */
export interface ProtocolForwarding extends MediaForwarding {
  /**
   * Begins a publication whose media comes as units: H.264, and sound in Opus or AAC, which is
   * converted. Throws MediaError `refused` where the publication is open.
   */
  openFeed(feed: FeedName, encoder?: FeedEncoder): OpenFeed;
  /**
   * Gives a publication's media to `sink` as units: the pictures of its best layer, from the next
   * keyframe on, with one every two seconds, and its sound in Opus or AAC, as the sink takes it.
   * `fromBeginning` asks for its first keyframe, which is kept for some seconds, `fromKeyframe` for
   * an encoder's last one, since it makes them when it wants to, and the pictures since.
   * Throws MediaError `refused` where there is no such publication.
   */
  tap(feed: TapName, sink: Feed): Tap;
}

/** Ends what a tap gives before the publication does. */
export interface Tap {
  /** Gives what has come to the sink, and then its end: sound may have to be converted first. */
  end(message: string): void;
  /** Nothing more is read; the sink isn't called any more. */
  close(): void;
}

export interface FeedName {
  readonly group: string;
  readonly publication: string;
}

/** The encoder whose media a feed is. */
export interface FeedEncoder {
  /** Names its connection. */
  readonly session: string;
  /** The publication is closed by the host, or goes on with another publisher. */
  readonly onClosed: (message: string) => void;
  /** Its sound may be Opus: taps that take none are given AAC. */
  readonly mayHaveOpus?: boolean | undefined;
}

/** A feed as its writer has it. */
export interface OpenFeed extends Feed {
  end(message: string, fault?: PublicationFault): void;
}

/** A publication as whichever publisher has it, or of one of its publishers that wait for it. */
export interface TapName extends FeedName, TapStart {
  readonly session?: string | undefined;
}

/** The media that a tap gets at once, as far as it is kept; with neither, none. */
export interface TapStart {
  readonly fromBeginning?: boolean | undefined;
  readonly fromKeyframe?: boolean | undefined;
}

/** Takes the units of a publication for its subscribers. */
export interface Feed extends UnitSink {
  /** The publication is over, for this reason. */
  end(message: string): void;
}

/** The addresses at which a protocol is reached. */
export interface Listening {
  /** Undefined for a protocol without connections. */
  readonly port: number | undefined;
}

/** The settings that protocols are made of: plain data, since each worker makes its own. */
export interface IngestSettings
  extends Pick<
    MediaEngineOptions,
    "host" | "ports" | "tls" | "path" | "announcedAddresses" | "ffmpeg"
  > {
  readonly limits: MediaLimits;
}

/** Makes a protocol; undefined where the settings don't ask for it. */
export type ProtocolMaker = (settings: IngestSettings) => IngestProtocol | undefined;

export type ProtocolMakers = Readonly<Record<string, ProtocolMaker>>;

/** The engine as one protocol sees it. */
export interface IngestPort {
  /**
   * False in the main process of workers that run the protocol: it only hands connections over, and
   * takes none itself.
   */
  readonly carriesStreams: boolean;
  /** An id for a connection, unique among all protocols and processes of the engine. */
  newConnectionId(): string;
  /**
   * The secret that an encoder must know beside `name`, for protocols that prove one. Undefined for
   * a name that isn't known. Rejects with MediaError `refused` for a malformed name.
   */
  secretOf(name: string): Promise<PublishSecret | undefined>;
  /**
   * Asks whether `publisher` may publish under `name`, which is what the encoder gave: a stream key
   * and, perhaps, `?priority=N`. Resolves to where its media goes; the broadcast exists from then
   * on. Rejects with MediaError `refused`, whose message the encoder is shown; as a
   * `PublishElsewhereError` it names a server to which the protocol may hand the encoder on.
   */
  publish(publisher: Publisher, name: string): Promise<MediaSink>;
  /** Asks the host what to answer to an encoder that speaks HTTP. Undefined: nothing is there. */
  answer(request: EncoderRequest): Promise<EncoderAnswer | undefined>;
  /** Something happened to what the protocol forwards. */
  forwarded(event: UntimedForwardingEvent): void;
  /** A connection ended without ever having published. */
  refused(publisher: PublisherFacts, reason: string, isProtocolError: boolean): void;
  /**
   * The address of a connection's client, also of one in TLS: the peer, or the client that a proxy
   * has named.
   */
  addressOf(socket: Socket): string;
  /**
   * Listens for TCP connections and gives each to `accept`, unread and within the limits of the
   * engine. In a worker they are those that the main process hands over. One that began with a
   * proxy's header is paused, and what was read after that is in its buffer.
   */
  listen(at: PortChoice, accept: (socket: Socket) => void): Promise<Listening>;
}

/** The protocols that the settings ask for. */
export function makeProtocols(
  makers: ProtocolMakers,
  settings: IngestSettings,
): readonly IngestProtocol[] {
  return Object.values(makers).flatMap((make) => make(settings) ?? []);
}
