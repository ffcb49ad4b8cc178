/**
 * Every message that crosses between the media engine and its owner (the "host").
 *
 * All of it is plain structured-clonable data: no functions, sockets, streams or shared objects travel, so an
 * engine may live in the host's process or in a worker process without either side noticing.
 *
 * Units: names ending in `Ms` are milliseconds; `atMs` and other `…AtMs` are wall-clock milliseconds since the
 * epoch as given by the engine's `now`; bitrates are bits per second; lengths and offsets are bytes.
 */

import type { MediaLimits } from "../limits.ts";
import type { SpillOptions } from "../recording/spill-folder.ts";
import type {
  RecordingContinuation,
  RecordingFileRow,
  RecordingObject,
  RecordingStart,
  RecordingStatus,
} from "./recording-messages.ts";

export type {
  AllowedPublish,
  PublishDecision,
  PublishRequest,
  SrtAccess,
} from "./publish-messages.ts";
export type {
  RecordingByteRange,
  RecordingContinuation,
  RecordingFileRow,
  RecordingMedia,
  RecordingObject,
  RecordingPlan,
  RecordingRendition,
  RecordingStart,
  RecordingStatus,
} from "./recording-messages.ts";
export type { MultitrackPlan, StreamMedia, VideoMedia } from "./source-messages.ts";

import type { PublishDecision, PublishRequest, SrtAccess } from "./publish-messages.ts";
import type { StreamMedia } from "./source-messages.ts";

