import type { AacConfig } from "../codec/aac-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import type { InitSection } from "./segment.ts";

/** One coded picture. Times are media time. */
export interface CodedPicture {
  readonly dtsMs: number;
  readonly ptsMs: number;
  readonly keyframe: boolean;
  /** NAL units in scratch memory. */
  readonly units: readonly Buffer[];
}

/** The facts that players know about a segment once they have a part of it. */
export interface SegmentStart {
  readonly discontinuity: boolean;
}

/**
 * The effect of a sound configuration on the segment that is being written: none (`goes-on`), the
 * segment uses it and doesn't continue the ones before it (`begins`), or the next segment will
 * (`waits`).
 */
export type SoundChange = "goes-on" | "begins" | "waits";

/** Writes the frames of one rendition into the bytes of its segments. */
export interface SegmentWriter {
  /**
   * The init section of the segment that is being written; undefined for containers whose segments
   * need none.
   */
  readonly init: InitSection | undefined;
  /** Bytes given since the last `take`. */
  readonly length: number;
  /** Those of them that are complete, in memory that is reused after the next `take`. */
  readonly written: Buffer;
  setVideoConfig(config: VideoConfig): void;
  /** `shown` where players have parts of the segment already. */
  setAudioConfig(config: AacConfig | undefined, shown?: SegmentStart): SoundChange;
  /** A player may begin with the frame that follows. After `flush`. */
  begin(isSegmentStart: boolean): void;
  /** Returns the bytes of the picture. */
  video(picture: CodedPicture): number;
  /** One raw AAC frame in scratch memory. */
  audio(timeMs: number, frame: Buffer): void;
  /** An ID3 tag. */
  metadata(timeMs: number, tag: Buffer): void;
  /** Completes what was given; its last picture is shown until `endMs`. */
  flush(endMs: number): void;
  /** Hands out what is complete, in memory of its own. */
  take(): Buffer;
  /** Forgets what was given since the last `take`. */
  rollBack(): void;
}
