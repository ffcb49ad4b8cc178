import type { Segment } from "../container/segment.ts";
import type { Rendition } from "../hls/rendition.ts";
import { TrackReader } from "../ingest/track-reader.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaContainer } from "../port/publish.ts";
import { AudioSegmenter } from "../segmenter/audio-segmenter.ts";
import { type CutSchedule, FollowingCutter } from "../segmenter/cutter.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import type { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { FixedTimeline } from "../segmenter/timeline.ts";
import { FLV_TAG, FlvReader } from "./flv-reader.ts";
import type { LadderStep } from "./ladder.ts";
import { TAPE_ORIGIN_MS } from "./source-tape.ts";

/** Makes the segments of one step of a ladder from what ffmpeg writes of it, cut where the source was cut. */
export class RenditionFollower {
  readonly #step: LadderStep;
  readonly #limits: MediaLimits;
  readonly #cutter: FollowingCutter;
  readonly #segmenter: Segmenter | undefined;
  readonly #audioSegmenter: AudioSegmenter | undefined;
  #tracks = new TrackReader();
  #reader: FlvReader;
  #completed = 0;
  #progressMs = 0;

  constructor(
    step: LadderStep,
    schedule: CutSchedule,
    metadata: TimedMetadata,
    limits: MediaLimits,
    container: MediaContainer,
    onSegment: (rendition: Rendition, segment: Segment) => void,
    onPart: ((renditionId: string, part: SegmentPart) => void) | undefined,
  ) {
    this.#step = step;
    this.#limits = limits;
    this.#cutter = new FollowingCutter(schedule);
    const complete = (segment: Segment): void => {
      this.#completed = segment.index + 1;
      onSegment(this.#rendition(), segment);
    };
    if (step.video === undefined) {
      this.#audioSegmenter = new AudioSegmenter(schedule, metadata, container, complete);
    } else {
      const timeline = new FixedTimeline(TAPE_ORIGIN_MS);
      this.#segmenter = new Segmenter({
        limits,
        container,
        cutter: this.#cutter,
        timeline,
        onSegment: complete,
        metadata,
        onPart: onPart && ((part) => onPart(step.name, part)),
      });
    }
    this.#reader = this.#newReader();
  }

  /** So many segments are complete. */
  get completed(): number {
    return this.#completed;
  }

  /** Media time that has come out. */
  get progressMs(): number {
    return this.#progressMs;
  }

  /** Throws MediaError for what can't be what ffmpeg was asked for. */
  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  /** Another run of ffmpeg follows; it begins at or before the first segment that isn't complete. */
  restart(): void {
    this.#segmenter?.discard();
    this.#audioSegmenter?.discard();
    this.#cutter.resumeAt(this.#completed);
    this.#tracks = new TrackReader();
    this.#reader = this.#newReader();
  }

  /** Completes the last segment, if one is begun. */
  finish(): void {
    this.#segmenter?.finish();
    this.#audioSegmenter?.finish();
  }

  #newReader(): FlvReader {
    return new FlvReader(this.#limits.messageBytesMax, (type, timestampMs, body) => {
      if (type === FLV_TAG.video) {
        this.#video(timestampMs, body);
      } else if (type === FLV_TAG.audio) {
        this.#audio(timestampMs, body);
      }
    });
  }

  #video(timestampMs: number, body: Buffer): void {
    for (const frame of this.#tracks.readVideo(body)) {
      if (frame === "config") {
        if (this.#tracks.video !== undefined) {
          this.#segmenter?.setVideoConfig(this.#tracks.video);
        }
      } else {
        this.#progressMs = timestampMs - TAPE_ORIGIN_MS;
        this.#segmenter?.video(timestampMs, frame.compositionMs, frame.keyframe, frame.units);
      }
    }
  }

  #audio(timestampMs: number, body: Buffer): void {
    const frame = this.#tracks.readAudio(body);
    if (frame === "config") {
      this.#segmenter?.setAudioConfig(this.#tracks.audio);
      this.#audioSegmenter?.setAudioConfig(this.#tracks.audio);
    } else if (frame !== undefined) {
      this.#segmenter?.audio(timestampMs, frame);
      if (this.#audioSegmenter !== undefined) {
        this.#progressMs = timestampMs - TAPE_ORIGIN_MS;
        this.#audioSegmenter.audio(this.#progressMs, frame);
      }
    }
  }

  #rendition(): Rendition {
    const { name, video } = this.#step;
    const codecs = [this.#tracks.video?.codec, this.#tracks.audio?.codec];
    return {
      id: name,
      name,
      picture: video && { width: video.width, height: video.height, frameRate: video.frameRate },
      codecs: codecs.filter((codec) => codec !== undefined).join(","),
    };
  }
}
