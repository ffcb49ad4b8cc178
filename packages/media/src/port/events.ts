import type { RecordingFileRow } from "./recording.ts";
import type { StreamHealth, StreamMeasurement, StreamMedia } from "./source.ts";

interface StreamEvent {
  readonly streamName: string;
  readonly streamId: string;
  readonly atMs: number;
}

/**
 * The limit that a source exceeds: bits per second, or pixels of the whole picture or of an edge.
 */
export interface LimitBreach {
  readonly limit: "bitrate" | "pixels" | "edge";
  readonly limitValue: number;
  readonly exceededBy: number;
}

/** Why a session ended. */
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
 * Order of one broadcast: session-created, (media-info, stream-start, then any of media-info,
 * health, takeover events, stream-end), session-ended. The parenthesis is missing when no segment
 * was ever completed. With a recording: recording-progress…, then exactly one of recording-complete
 * and recording-failed, which may come after session-ended. Where recording was asked for and no
 * media ever came, it is recording-complete with `durationMs: 0`, and the host was not asked to
 * start it. When the process died that carried the broadcast, or closes before the host has taken
 * everything, it is recording-interrupted instead.
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
  /**
   * Known when the first segment is complete, and again when the encoder changes its configuration.
   */
  | (StreamEvent & { readonly type: "media-info"; readonly media: StreamMedia })
  /**
   * The broadcast can't be served as its host wants; session-ended follows, with the same reason.
   */
  | (StreamEvent & { readonly type: "stream-failure"; readonly reason: "transcode-capacity" })
  /** The source is more than its limits allow; session-ended follows. */
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
      readonly reason: "media-mismatch" | "invalid-priority" | "too-many-takeovers";
    })
  /** Told only where stream-start was. `durationMs` is media time. */
  | (StreamEvent & { readonly type: "stream-end"; readonly durationMs: number })
  /** The broadcast is over; `message` is a sentence for the operator. */
  | (StreamEvent & {
      readonly type: "session-ended";
      readonly reason: SessionEndReason;
      readonly message: string;
    })
  /**
   * A connection that did not become a broadcast: junk, a refused key, a second publisher, one that
   * left.
   */
  | {
      readonly type: "publish-refused";
      readonly atMs: number;
      readonly connectionId: string;
      readonly remoteAddress: string;
      readonly secure: boolean;
      readonly reason: string;
    }
  /** A publication is recorded from now on: it has no session, and the events of a recording. */
  | (StreamEvent & { readonly type: "recording-opened" })
  /**
   * One file was acknowledged by the host. `durationMs` and `files` are the recording's totals so
   * far.
   */
  | (StreamEvent & {
      readonly type: "recording-progress";
      readonly durationMs: number;
      readonly files: number;
      readonly row: RecordingFileRow;
    })
  /**
   * A file was dropped (queue full) or its write was rejected. The next file begins with a
   * discontinuity.
   */
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
  /**
   * Nothing more will be put: the host finishes the recording from the rows that it stored, if it
   * was started.
   */
  | (StreamEvent & { readonly type: "recording-interrupted" })
  | (StreamEvent & {
      readonly type: "recording-failed";
      readonly durationMs: number;
      readonly files: number;
      readonly gaps: number;
      readonly message: string;
    });

type Described<E> = E extends { readonly streamId: string }
  ? Omit<E, "streamName" | "streamId" | "atMs">
  : never;

/** An event of one broadcast without the members that are the same for all of them. */
export type StreamEventBody = Described<MediaEvent>;
