import type { MediaCompositions } from "./composition.ts";
import type { ForwardingAnswer, MediaForwarding } from "./forwarding.ts";
import type { MediaMirrors } from "./mirror.ts";
import type { PublishAnswer, PublishOffer, WatchOffer } from "./offer.ts";
import type { MediaRecordings, RecordingStatus } from "./recording.ts";
import type { StreamHealth, StreamMeasurement, StreamMedia, TrackMeasurement } from "./source.ts";

/** The ports on which an engine listens, by the name of the protocol. */
export type IngestPorts = Readonly<Record<string, number>>;

/**
 * The handle. Rejections are `MediaError`s. Unknown streams, renditions and segments answer
 * undefined or false.
 */
export interface MediaEngine {
  /** Publishers and subscribers of whom nothing is decoded, cut or recorded. */
  readonly forwarding: MediaForwarding;
  /** Publications of `forwarding` that other servers show, too. */
  readonly mirrors: MediaMirrors;
  readonly recordings: MediaRecordings;
  /** Pictures and sounds that are made of several publications of `forwarding`. */
  readonly compositions: MediaCompositions;
  start(): Promise<IngestPorts>;
  /**
   * Stops listening, ends every stream, and waits (bounded by `closeTimeoutMs`) for recordings to
   * be finished. Those that aren't are interrupted, and what their host hasn't taken stays on disk.
   */
  close(): Promise<void>;
  /**
   * Takes new publishers, as it does from its start on, or turns them away as early as their
   * protocol allows, so that a load balancer gives them to another machine: TCP ports are closed,
   * callers without ports of their own are rejected, offers too, with `engine`. Streams go on, and
   * agreed connections. Rejects with `engine` where a port can't be opened again.
   */
  admitPublishers(isOpen: boolean): Promise<void>;
  /**
   * Agrees with an encoder on how it will send: takes its offer to `protocol`, and resolves to the
   * answer. Rejects with `refused` where the protocol takes no offers, or not this one.
   */
  negotiate(protocol: string, offer: PublishOffer): Promise<PublishAnswer>;
  /** Ends a connection that was agreed on; resolves false where there is none of this session. */
  hangUp(protocol: string, session: string): Promise<boolean>;
  /**
   * Lets a viewer receive a live stream's source as it comes: its session is one of `forwarding`,
   * in the group of the stream's name, as the publication of the stream's id. Rejects with
   * `refused` where the stream isn't live, or can't be played so.
   */
  watch(offer: WatchOffer): Promise<ForwardingAnswer>;
  /**
   * Disconnects the publisher; resolves true if there was one, after `stream-end` and
   * `session-ended` were published.
   */
  stopStream(streamName: string): Promise<boolean>;
  /**
   * Puts a text into the media of all renditions and of the recording, as an ID3 tag at the current
   * media time. False when the stream isn't live.
   */
  putMetadata(streamName: string, text: string): Promise<boolean>;
  /**
   * Marks a break for advertisements in the playlists of all renditions, live and recorded, from
   * the next segment on: a date range with its SCTE 35 section. `ad-break` is published when it
   * begins. One that would begin before an earlier one is over is `overlapping`.
   */
  insertAdBreak(streamName: string, id: string, durationMs: number): Promise<AdBreakInsertion>;
  /**
   * HLS multivariant playlist. Its URIs are `<baseUrl><rendition>/playlist.m3u8`: `baseUrl` ends
   * with a slash, or is empty for relative ones. Undefined until the first segment is complete, and
   * `endedStreamKeptMs` after the end. With `heightMax` only renditions of at most so many lines
   * are listed; undefined where there is none.
   */
  multivariantPlaylist(
    streamName: string,
    baseUrl: string,
    heightMax?: number,
  ): Promise<string | undefined>;
  /** Lines of a rendition's picture; 0 for sound alone. */
  renditionHeight(streamName: string, rendition: string): Promise<number | undefined>;
  /**
   * HLS media playlist; segments are `<sequence>.ts` or `<sequence>.mp4`, relative to it. The
   * source's rendition is `chunked`. A sequence number is the same stretch of time in every
   * rendition. With `heightMax` it doesn't name larger renditions.
   */
  mediaPlaylist(
    streamName: string,
    rendition: string,
    heightMax?: number,
  ): Promise<string | undefined>;
  /**
   * One segment; segments stay some time after they left the playlist. In the engine's own process
   * the bytes are the engine's: read them, don't write into them.
   */
  segment(streamName: string, rendition: string, sequence: number): Promise<Uint8Array | undefined>;
  /**
   * The init section that a media playlist names in EXT-X-MAP, with the lifetime of the segments
   * that need it.
   */
  initSection(streamName: string, rendition: string, name: string): Promise<Uint8Array | undefined>;
  /**
   * Resolves when a media playlist lists a segment, or a part of it: `ready`. `too-early`: it lies
   * further ahead than players may ask for. `timeout`: it didn't come. `never`: there is no such
   * playlist.
   */
  awaitMedia(streamName: string, rendition: string, position: MediaPosition): Promise<MediaArrival>;
  /** A part of a segment; waits for the one that is made next. */
  part(
    streamName: string,
    rendition: string,
    sequence: number,
    part: number,
  ): Promise<Uint8Array | undefined>;
  /** Broadcasts that have a publisher now. */
  streams(): Promise<StreamStatus[]>;
  health(): Promise<EngineHealth>;
}

/** `offline`: the stream isn't live. */
export type AdBreakInsertion = "inserted" | "overlapping" | "offline";

/** A place in a media playlist: a whole segment, or one of its parts. */
export interface MediaPosition {
  readonly sequence: number;
  readonly part?: number | undefined;
}

export type MediaArrival = "ready" | "too-early" | "timeout" | "never";

export interface StreamStatus {
  readonly streamName: string;
  readonly streamId: string;
  /** `starting` until the first segment is complete. */
  readonly state: "starting" | "live";
  readonly createdAtMs: number;
  /** When the first segment became playable; undefined while starting. */
  readonly startedAtMs: number | undefined;
  readonly health: StreamHealth;
  /** Sentences for the operator, such as a keyframe interval that is too long. */
  readonly warnings: readonly string[];
  readonly media: StreamMedia | undefined;
  /** Measured of the first video track, with the sound. */
  readonly measured: StreamMeasurement;
  /** Measured of the other tracks of a multitrack source. */
  readonly furtherMeasured?: readonly TrackMeasurement[];
  readonly recording: RecordingStatus | undefined;
}

export interface EngineHealth {
  readonly listening: boolean;
  /** The ffmpeg program that is used, or `none`. */
  readonly ffmpeg: string;
  /** Ladders that are being made, and the cores that they take of those they may. */
  readonly transcodes: number;
  readonly transcodeCoresUsed: number;
  readonly transcodeCores: number;
  readonly connections: number;
  readonly streams: number;
  /** Connections ended because of what they sent, since start. */
  readonly protocolErrors: number;
  /**
   * Publishers turned away, and connections that the operating system could not give us, since
   * start.
   */
  readonly refusedPublishes: number;
  /** Bytes of live segments in memory. */
  readonly segmentBytes: number;
  /** Bytes of recording objects waiting for the host, over all streams. */
  readonly recordingPendingBytes: number;
  /** Bytes of them that wait on the disk. */
  readonly recordingSpilledBytes: number;
  /** The processes that carry the streams; undefined where this one does. */
  readonly workers?: readonly WorkerStatus[];
  /** Workers that were started in place of one that had died. */
  readonly workerRestarts?: number;
}

export interface WorkerStatus {
  readonly pid: number;
  readonly connections: number;
  readonly streams: number;
}
