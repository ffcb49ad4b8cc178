import type { AacConfig } from "../codec/aac-config.ts";
import { toAnnexB } from "../codec/avc-access-unit.ts";
import type { AvcConfig } from "../codec/avc-config.ts";
import type { RecordingByteRange } from "../engine/messages.ts";
import type { MediaLimits } from "../limits.ts";
import { MediaError } from "../media-error.ts";
import { TICKS_PER_MS } from "../mpegts/transport-stream.ts";
import { TsMuxer } from "../mpegts/ts-muxer.ts";
import { AudioPacker } from "./audio-packer.ts";
import type { Segment } from "./segment.ts";
import { Timeline } from "./timeline.ts";

/** Media time 0 lies here, so that clocks and early presentation times are not negative. As ffmpeg's muxer. */
const ORIGIN_TICKS = 126_000;
/** A keyframe this much early still ends the segment: RTMP rounds to milliseconds, encoders drop frames. */
const CUT_TOLERANCE_MS = 50;
const DELIMITER = Buffer.of(0, 0, 0, 1, 9, 0xf0);

type SegmentLimits = Pick<
  MediaLimits,
  "segmentDurationMs" | "segmentDurationMaxMs" | "segmentBytesMax"
>;

interface KeyframeMark {
  readonly offset: number;
  readonly timeMs: number;
}

/** A segment that is being written. */
interface OpenSegment {
  readonly startMs: number;
  readonly discontinuity: boolean;
  readonly keyframes: KeyframeMark[];
  videoBytes: number;
  audioBytes: number;
  videoFrames: number;
}

/**
 * Makes MPEG-TS segments of one broadcast's frames, cut at the first keyframe after `segmentDurationMs`. Frames before
 * the first keyframe are left out. Throws MediaError `limit` when keyframes stay away for too long.
 */
export class Segmenter {
  readonly #limits: SegmentLimits;
  readonly #now: () => number;
  readonly #onSegment: (segment: Segment) => void;
  readonly #timeline = new Timeline();
  readonly #muxer = new TsMuxer();
  readonly #packer: AudioPacker;
  #video: AvcConfig | undefined;
  #audio: AacConfig | undefined;
  #keyframePrefix = DELIMITER;
  #open: OpenSegment | undefined;
  #breakPending = false;
  #nextIndex = 0;
  #lastDtsMs = 0;
  /** The latest frame that is shown. Reordered frames are shown after they are decoded. */
  #lastPtsMs = 0;
  #frameMs = 33;
  /** Wall clock minus media time. */
  #wallOffsetMs: number | undefined;

  constructor(limits: SegmentLimits, now: () => number, onSegment: (segment: Segment) => void) {
    this.#limits = limits;
    this.#now = now;
    this.#onSegment = onSegment;
    this.#packer = new AudioPacker((ptsTicks, frames) => this.#writeAudio(ptsTicks, frames));
  }

  /** Media time received so far. */
  get mediaMs(): number {
    return this.#lastDtsMs;
  }

  /** A changed configuration takes effect with the next keyframe, which begins a new segment. */
  setVideoConfig(config: AvcConfig): void {
    if (this.#video !== undefined && !this.#video.parameterSets.equals(config.parameterSets)) {
      this.#breakPending = true;
    }
    this.#video = config;
    this.#keyframePrefix = Buffer.concat([DELIMITER, config.parameterSets]);
  }

  setAudioConfig(config: AacConfig | undefined): void {
    this.#packer.flush();
    this.#audio = config;
  }

  /** Another publisher's frames follow, beginning with a keyframe. */
  restart(): void {
    this.#packer.flush();
    this.#timeline.restart(this.#lastPtsMs + this.#frameMs);
    this.#breakPending = true;
  }

