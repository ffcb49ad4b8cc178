import type { AacConfig } from "../codec/aac-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import type { Segment } from "../container/segment.ts";
import type { SegmentWriter } from "../container/segment-writer.ts";
import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaContainer } from "../port/publish.ts";
import type { RecordingByteRange } from "../port/recording.ts";
import type { Cut, Cutter } from "./cutter.ts";
import { newSegmentWriter } from "./new-segment-writer.ts";
import { PartCutter, type SegmentPart } from "./part-cutter.ts";
import type { TimedMetadata, TimedMetadataReader } from "./timed-metadata.ts";
import type { MediaTimeline } from "./timeline.ts";

type SegmentLimits = Pick<MediaLimits, "segmentDurationMaxMs" | "segmentBytesMax">;

/** One coded picture. */
export interface Picture {
  readonly dtsMs: number;
  readonly ptsMs: number;
  readonly keyframe: boolean;
  /** The segment that begins with it. */
  readonly cut: Cut | undefined;
  /** NAL units in scratch memory. */
  readonly units: readonly Buffer[];
}

/** Called for every frame that goes into a segment, with its media time. */
export interface FrameListener {
  video(picture: Picture): void;
  /** One raw AAC frame in scratch memory. */
  audio(timeMs: number, frame: Buffer): void;
}

export interface SegmenterOptions {
  readonly limits: SegmentLimits;
  /** Default `mpegts`. */
  readonly container?: MediaContainer | undefined;
  readonly cutter: Cutter;
  readonly timeline: MediaTimeline;
  readonly onSegment: (segment: Segment) => void;
  readonly listener?: FrameListener | undefined;
  readonly metadata?: TimedMetadata | undefined;
  /** Called for each piece of a segment before the segment is complete, the last one included. */
  readonly onPart?: ((part: SegmentPart) => void) | undefined;
}

interface KeyframeMark {
  readonly offset: number;
  readonly timeMs: number;
}

/** A segment that is being written. */
interface OpenSegment {
  readonly cut: Cut;
  readonly startMs: number;
  readonly parts: PartCutter;
  readonly keyframes: KeyframeMark[];
  videoBytes: number;
  audioBytes: number;
  videoFrames: number;
}

/**
 * Makes segments of one rendition's frames, beginning at the keyframes that its cutter chooses.
 * Frames before the first one are left out. Throws MediaError `limit` when keyframes stay away for
 * too long.
 */
export class Segmenter {
  readonly #limits: SegmentLimits;
  readonly #cutter: Cutter;
  readonly #onSegment: (segment: Segment) => void;
  readonly #onPart: ((part: SegmentPart) => void) | undefined;
  readonly #listener: FrameListener | undefined;
  readonly #timeline: MediaTimeline;
  readonly #writer: SegmentWriter;
  readonly #metadata: TimedMetadataReader | undefined;
  #video: VideoConfig | undefined;
  #audio: AacConfig | undefined;
  #open: OpenSegment | undefined;
  #lastDtsMs = 0;
  /** The latest frame that is shown. Reordered frames are shown after they are decoded. */
  #lastPtsMs = 0;
  #frameMs = 33;
  #awaitsCut = false;

  constructor(options: SegmenterOptions) {
    const { limits, cutter, timeline, onSegment, onPart, listener, metadata } = options;
    this.#onPart = onPart;
    this.#metadata = metadata?.reader();
    this.#limits = limits;
    this.#cutter = cutter;
    this.#timeline = timeline;
    this.#onSegment = onSegment;
    this.#listener = listener;
    this.#writer = newSegmentWriter(options.container ?? "mpegts", true);
  }

  /** Media time received so far. */
  get mediaMs(): number {
    return this.#lastDtsMs;
  }

  /** True if the configuration that was set last is for the next segment, not for the open one. */
  get awaitsCut(): boolean {
    return this.#awaitsCut;
  }

  /** A changed configuration takes effect with the next keyframe, which begins a new segment. */
  setVideoConfig(config: VideoConfig): void {
    if (this.#video !== undefined && !this.#video.parameterSets.equals(config.parameterSets)) {
      this.#break();
    }
    this.#video = config;
    this.#writer.setVideoConfig(config);
  }

  setAudioConfig(config: AacConfig | undefined): void {
    this.#audio = config;
    const open = this.#open;
    const shown = open?.parts.begun === true ? open.cut : undefined;
    const change = this.#writer.setAudioConfig(config, shown);
    if (open !== undefined && change === "waits") {
      this.#break();
    } else if (open !== undefined && change === "begins") {
      this.#cutter.breakAt(open.cut);
    }
  }

  /** Another publisher's frames follow, beginning with a keyframe. */
  restart(): void {
    this.#writer.flush(this.#lastDtsMs + this.#frameMs);
    this.#timeline.restart(this.#lastPtsMs + this.#frameMs);
    this.#break();
  }

  /** `units` are the picture's NAL units in scratch memory. */
  video(rawMs: number, compositionMs: number, keyframe: boolean, units: readonly Buffer[]): void {
    const mappedMs = this.#timeline.map("video", rawMs);
    if (this.#video === undefined || (this.#open === undefined && !keyframe)) {
      return;
    }
    const dtsMs = this.#open === undefined ? mappedMs : Math.max(mappedMs, this.#lastDtsMs + 1);
    this.#writeMetadata(dtsMs);
    const ptsMs = Math.max(dtsMs, mappedMs + compositionMs);
    const cut = keyframe ? this.#keyframe(dtsMs, ptsMs) : this.#nextPart(dtsMs, false);
    const open = this.#open;
    if (open === undefined) {
      return;
    }
    this.#checkBounds(open, dtsMs);
    if (open.videoFrames > 0) {
      this.#frameMs = Math.max(1, dtsMs - this.#lastDtsMs);
    }
    this.#lastDtsMs = dtsMs;
    this.#lastPtsMs = Math.max(this.#lastPtsMs, ptsMs);
    this.#listener?.video({ dtsMs, ptsMs, keyframe, cut, units });
    open.videoFrames += 1;
    open.videoBytes += this.#writer.video({ dtsMs, ptsMs, keyframe, units });
  }

