import type { EncoderPublication } from "./forwarding.ts";
import type { LadderPlan, SourceLimits } from "./ladder.ts";
import type { RecordingPlan } from "./recording.ts";
import type { MultitrackPlan } from "./source.ts";

/**
 * The name under which an encoder asks to publish, and its protocol. The name is a secret: it
 * appears in no event and no error.
 */
export interface PublishName {
  /** Name of the `IngestProtocol`. */
  readonly protocol: string;
  /** The stream key, without its `?query`. */
  readonly name: string;
}

/** An encoder asks to publish. */
export interface PublishRequest extends PublishName {
  readonly connectionId: string;
  /**
   * From `?priority=N` (1 to the limit `priorityMax`); undefined when absent, 0 where it is
   * something else: then it is refused.
   */
  readonly priority: number | undefined;
  /** Nobody on the way can read the media. */
  readonly secure: boolean;
  readonly remoteAddress: string;
}

/** A secret that encoders prove to know in protocols that encrypt media with it. */
export interface PublishSecret {
  readonly secret: string;
  /** An encoder without it is refused: media in clear isn't taken. */
  readonly required: boolean;
}

export type PublishDecision = RefusedPublish | AllowedPublish | ForwardedPublish;

export interface RefusedPublish {
  readonly allow: false;
  /** Shown to the encoder. */
  readonly reason: string;
  /** Takes the encoder instead, by protocols that can hand it on to another server. */
  readonly at?: OtherServer | undefined;
}

/** Another server that takes an encoder, by the protocol with which it came here. */
export interface OtherServer {
  readonly host: string;
  readonly port: number;
  /**
   * The SHA-256 of its certificate as `X509Certificate.fingerprint256` has it, where it is spoken
   * with over TLS.
   */
  readonly certificateSha256?: string | undefined;
  /** The name under which the encoder publishes there. */
  readonly name: string;
}

/**
 * The publisher's media is forwarded to subscribers, and nothing of it is cut. Its session's
 * `publication-ended` follows in any case, also where the publisher leaves before it has begun.
 */
export interface ForwardedPublish {
  readonly allow: true;
  /** An encoder of a publication that has one waits, and takes its place when that ends. */
  readonly forward: EncoderPublication;
  /**
   * Undefined for a mirror that another server opened: what was to be judged was its publisher. It
   * may be of one kind, and its sound Opus.
   */
  readonly sourceLimits: SourceLimits | undefined;
  /** Said between engines of one host, as in `AllowedPublish`. */
  readonly elsewhere?: boolean;
}

export interface AllowedPublish {
  readonly allow: true;
  /** Opaque name of the channel, chosen by the host; at most one publisher has it at a time. */
  readonly streamName: string;
  /**
   * Opaque unique id of this broadcast. Unused when the request takes over a running stream, which
   * keeps its id.
   */
  readonly streamId: string;
  /** Undefined when nothing is recorded. */
  readonly recording: RecordingPlan | undefined;
  /** The renditions that are made of the source. Default: the source alone is served. */
  readonly ladder?: LadderPlan | undefined;
  /** Limits of the source. Default: none. */
  readonly sourceLimits?: SourceLimits | undefined;
  /** Container of live segments and of recorded files. Default `mpegts`. */
  readonly container?: MediaContainer;
  /** Undefined where the source has one video track. */
  readonly multitrack?: MultitrackPlan | undefined;
  /** Segments listed in the live playlist. Default 6. */
  readonly playlistWindowSegments?: number;
  /** Segments are served in parts as they are made (LL-HLS). Default false. */
  readonly lowLatency?: boolean;
  /**
   * Said between engines of one host, never by the host: another one has the stream, the publisher
   * goes to it.
   */
  readonly elsewhere?: boolean;
}

/** `mpegts`: MPEG transport stream (RFC 8216, 3.2). `fmp4`: fragmented MPEG-4 (3.3). */
export type MediaContainer = "mpegts" | "fmp4";
