import type { RecordingByteRange } from "../engine/messages.ts";

/** One piece of MPEG-TS that begins with program tables, delimiter, parameter sets and a keyframe. */
export interface Segment {
  readonly body: Buffer;
  /** Ordinal in its broadcast from 0, without holes: the same stretch of time in every rendition. */
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
