import { strict as assert } from "node:assert";
import type { AacConfig } from "../codec/aac-config.ts";
import { nalUnitsBytes } from "../codec/nal-units.ts";
import { isSameSize, type VideoConfig } from "../codec/video-config.ts";
import type { Segment } from "../container/segment.ts";
import type { Rendition } from "../hls/rendition.ts";
import { renditionName } from "../hls/rendition-name.ts";
import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaContainer } from "../port/publish.ts";
import type { MultitrackPlan, TrackMeasurement } from "../port/source.ts";
import { type Cut, CutSchedule, FollowingCutter } from "../segmenter/cutter.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import type { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { FollowingTimeline, type Timeline } from "../segmenter/timeline.ts";
import type { IngestGuard } from "./ingest-limits.ts";
import type { KnownTracks } from "./publisher-tracks.ts";
import { SegmentMeasure } from "./segment-measure.ts";
import type { VideoFrame } from "./video-frame.ts";

/** Frames that may wait for the first track: seconds of all tracks. */
const WAITING_MAX = 1_000;
/**
 * A track may lag the first one by so many segments, whose own are kept until then: encoders send
 * all tracks together.
 */
const SEGMENTS_BEHIND_MAX = 10;

export interface FurtherTracksOptions {
  /** Undefined where a stream has one track only. */
  readonly plan: MultitrackPlan | undefined;
  readonly limits: MediaLimits;
  /** Holds each track to the limits of a source by itself, with the sound that all have. */
  readonly guard: IngestGuard;
  readonly container: MediaContainer;
  /** The first track's. */
  readonly timeline: Timeline;
  readonly metadata: TimedMetadata;
  readonly onSegment: (rendition: Rendition, segment: Segment) => void;
  /** Undefined for channels without parts. */
  readonly onPart: ((renditionId: string, part: SegmentPart) => void) | undefined;
}

interface FurtherTrack {
  config: VideoConfig;
  readonly name: string;
  readonly segmenter: Segmenter;
  readonly cutter: FollowingCutter;
  readonly measure: SegmentMeasure;
}

interface WaitingFrame {
  readonly timestampMs: number;
  readonly frame: VideoFrame;
  /** Already when it came. */
  readonly isFarBehind: boolean;
}

/**
 * The renditions that an encoder makes itself: every track but the first, cut where the first one
 * is cut. A frame waits until the first track has come as far, because that one decides where
 * segments begin.
 */
export class FurtherTracks {
  readonly #options: FurtherTracksOptions;
  readonly #schedule = new CutSchedule();
  readonly #tracks = new Map<number, FurtherTrack>();
  #waiting: WaitingFrame[] = [];
  #waitingBytes = 0;
  /** Timestamp of the first track's latest frame. */
  #leaderMs: number | undefined;
  #leaderName = "";
  #audio: AacConfig | undefined;
  #isDecided = false;
  #frameRate = 0;

  constructor(options: FurtherTracksOptions) {
    this.#options = options;
  }

  /** Throws MediaError `multitrack-…` for tracks that the channel doesn't take. */
  configure({ video, audio, announced, further }: KnownTracks): void {
    this.#audio = audio;
    this.#frameRate = announced.frameRate || video?.sps.frameRate || this.#frameRate;
    this.#leaderName = video === undefined ? "" : this.#nameOf(video);
    if (video !== undefined && further.size > 0) {
      this.#checkHeight(video);
    }
    for (const [id, config] of further) {
      const known = this.#tracks.get(id);
      if (known === undefined) {
        this.#tracks.set(id, this.#newTrack(config));
      } else {
        checkSamePicture(id, known.config, config);
        known.config = config;
        known.segmenter.setVideoConfig(config);
      }
      this.#options.guard.picture(config.sps);
    }
    for (const { segmenter } of this.#tracks.values()) {
      segmenter.setAudioConfig(audio);
    }
  }

  measured(): readonly TrackMeasurement[] {
    return [...this.#tracks].map(([track, { measure }]) => ({ track, ...measure.measured() }));
  }

  /** Throws MediaError where a track doesn't come. */
  cut(cut: Cut): void {
    for (const [id, { cutter }] of this.#tracks) {
      if (cut.index - cutter.nextIndex > SEGMENTS_BEHIND_MAX) {
        throw trackMedia(id, "has too few frames");
      }
    }
    const mayHaveTracks = this.#options.plan !== undefined && !this.#isDecided;
    if (mayHaveTracks || this.#tracks.size > 0) {
      this.#schedule.add(cut);
    }
  }

  /** Writes the frame where the first track has come as far, and else copies it. */
  video(timestampMs: number, frame: VideoFrame): void {
    const isFarBehind = this.#options.timeline.isFarBehind(timestampMs);
    if (!isFarBehind && this.#isDue(timestampMs)) {
      this.#write(timestampMs, frame);
      return;
    }
    this.#waitingBytes += nalUnitsBytes(frame.units);
    const isTooLarge = this.#waitingBytes > this.#options.limits.segmentBytesMax;
    if (isTooLarge || this.#waiting.length >= WAITING_MAX) {
      throw new MediaError("multitrack-track-media", "the first track has no frames");
    }
    const copy = { ...frame, units: frame.units.map((unit) => Buffer.from(unit)) };
    this.#waiting.push({ timestampMs, frame: copy, isFarBehind });
  }

  audio(timestampMs: number, frame: Buffer): void {
    for (const { segmenter } of this.#tracks.values()) {
      segmenter.audio(timestampMs, frame);
    }
  }

  /**
   * Writes frames that waited for the first track to come to here. Throws MediaError if another
   * track comes much later than the first.
   */
  release(timestampMs: number): void {
    this.#leaderMs = timestampMs;
    if (this.#waiting.length === 0) {
      return;
    }
    const due = this.#waiting.filter((waiting) => this.#isDue(waiting.timestampMs));
    this.#waiting = this.#waiting.filter((waiting) => !this.#isDue(waiting.timestampMs));
    this.#waitingBytes = this.#waiting.reduce(
      (sum, { frame }) => sum + nalUnitsBytes(frame.units),
      0,
    );
    for (const waiting of due) {
      // It may have been far behind only when it came: if timestamps jump back, the first track
      // follows. This is checked now, because the first track has a gap.
      if (waiting.isFarBehind && this.#options.timeline.isFarBehind(waiting.timestampMs)) {
        throw trackMedia(waiting.frame.track, "comes too late behind track 0");
      }
      this.#write(waiting.timestampMs, waiting.frame);
    }
  }