  /** One raw AAC frame. */
  audio(rawMs: number, frame: Buffer): void {
    const timeMs = this.#timeline.map("audio", rawMs);
    if (this.#open !== undefined && this.#audio !== undefined) {
      // Pictures may stay away while sound goes on.
      this.#checkBounds(this.#open, timeMs);
      this.#listener?.audio(timeMs, frame);
      this.#open.audioBytes += frame.length;
      this.#writer.audio(timeMs, frame);
    }
  }

  /** Completes the last segment, if there is one; its last picture is shown until `untilMs`. */
  finish(untilMs = 0): void {
    this.#writeMetadata(Number.POSITIVE_INFINITY);
    if (this.#open !== undefined) {
      this.#close(this.#open, Math.max(untilMs, this.#lastDtsMs + this.#frameMs));
      this.#open = undefined;
    }
  }

  /**
   * Takes back the segment that is being written: its frames come again, or players aren't to see
   * them.
   */
  discard(): void {
    this.#writer.rollBack();
    if (this.#open !== undefined) {
      this.#metadata?.rewind(this.#open.startMs);
    }
    this.#open = undefined;
  }

  #break(): void {
    this.#cutter.break();
    this.#awaitsCut = this.#open !== undefined;
  }

  #keyframe(dtsMs: number, ptsMs: number): Cut | undefined {
    if (this.#timeline.takeJump()) {
      this.#cutter.jump();
    }
    const cut = this.#cutter.cutAt(dtsMs, ptsMs, this.#open?.cut);
    if (cut !== undefined) {
      if (this.#open !== undefined) {
        this.#close(this.#open, dtsMs);
      }
      this.#awaitsCut = false;
      this.#open = {
        cut,
        startMs: dtsMs,
        parts: new PartCutter(dtsMs),
        keyframes: [],
        videoBytes: 0,
        audioBytes: 0,
        videoFrames: 0,
      };
    }
    if (cut === undefined) {
      this.#nextPart(dtsMs, true);
    }
    if (this.#open !== undefined) {
      this.#writer.flush(dtsMs);
      this.#open.keyframes.push({ offset: this.#writer.length, timeMs: dtsMs });
      this.#writer.begin(cut !== undefined);
    }
    return cut;
  }

  /** Gives a part away, if it is due before this frame. */
  #nextPart(dtsMs: number, keyframe: boolean): undefined {
    const open = this.#open;
    if (this.#onPart !== undefined && open?.parts.isDue(dtsMs, this.#frameMs) === true) {
      this.#writer.flush(dtsMs);
      this.#givePart(open, dtsMs, this.#writer.written, keyframe);
    }
  }

  #givePart(open: OpenSegment, endMs: number, written: Buffer, nextIsKeyframe: boolean): void {
    const part = this.#onPart && open.parts.cut(endMs, written, nextIsKeyframe);
    if (part !== undefined) {
      const { index, body, durationMs, independent } = part;
      const { init } = this.#writer;
      const { programDateTimeMs, discontinuity } = open.cut;
      // Member by member: V8 makes a new shape each time that members follow a spread.
      const whole = {
        index,
        body,
        durationMs,
        independent,
        init,
        programDateTimeMs,
        discontinuity,
      };
      this.#onPart?.(whole);
    }
  }

  #checkBounds(open: OpenSegment, timeMs: number): void {
    if (timeMs - open.startMs > this.#limits.segmentDurationMaxMs) {
      throw new MediaError("limit", "the keyframe interval is too long: set it to 2 seconds");
    }
    if (this.#writer.length > this.#limits.segmentBytesMax) {
      throw new MediaError("limit", "a segment is too large: lower the bitrate");
    }
  }

  /** Writes what is due before a frame of this time. */
  #writeMetadata(beforeMs: number): void {
    if (this.#open === undefined) {
      return;
    }
    for (let due = this.#metadata?.take(beforeMs); due; due = this.#metadata?.take(beforeMs)) {
      this.#writer.metadata(due.timeMs, due.tag);
    }
  }

  #close(open: OpenSegment, endMs: number): void {
    this.#writer.flush(endMs);
    const { init } = this.#writer;
    const body = this.#writer.take();
    this.#givePart(open, endMs, body, true);
    const { index, discontinuity, programDateTimeMs } = open.cut;
    this.#onSegment({
      body,
      init,
      index,
      durationMs: endMs - open.startMs,
      programDateTimeMs,
      discontinuity,
      keyframeIntervals: intervals(open.keyframes, body.length, endMs),
      videoBytes: open.videoBytes,
      audioBytes: open.audioBytes,
      videoFrames: open.videoFrames,
    });
  }
}

function intervals(
  keyframes: readonly KeyframeMark[],
  length: number,
  endMs: number,
): RecordingByteRange[] {
  return keyframes.map(({ offset, timeMs }, index) => {
    const next = keyframes[index + 1] ?? { offset: length, timeMs: endMs };
    return { offset, length: next.offset - offset, durationMs: next.timeMs - timeMs };
  });
}
