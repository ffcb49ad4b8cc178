import type { RecordingByteRange } from "../port/recording.ts";

/**
 * Players read it before segments that don't say it themselves (RFC 8216, "Media Initialization
 * Section").
 */
export interface InitSection {
  /** File name, made of the content: equal names are equal bytes. */
  readonly name: string;
  readonly body: Buffer;
}

/**
 * One piece of media that begins with a keyframe and with all that a player needs, but for its
 * `init`.
 */
export interface Segment {
  readonly body: Buffer;
  /** Undefined in a transport stream. */
  readonly init?: InitSection | undefined;
  /**
   * Ordinal in its broadcast from 0, without holes: the same stretch of time in every rendition.
   */
  readonly index: number;
  readonly durationMs: number;
  /** Wall clock of its first frame. */
  readonly programDateTimeMs: number;
  /** True when it does not continue the segment before it. */
  readonly discontinuity: boolean;
  /** One per keyframe interval, covering the body. */
  readonly keyframeIntervals: readonly RecordingByteRange[];
  readonly videoBytes: number;
  readonly audioBytes: number;
  readonly videoFrames: number;
}