export interface MediaEngineOptions {
  /** Address to listen on, such as `127.0.0.1`. */
  readonly host: string;
  /** TCP port of plain RTMP; 0 takes any free one. */
  readonly rtmpPort: number;
  /** TCP port of RTMP over TLS; 0 takes any free one. */
  readonly rtmpsPort: number;
  /** UDP port of SRT; 0 takes any free one. Default: no SRT. */
  readonly srtPort?: number | undefined;
  /** Where `srtPort` is taken, any free one will do. */
  readonly srtPortOrFree?: boolean | undefined;
  /** PEM texts. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** The only RTMP application that may be connected to. Default `app`. */
  readonly app?: string;
  readonly limits?: Partial<MediaLimits>;
  /** Path of the ffmpeg program, see `findFfmpeg`; without it nothing is encoded or decoded. */
  readonly ffmpeg?: string | undefined;
  /** Cores that ffmpeg may take for ladders, all streams together; 0 makes none. Default 0. */
  readonly transcodeCores?: number;
  /**
   * Processes that carry the streams; 0 carries them in this one. Clocks can't be handed to them: with `workers` there
   * is no `now`. Default 0.
   */
  readonly workers?: number;
  /** Where recorded files wait when the host is slow; without it in memory only. */
  readonly spill?: SpillOptions | undefined;
  /** Wall clock in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What the engine asks of, and tells, its owner. */
export interface MediaHost {
  /**
   * Asked during an SRT handshake, before `authorizePublish`; undefined for a key that isn't known, which the encoder
   * can't tell from a wrong passphrase. A host without it takes nobody by SRT. The answer is a secret.
   */
  srtAccess?(streamKey: string): Promise<SrtAccess | undefined>;
  /**
   * Asked before `NetStream.Publish.Start`. It must have no lasting effect: the publisher may still be refused
   * (another one is live) or vanish; `session-created` says that the broadcast with this `streamId` exists.
   * A rejection refuses the publisher; its message is told in `publish-refused`, not to the encoder.
   */
  authorizePublish(request: PublishRequest): Promise<PublishDecision>;
  /** Told in order for each stream. Must not throw. */
  event(event: MediaEvent): void;
  /**
   * Asked once for each broadcast that records, when its media is known and before any of its objects is put. A
   * rejection ends the recording as failed; the broadcast goes on. What is recorded meanwhile waits.
   */
  startRecording(start: RecordingStart): Promise<RecordingContinuation>;
  /**
   * Writes one object of a recording. Called one at a time per stream, in order. Retrying is the host's business:
   * a rejection means that this write failed for good. A failed `.ts` leaves a gap; a failed playlist is replaced
   * by the next one; failed final playlists, or `recordingFailuresMax` failed files in a row, fail the recording.
   */
  putRecordingObject(object: RecordingObject): Promise<void>;
}

/** Where an engine listens. */
export interface IngestPorts {
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  /** 0 where there is no SRT. */
  readonly srtPort: number;
}

/** The handle. Rejections are `MediaError`s. Unknown streams, renditions and segments answer undefined or false. */
export interface MediaEngine {
  start(): Promise<IngestPorts>;
  /** Stops listening, ends every stream, and waits (bounded by `closeTimeoutMs`) for recordings to be finished. */
  close(): Promise<void>;
  /** Disconnects the publisher; resolves true if there was one, after `stream-end` and `session-ended` were told. */
  stopStream(streamName: string): Promise<boolean>;
  /**
   * Puts a text into the media of all renditions and of the recording, as an ID3 tag at the current media time.
   * False when the stream isn't live.
   */
  putMetadata(streamName: string, text: string): Promise<boolean>;
  /**
   * Marks a break for advertisements in the playlists of all renditions, live and recorded, from the next segment on: a
   * date range with its SCTE 35 section. `ad-break` is told when it begins. One that would begin before an earlier one is over is `overlapping`.
   */
  insertAdBreak(streamName: string, id: string, durationMs: number): Promise<AdBreakInsertion>;
  /**
   * HLS multivariant playlist. Its URIs are `<baseUrl><rendition>/playlist.m3u8`: `baseUrl` ends with a slash, or
   * is empty for relative ones. Undefined until the first segment is complete, and `endedStreamKeptMs` after the end.
   * With `heightMax` only renditions of at most so many lines are listed; undefined where there is none.
   */
  multivariantPlaylist(
    streamName: string,
    baseUrl: string,
    heightMax?: number,
  ): Promise<string | undefined>;
  /** Lines of a rendition's picture; 0 for sound alone. */
  renditionHeight(streamName: string, rendition: string): Promise<number | undefined>;
  /**
   * HLS media playlist; segments are `<sequence>.ts` or `<sequence>.mp4`, relative to it. The source's rendition is `chunked`. A sequence
   * number is the same stretch of time in every rendition. With `heightMax` it doesn't name larger renditions.
   */
  mediaPlaylist(
    streamName: string,
    rendition: string,
    heightMax?: number,
  ): Promise<string | undefined>;
  /**
   * One segment; segments stay some time after they left the playlist. In the engine's own process the bytes
   * are the engine's: read them, don't write into them.
   */
  segment(streamName: string, rendition: string, sequence: number): Promise<Uint8Array | undefined>;
  /** What a media playlist names in EXT-X-MAP, with the lifetime of the segments that need it. */
  initSection(streamName: string, rendition: string, name: string): Promise<Uint8Array | undefined>;
  /**
   * Resolves when a media playlist lists a segment, or a part of it: `ready`. `too-early`: it lies further ahead than
   * players may ask for. `timeout`: it didn't come. `never`: there is no such playlist.
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

/** What the engine measured over the last few segments. */
export interface StreamMeasurement {
  readonly videoBitrate: number;
  readonly audioBitrate: number;
  readonly frameRate: number;
  readonly keyframeIntervalMs: number;
}

/** Of one video track of several; `audioBitrate` is the one track of sound. */
export interface TrackMeasurement extends StreamMeasurement {
  readonly track: number;
}

export type StreamHealth = "HEALTHY" | "STARVING" | "UNKNOWN";

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
  /** Of the first video track, with the sound. */
  readonly measured: StreamMeasurement;
  /** Of the others of a multitrack source. */
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
  /** Publishers turned away, and connections that the operating system could not give us, since start. */
  readonly refusedPublishes: number;
  /** Bytes of live segments in memory. */
  readonly segmentBytes: number;
  /** Bytes of recording objects waiting for the host, over all streams. */
  readonly recordingPendingBytes: number;
  /** Those of them that wait on the disk. */
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

// ---- events --------------------------------------------------------------------------------------------------------

interface StreamEvent {
  readonly streamName: string;
  readonly streamId: string;
  readonly atMs: number;
}

/** What a source exceeds, in Amazon IVS's words. */
export interface LimitBreach {
  readonly limitName: "Ingest Bitrate" | "Ingest Resolution";
  readonly limitValue: number;
  readonly exceededBy: number;
  readonly limitUnit: "bits per second" | "total pixels" | "pixels per edge";
}

/** Why a session ended. `code` of a takeover is AWS's (StreamTakeoverMediaMismatch, StreamTakeoverInvalidPriority). */
export type SessionEndReason =
  | "publisher-finished"
  | "connection-lost"
  | "stopped"
  | "idle"
  | "protocol-error"
  | "internal-error"
  | "unsupported-media"
  | "video-codec"
  | "transcode-capacity"
  | "limit-breach"
  | "multitrack-not-allowed"
  | "multitrack-required"
  | "multitrack-track-count"
  | "multitrack-track-media"
  | "engine-closed";

/**
 * Order of one broadcast: session-created, (media-info, stream-start, then any of media-info, health, takeover
 * events, stream-end), session-ended. The parenthesis is missing when no segment was ever completed. With a recording:
 * recording-progress…, then exactly one of recording-complete and recording-failed, which may come after session-ended.
 * Where recording was asked for and no media ever came, it is recording-complete with `durationMs: 0`, and the host
 * was not asked to start it. When the process died that carried the broadcast, it is recording-interrupted instead.
 */
export type MediaEvent =
  /** An accepted publisher; nothing is playable yet. */
  | (StreamEvent & {
      readonly type: "session-created";
      readonly connectionId: string;
      readonly remoteAddress: string;
      readonly secure: boolean;
      readonly recording: boolean;
    })
  /** Known when the first segment is complete, and again when the encoder changes its configuration. */
  | (StreamEvent & { readonly type: "media-info"; readonly media: StreamMedia })
  /** The broadcast can't be served as its channel wants; session-ended follows. `reason` is AWS's sentence. */
  | (StreamEvent & { readonly type: "stream-failure"; readonly reason: string })
  /** The source is more than its channel's type allows; session-ended follows. */
  | (StreamEvent & { readonly type: "limit-breach" } & LimitBreach)
  /** The first segments are in the playlists. */
  | (StreamEvent & { readonly type: "stream-start" })
  /** A break begins with the segment that begins now: at `startMs`, wall clock. */
  | (StreamEvent & {
      readonly type: "ad-break";
      readonly id: string;
      readonly startMs: number;
      readonly durationMs: number;
    })
  /** Health or its warnings changed. */
  | (StreamEvent & {
      readonly type: "health";
      readonly health: StreamHealth;
      readonly warnings: readonly string[];
      readonly measured: StreamMeasurement;
    })
  | (StreamEvent & {
      readonly type: "stream-takeover";
      readonly connectionId: string;
      readonly priority: number;
    })
  | (StreamEvent & {
      readonly type: "stream-takeover-failed";
      readonly code:
        | "StreamTakeoverMediaMismatch"
        | "StreamTakeoverInvalidPriority"
        | "StreamTakeoverLimitBreached";
    })
  /** Told only where stream-start was. `durationMs` is media time. */
  | (StreamEvent & { readonly type: "stream-end"; readonly durationMs: number })
  /** The broadcast is over; `message` is a sentence for the operator. */
  | (StreamEvent & {
      readonly type: "session-ended";
      readonly reason: SessionEndReason;
      readonly message: string;
    })
  /** A connection that did not become a broadcast: junk, a refused key, a second publisher, one that left. */
  | {
      readonly type: "publish-refused";
      readonly atMs: number;
      readonly connectionId: string;
      readonly remoteAddress: string;
      readonly secure: boolean;
      readonly reason: string;
    }
  /** One file was acknowledged by the host. `durationMs` and `files` are the recording's totals so far. */
  | (StreamEvent & {
      readonly type: "recording-progress";
      readonly durationMs: number;
      readonly files: number;
      readonly row: RecordingFileRow;
    })
  /** A file was dropped (queue full) or its write was rejected. The next file begins with a discontinuity. */
  | (StreamEvent & {
      readonly type: "recording-gap";
      readonly path: string;
      readonly durationMs: number;
      readonly message: string;
    })
  | (StreamEvent & {
      readonly type: "recording-complete";
      readonly durationMs: number;
      readonly files: number;
      readonly gaps: number;
    })
  /** What was put is all there is: the host finishes the recording from the rows that it stored, if it was started. */
  | (StreamEvent & { readonly type: "recording-interrupted" })
  | (StreamEvent & {
      readonly type: "recording-failed";
      readonly durationMs: number;
      readonly files: number;
      readonly gaps: number;
      readonly message: string;
    });
