import { AAC_SAMPLES_PER_FRAME, type AacConfig } from "../../codec/aac-config.ts";
import type { VideoConfig } from "../../codec/video-config.ts";
import { TICKS_PER_SECOND, toTicks } from "../media-clock.ts";
import type { InitSection } from "../segment.ts";
import type { CodedPicture, SegmentStart, SegmentWriter, SoundChange } from "../segment-writer.ts";
import { eventMessage, type FragmentTrack, renderFragment, type Sample } from "./fragment.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import { initSection, TRACK_ID } from "./init-section.ts";

/**
 * RTMP's milliseconds are rounded; nearer than this to the sample clock, the sample clock is right.
 */
const ROUNDING_MS = 5;
const INITIAL_BYTES = 256 * 1_024;
/** For the first segment: 2 s at 4 Mb/s. The system gives of it what is written to. */
const SEGMENT_BYTES_INITIAL = 1_024 * 1_024;
/**
 * The last frames of the old sound may come after the keyframe: up to so many of them don't make
 * the new sound wait for the next segment.
 */
const LATE_FRAMES_MAX = 5;

/** A sample whose duration the next one decides. */
interface TimedSample extends Omit<Sample, "duration"> {
  readonly time: number;
}

/** One track's samples since the last fragment. */
interface Pending {
  readonly body: GrowingBuffer;
  samples: TimedSample[];
}

interface Configs {
  readonly video: VideoConfig | undefined;
  readonly audio: AacConfig | undefined;
}

/**
 * Segments of fragmented MPEG-4: one fragment (`moof`, `mdat`) for each keyframe interval, or for
 * each part. A changed configuration makes another init section, which holds for whole segments.
 */
export class FragmentWriter implements SegmentWriter {
  readonly #hasVideo: boolean;
  #out = new GrowingBuffer(SEGMENT_BYTES_INITIAL);
  readonly #video = newPending();
  readonly #audio = newPending();
  #given: Configs = { video: undefined, audio: undefined };
  #used = this.#given;
  #init: InitSection | undefined;
  /** A fragment of this segment has sound. */
  #hasAudio = false;
  #messages: Buffer[] = [];
  #sequence = 0;
  #messageId = 0;
  /** Sample time at which an audio frame belongs that follows without a gap. */
  #nextAudioTime: number | undefined;

  constructor(hasVideo: boolean) {
    this.#hasVideo = hasVideo;
  }

  get init(): InitSection | undefined {
    return this.#init;
  }

  get length(): number {
    return this.#out.length + this.#video.body.length + this.#audio.body.length;
  }

  get written(): Buffer {
    return this.#out.written;
  }

  setVideoConfig(config: VideoConfig): void {
    this.#given = { ...this.#given, video: config };
  }

  setAudioConfig(config: AacConfig | undefined, shown: SegmentStart | undefined): SoundChange {
    this.#given = { ...this.#given, audio: config };
    if (this.#init === undefined || !(this.#isVideoStale || this.#isAudioStale)) {
      return "goes-on";
    }
    const { samples, body } = this.#audio;
    const isBegun = this.#hasAudio || samples.length > LATE_FRAMES_MAX;
    if (isBegun || shown !== undefined || this.#isVideoStale) {
      return "waits";
    }
    this.#audio.samples = [];
    body.clear();
    this.#use({ ...this.#used, audio: config });
    return "begins";
  }

  begin(isSegmentStart: boolean): void {
    if (!isSegmentStart) {
      return;
    }
    this.#hasAudio = false;
    if (this.#init === undefined || this.#isVideoStale || this.#isAudioStale) {
      this.#use(this.#given);
    }
  }

  video({ dtsMs, ptsMs, keyframe, units }: CodedPicture): number {
    const time = toTicks(dtsMs);
    const size = this.#video.body.appendUnits(units);
    const compositionOffset = toTicks(ptsMs) - time;
    this.#video.samples.push({ time, size, isSync: keyframe, compositionOffset });
    return size;
  }

  audio(timeMs: number, frame: Buffer): void {
    const { audio } = this.#used;
    if (audio === undefined || this.#isAudioStale) {
      return;
    }
    const { sampleRate } = audio;
    const given = Math.round((toTicks(timeMs) * sampleRate) / TICKS_PER_SECOND);
    const next = this.#nextAudioTime ?? given;
    const rounding = (ROUNDING_MS * sampleRate) / 1_000;
    // Time doesn't go back: a frame that comes too early is moved after the one before it.
    const last = this.#audio.samples.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
    const time = Math.abs(given - next) <= rounding ? next : Math.max(given, last + 1);
    this.#audio.body.append(frame);
    this.#audio.samples.push({ time, size: frame.length, isSync: true, compositionOffset: 0 });
    this.#nextAudioTime = time + AAC_SAMPLES_PER_FRAME;
  }

  metadata(timeMs: number, tag: Buffer): void {
    this.#messageId += 1;
    this.#messages.push(eventMessage(TICKS_PER_SECOND, toTicks(timeMs), this.#messageId, tag));
  }

  flush(endMs: number): void {
    const tracks = [
      ...takeTrack(TRACK_ID.video, this.#video, toTicks(endMs)),
      ...takeTrack(TRACK_ID.audio, this.#audio, this.#nextAudioTime ?? 0),
    ];
    if (tracks.length === 0) {
      return;
    }
    this.#hasAudio ||= tracks.some(({ id }) => id === TRACK_ID.audio);
    for (const message of this.#messages.splice(0)) {
      this.#out.append(message);
    }
    this.#sequence += 1;
    this.#out.append(renderFragment(this.#sequence, tracks));
    this.#video.body.clear();
    this.#audio.body.clear();
  }

  take(): Buffer {
    return this.#out.take();
  }

  rollBack(): void {
    // Parts of the old one are still listed.
    this.#out = new GrowingBuffer(SEGMENT_BYTES_INITIAL);
    for (const pending of [this.#video, this.#audio]) {
      pending.body.clear();
      pending.samples = [];
    }
    this.#messages = [];
    this.#hasAudio = false;
    this.#nextAudioTime = undefined;
  }

  /** A configuration came that isn't in use yet. */
  get #isVideoStale(): boolean {
    return !isSame(this.#given.video?.record, this.#used.video?.record);
  }

  get #isAudioStale(): boolean {
    return !isSame(this.#given.audio?.record, this.#used.audio?.record);
  }

  #use(configs: Configs): void {
    this.#used = configs;
    this.#nextAudioTime = undefined;
    this.#init = initSection({
      video: this.#hasVideo ? configs.video : undefined,
      audio: configs.audio,
    });
  }
}

function newPending(): Pending {
  return { body: new GrowingBuffer(INITIAL_BYTES), samples: [] };
}

/** The bytes stay where they are until they are cleared. */
function takeTrack(id: number, pending: Pending, endTime: number): FragmentTrack[] {
  const { samples } = pending;
  const [first] = samples;
  if (first === undefined) {
    return [];
  }
  pending.samples = [];
  const timed = samples.map(({ time, ...sample }, index): Sample => {
    const next = samples[index + 1]?.time ?? endTime;
    return { ...sample, duration: Math.max(1, Math.round(next - time)) };
  });
  return [{ id, startTime: first.time, samples: timed, body: pending.body.written }];
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.equals(b));
}