  /**
   * Called when the first track's first segment is complete. Returns the renditions that there are,
   * the largest first; no others may follow.
   */
  decide(frameRate: number): readonly string[] {
    this.#isDecided = true;
    this.#frameRate ||= frameRate;
    return [...this.#tracks.values()]
      .toSorted((a, b) => b.config.sps.height - a.config.sps.height)
      .map(({ name }) => name);
  }

  /** Another publisher's frames follow. */
  restart(): void {
    this.#writeWaiting();
    this.#leaderMs = undefined;
    for (const { segmenter } of this.#tracks.values()) {
      segmenter.restart();
    }
  }

  /** Ends the stream; last frames that can't be used are left out. */
  finish(): void {
    try {
      this.#writeWaiting();
    } catch (error) {
      if (!(error instanceof MediaError)) {
        throw error;
      }
    }
    for (const { segmenter } of this.#tracks.values()) {
      segmenter.finish();
    }
  }

  #isDue(timestampMs: number): boolean {
    return this.#leaderMs !== undefined && timestampMs <= this.#leaderMs;
  }

  #writeWaiting(): void {
    this.#waitingBytes = 0;
    for (const { timestampMs, frame } of this.#waiting.splice(0)) {
      this.#write(timestampMs, frame);
    }
  }

  #write(timestampMs: number, { track, compositionMs, keyframe, units }: VideoFrame): void {
    try {
      this.#tracks.get(track)?.segmenter.video(timestampMs, compositionMs, keyframe, units);
    } catch (error) {
      const isUnaligned = error instanceof MediaError && error.code === "engine";
      throw isUnaligned ? trackMedia(track, "has no keyframe where track 0 has one") : error;
    }
  }

  #newTrack(config: VideoConfig): FurtherTrack {
    const { plan, limits, container, timeline, metadata, onPart } = this.#options;
    assert(plan, "a channel for one track is given no further ones");
    if (this.#isDecided) {
      throw new MediaError("multitrack-track-count", "all video tracks begin together");
    }
    const name = this.#nameOf(config);
    const names = [this.#leaderName, ...[...this.#tracks.values()].map((track) => track.name)];
    if (names.includes(name)) {
      throw new MediaError("multitrack-track-media", `two video tracks are ${name}`);
    }
    this.#checkHeight(config);
    const cutter = new FollowingCutter(this.#schedule);
    const segmenter = new Segmenter({
      limits,
      container,
      cutter,
      timeline: new FollowingTimeline(timeline),
      metadata,
      onSegment: (segment) => this.#complete(track, segment),
      onPart: onPart && ((part) => onPart(name, part)),
    });
    const track: FurtherTrack = {
      config,
      name,
      segmenter,
      cutter,
      measure: new SegmentMeasure(),
    };
    segmenter.setVideoConfig(config);
    segmenter.setAudioConfig(this.#audio);
    return track;
  }

  #checkHeight(config: VideoConfig): void {
    const heightMax = this.#options.plan?.heightMax ?? Number.POSITIVE_INFINITY;
    if (config.sps.height > heightMax) {
      const message = `a video track is ${this.#nameOf(config)}: ${heightMax} lines are allowed`;
      throw new MediaError("multitrack-track-media", message);
    }
  }

  #complete({ config, name, measure }: FurtherTrack, segment: Segment): void {
    measure.add(segment);
    this.#options.guard.rate(config.sps, measure.measured(), measure.count);
    const { width, height, frameRate } = config.sps;
    const codecs = [config.codec, this.#audio?.codec].filter((codec) => codec !== undefined);
    const picture = { width, height, frameRate: frameRate || this.#frameRate };
    this.#options.onSegment({ id: name, name, picture, codecs: codecs.join(",") }, segment);
    const next = [...this.#tracks.values()].map(({ cutter }) => cutter.nextIndex);
    this.#schedule.forgetBefore(Math.min(...next));
  }

  #nameOf({ sps: { height, frameRate } }: VideoConfig): string {
    return renditionName(height, frameRate || this.#frameRate);
  }
}

/** Only the first track decides where a segment begins, with which a picture may change. */
function checkSamePicture(track: number, before: VideoConfig, now: VideoConfig): void {
  if (!isSameSize(before, now)) {
    const [from, to] = [before, now].map(({ sps: { width, height } }) => `${width}x${height}`);
    throw trackMedia(track, `changes from ${from} to ${to}`);
  }
}

function trackMedia(track: number, message: string): MediaError {
  return new MediaError("multitrack-track-media", `video track ${track} ${message}`);
}