  /** `units` are length-prefixed NAL units; they're changed in place. */
  video(rawMs: number, compositionMs: number, keyframe: boolean, units: Buffer): void {
    const mappedMs = this.#timeline.map(rawMs);
    const config = this.#video;
    if (config === undefined || (this.#open === undefined && !keyframe)) {
      return;
    }
    const unit = toAnnexB(units, config.nalLengthBytes);
    const dtsMs = this.#open === undefined ? mappedMs : Math.max(mappedMs, this.#lastDtsMs + 1);
    if (keyframe) {
      this.#keyframe(dtsMs);
    }
    const open = this.#open;
    if (open === undefined) {
      return;
    }
    this.#checkBounds(open, dtsMs);
    if (open.videoFrames > 0) {
      this.#frameMs = Math.max(1, dtsMs - this.#lastDtsMs);
    }
    this.#lastDtsMs = dtsMs;
    this.#lastPtsMs = Math.max(this.#lastPtsMs, dtsMs, mappedMs + compositionMs);
    open.videoFrames += 1;
    open.videoBytes += unit.bytes.length;
    const dtsTicks = toTicks(dtsMs);
    const ptsTicks = Math.max(dtsTicks, toTicks(mappedMs + compositionMs));
    const prefix = keyframe && !unit.hasParameterSets ? this.#keyframePrefix : DELIMITER;
    this.#muxer.writeVideo(ptsTicks, dtsTicks, keyframe, prefix, unit.bytes);
  }

  /** One raw AAC frame. */
  audio(rawMs: number, frame: Buffer): void {
    const timeMs = this.#timeline.map(rawMs);
    if (this.#open !== undefined && this.#audio !== undefined) {
      this.#packer.add(this.#audio, toTicks(timeMs), frame);
    }
  }

  /** Completes the last segment, if there is one. */
  finish(): void {
    if (this.#open !== undefined) {
      this.#close(this.#open, this.#lastDtsMs + this.#frameMs);
      this.#open = undefined;
    }
  }

  #keyframe(dtsMs: number): void {
    this.#packer.flush();
    const open = this.#open;
    const due = this.#limits.segmentDurationMs - CUT_TOLERANCE_MS;
    if (open !== undefined && (this.#breakPending || dtsMs - open.startMs >= due)) {
      this.#close(open, dtsMs);
      this.#open = undefined;
    }
    if (this.#open === undefined) {
      this.#open = {
        startMs: dtsMs,
        discontinuity: this.#breakPending,
        keyframes: [],
        videoBytes: 0,
        audioBytes: 0,
        videoFrames: 0,
      };
      this.#breakPending = false;
      if (this.#timeline.takeJump() || this.#wallOffsetMs === undefined) {
        this.#wallOffsetMs = this.#now() - dtsMs;
      }
    }
    this.#open.keyframes.push({ offset: this.#muxer.length, timeMs: dtsMs });
    this.#muxer.writeTables(this.#audio !== undefined);
  }

  #checkBounds(open: OpenSegment, dtsMs: number): void {
    if (dtsMs - open.startMs > this.#limits.segmentDurationMaxMs) {
      throw new MediaError("limit", "the keyframe interval is too long: set it to 2 seconds");
    }
    if (this.#muxer.length > this.#limits.segmentBytesMax) {
      throw new MediaError("limit", "a segment is too large: lower the bitrate");
    }
  }

  #writeAudio(ptsTicks: number, frames: Buffer): void {
    if (this.#open !== undefined) {
      this.#open.audioBytes += frames.length;
      this.#muxer.writeAudio(ptsTicks, frames);
    }
  }

  #close(open: OpenSegment, endMs: number): void {
    this.#packer.flush();
    const body = this.#muxer.take();
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    this.#onSegment({
      body,
      index,
      durationMs: endMs - open.startMs,
      programDateTimeMs: Math.round(open.startMs + (this.#wallOffsetMs ?? 0)),
      discontinuity: open.discontinuity,
      keyframeIntervals: intervals(open.keyframes, body.length, endMs),
      videoBytes: open.videoBytes,
      audioBytes: open.audioBytes,
      videoFrames: open.videoFrames,
    });
  }
}

function toTicks(timeMs: number): number {
  return ORIGIN_TICKS + timeMs * TICKS_PER_MS;
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
