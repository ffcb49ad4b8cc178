import type { AacConfig } from "../codec/aac-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import {
  audioConfigTag,
  audioTag,
  flvHeader,
  videoConfigTag,
  videoTag,
} from "../container/flv/flv-writer.ts";
import type { FrameListener, Picture } from "../segmenter/segmenter.ts";

/**
 * Media time 0 in what ffmpeg reads and writes: an encoder's first sound may lie before it, and
 * must not be negative.
 */
export const TAPE_ORIGIN_MS = 10_000;

interface TapedTag {
  readonly bytes: Buffer;
  /** The segment that begins with it. */
  readonly cut: number | undefined;
  /** Configurations that hold from it on. */
  readonly configs: Configs | undefined;
}

interface Configs {
  video?: VideoConfig;
  audio?: AacConfig;
}

/**
 * The source as FLV, from the first segment that isn't in all renditions yet: ffmpeg gets it from
 * the beginning, and again after a restart.
 */
export class SourceTape implements FrameListener {
  #tags: TapedTag[] = [];
  #bytes = 0;
  #lastMs = 0;
  /**
   * Configurations at the first tag: media from before a change can't be decoded with the
   * configuration after it.
   */
  readonly #first: Configs = {};
  /** Configurations at the last tag. */
  readonly #last: Configs = {};
  #onTag: (bytes: Buffer) => void = () => undefined;
  #closed = false;

  get bytes(): number {
    return this.#bytes;
  }

  /** Media time of the last picture. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get hasAudio(): boolean {
    return this.#last.audio !== undefined;
  }

  setVideoConfig(video: VideoConfig): void {
    if (this.#last.video === undefined) {
      this.#first.video = video;
    } else if (!this.#last.video.record.equals(video.record)) {
      const tag = videoConfigTag(TAPE_ORIGIN_MS + this.#lastMs, video.record);
      this.#add(tag, undefined, { video });
    }
    this.#last.video = video;
  }

  /** Undefined where frames of sound no longer come. */
  setAudioConfig(audio: AacConfig | undefined): void {
    if (audio === undefined) {
      return;
    }
    if (this.#last.audio === undefined) {
      this.#first.audio = audio;
    } else if (!this.#last.audio.record.equals(audio.record)) {
      const tag = audioConfigTag(TAPE_ORIGIN_MS + this.#lastMs, audio.record);
      this.#add(tag, undefined, { audio });
    }
    this.#last.audio = audio;
  }

  video({ dtsMs, ptsMs, keyframe, cut, units }: Picture): void {
    this.#lastMs = dtsMs;
    this.#add(videoTag(TAPE_ORIGIN_MS + dtsMs, ptsMs - dtsMs, keyframe, units), cut?.index);
  }

  audio(timeMs: number, frame: Buffer): void {
    this.#add(audioTag(TAPE_ORIGIN_MS + timeMs, frame), undefined);
  }

  /** Segments before this one are in all renditions. */
  forgetBefore(cutIndex: number): void {
    const first = this.#tags.findIndex(({ cut }) => cut !== undefined && cut >= cutIndex);
    for (const { bytes, configs } of first > 0 ? this.#tags.splice(0, first) : []) {
      this.#bytes -= bytes.length;
      Object.assign(this.#first, configs);
    }
  }

  /**
   * Gives everything on the tape to `onTag`, then each tag as it comes; an earlier player gets
   * nothing more.
   */
  play(onTag: (bytes: Buffer) => void): void {
    onTag(flvHeader(this.hasAudio));
    const { video, audio } = this.#first;
    if (video !== undefined) {
      onTag(videoConfigTag(TAPE_ORIGIN_MS, video.record));
    }
    if (audio !== undefined) {
      onTag(audioConfigTag(TAPE_ORIGIN_MS, audio.record));
    }
    for (const { bytes } of this.#tags) {
      onTag(bytes);
    }
    this.#onTag = onTag;
  }

  /** Forgets everything: it won't be played any more. */
  close(): void {
    this.#closed = true;
    this.#tags = [];
    this.#bytes = 0;
    this.#onTag = () => undefined;
  }

  #add(bytes: Buffer, cut: number | undefined, configs?: Configs): void {
    if (this.#closed) {
      return;
    }
    this.#tags.push({ bytes, cut, configs });
    this.#bytes += bytes.length;
    this.#onTag(bytes);
  }
}
