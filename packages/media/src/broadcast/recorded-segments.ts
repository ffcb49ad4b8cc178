import type { Segment } from "../container/segment.ts";
import type { MediaLimits } from "../port/limits.ts";
import { AudioSegmenter } from "../segmenter/audio-segmenter.ts";
import { type Cut, CutSchedule, LeadingCutter } from "../segmenter/cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import { Timeline } from "../segmenter/timeline.ts";
import type { FedBroadcast } from "./publisher-feed.ts";
import type { KnownTracks } from "./publisher-tracks.ts";
import type { VideoFrame } from "./video-frame.ts";

const CONTAINER = "fmp4";
/** Sound goes on without pictures after this: a camera was switched off, or never on. */
const PICTURES_ABSENT_MS = 3_000;

export interface RecordedSegmentsOptions {
  readonly limits: MediaLimits;
  readonly now: () => number;
  /** Pictures are left out. */
  readonly isSoundOnly: boolean;
  readonly onSegment: (segment: Segment) => void;
}

/** Sound without pictures, from its first segment to the next picture. */
interface SoundAlone {
  readonly schedule: CutSchedule;
  open: Cut | undefined;
  segmenter: AudioSegmenter | undefined;
}

/**
 * Makes fragmented MP4 of what one publisher sends: segments begin with keyframes as long as there
 * are pictures, and are cut by time while there is sound alone.
 */
export class RecordedSegments implements FedBroadcast {
  tracks: KnownTracks | undefined;
  readonly #options: RecordedSegmentsOptions;
  readonly #timeline = new Timeline();
  readonly #cutter: LeadingCutter;
  readonly #pictures: Segmenter;
  #sound: SoundAlone | undefined;
  /** The publisher's time of the latest picture, or of the first sound before any. */
  #pictureAtMs: number | undefined;
  #hasSegments = false;

  constructor(options: RecordedSegmentsOptions) {
    const { limits, now, onSegment } = options;
    this.#options = options;
    this.#cutter = new LeadingCutter(limits, now, () => {
      this.#hasSegments = true;
    });
    const [cutter, timeline] = [this.#cutter, this.#timeline];
    this.#pictures = new Segmenter({ limits, container: CONTAINER, cutter, timeline, onSegment });
  }

  isActive(): boolean {
    return true;
  }

  bitrateMax(): undefined {}
  takeOver(): void {}
  gone(): void {}

  configure(tracks: KnownTracks): void {
    this.tracks = tracks;
    if (!this.#options.isSoundOnly && tracks.video !== undefined) {
      this.#pictures.setVideoConfig(tracks.video);
    }
    this.#pictures.setAudioConfig(tracks.audio);
    this.#sound?.segmenter?.setAudioConfig(tracks.audio);
  }

  video(timeMs: number, { keyframe, compositionMs, units }: VideoFrame): void {
    if (this.#options.isSoundOnly || (this.#sound !== undefined && !keyframe)) {
      return;
    }
    this.#endSound();
    this.#pictureAtMs = timeMs;
    this.#pictures.video(timeMs, compositionMs, keyframe, units);
  }

  audio(timeMs: number, frame: Buffer): void {
    this.#pictureAtMs ??= timeMs;
    const isAlone = this.#options.isSoundOnly || timeMs - this.#pictureAtMs > PICTURES_ABSENT_MS;
    if (!isAlone && this.#sound === undefined) {
      this.#pictures.audio(timeMs, frame);
      return;
    }
    const mediaMs = this.#timeline.map("audio", timeMs);
    this.#sound ??= this.#beginSound(mediaMs);
    this.#soundAlone(this.#sound, mediaMs, frame);
  }

  /** Completes the last segment. */
  finish(): void {
    this.#endSound();
    this.#pictures.finish();
  }

  #beginSound(mediaMs: number): SoundAlone {
    this.#pictures.finish(mediaMs);
    this.#break();
    return { schedule: new CutSchedule(), open: undefined, segmenter: undefined };
  }

  #soundAlone(sound: SoundAlone, mediaMs: number, frame: Buffer): void {
    const { schedule } = sound;
    if (this.#timeline.takeJump()) {
      this.#cutter.jump();
    }
    const cut = this.#cutter.cutAt(mediaMs, mediaMs, sound.open);
    if (cut !== undefined) {
      schedule.add(cut);
      schedule.forgetBefore(cut.index);
      sound.open = cut;
      sound.segmenter ??= this.#newAudioSegmenter(schedule, cut.index);
    }
    sound.segmenter?.audio(mediaMs, frame);
  }

  #newAudioSegmenter(schedule: CutSchedule, firstIndex: number): AudioSegmenter {
    const { onSegment } = this.#options;
    const made = new AudioSegmenter(schedule, undefined, CONTAINER, onSegment, firstIndex);
    made.setAudioConfig(this.tracks?.audio);
    return made;
  }

  #endSound(): void {
    if (this.#sound !== undefined) {
      this.#sound.segmenter?.finish();
      this.#sound = undefined;
      this.#break();
    }
  }

  /** The segments after this don't continue those before it. */
  #break(): void {
    if (this.#hasSegments) {
      this.#cutter.break();
    }
  }
}
