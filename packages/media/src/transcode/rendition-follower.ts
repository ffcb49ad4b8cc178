import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { type AvcConfig, parseAvcConfig } from "../codec/avc-config.ts";
import { FlvStream } from "../container/flv/flv-stream.ts";
import type { Segment } from "../container/segment.ts";
import type { Rendition } from "../hls/rendition.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaUnit, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { MediaContainer } from "../port/publish.ts";
import { AudioSegmenter } from "../segmenter/audio-segmenter.ts";
import { type CutSchedule, FollowingCutter } from "../segmenter/cutter.ts";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import type { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { FixedTimeline } from "../segmenter/timeline.ts";
import type { LadderStep } from "./ladder.ts";
import { TAPE_ORIGIN_MS } from "./source-tape.ts";

/** ffmpeg is asked for these. */
const CODECS: ReadonlySet<TrackCodec> = new Set(["h264", "aac"]);

/**
 * Makes the segments of one step of a ladder from what ffmpeg writes of it, cut where the source
 * was cut.
 */
export class RenditionFollower {
  readonly #step: LadderStep;
  readonly #limits: MediaLimits;
  readonly #cutter: FollowingCutter;
  readonly #segmenter: Segmenter | undefined;
  readonly #audioSegmenter: AudioSegmenter | undefined;
  #video: AvcConfig | undefined;
  #audio: AacConfig | undefined;
  #stream: FlvStream;
  readonly #kinds = new Map<number, TrackConfig["kind"]>();
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
    this.#stream = this.#newStream();
  }

  /** Number of complete segments. */
  get completed(): number {
    return this.#completed;
  }

  /** Media time that ffmpeg has written. */
  get progressMs(): number {
    return this.#progressMs;
  }

  /** Throws MediaError for output that ffmpeg wasn't asked for. */
  push(chunk: Buffer): void {
    this.#stream.push(chunk);
  }

  /**
   * Another run of ffmpeg follows; it begins at or before the first segment that isn't complete.
   */
  restart(): void {
    this.#segmenter?.discard();
    this.#audioSegmenter?.discard();
    this.#cutter.resumeAt(this.#completed);
    this.#video = undefined;
    this.#audio = undefined;
    this.#stream = this.#newStream();
  }

  /** Completes the last segment, if one is begun. */
  finish(): void {
    this.#segmenter?.finish();
    this.#audioSegmenter?.finish();
  }

  #newStream(): FlvStream {
    return new FlvStream(this.#limits.messageBytesMax, {
      takes: CODECS,
      configure: (tracks) => {
        for (const track of tracks) {
          this.#configure(track);
        }
      },
      write: (unit) => this.#write(unit),
    });
  }

  #configure({ id, kind, config }: TrackConfig): void {
    this.#kinds.set(id, kind);
    if (config === undefined) {
      return;
    }
    const record = Buffer.from(config);
    if (kind === "video") {
      this.#video = parseAvcConfig(record);
      this.#segmenter?.setVideoConfig(this.#video);
    } else {
      this.#audio = parseAacConfig(record);
      this.#segmenter?.setAudioConfig(this.#audio);
      this.#audioSegmenter?.setAudioConfig(this.#audio);
    }
  }

  #write({ track, dts: timeMs, pts, key, data }: MediaUnit): void {
    const mediaMs = timeMs - TAPE_ORIGIN_MS;
    if (this.#kinds.get(track) === "video") {
      this.#progressMs = mediaMs;
      this.#segmenter?.video(timeMs, pts - timeMs, key, data);
      return;
    }
    for (const frame of data) {
      this.#segmenter?.audio(timeMs, frame);
      if (this.#audioSegmenter !== undefined) {
        this.#progressMs = mediaMs;
        this.#audioSegmenter.audio(mediaMs, frame);
      }
    }
  }

  #rendition(): Rendition {
    const { name, video } = this.#step;
    const codecs = [this.#video?.codec, this.#audio?.codec];
    return {
      id: name,
      name,
      picture: video && { width: video.width, height: video.height, frameRate: video.frameRate },
      codecs: codecs.filter((codec) => codec !== undefined).join(","),
    };
  }
}
