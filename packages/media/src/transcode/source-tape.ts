import type { AacConfig } from "../codec/aac-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import type { FrameListener, Picture } from "../segmenter/segmenter.ts";
import { audioConfigTag, audioTag, flvHeader, videoConfigTag, videoTag } from "./flv-writer.ts";

/** Media time 0 in what ffmpeg reads and writes: an encoder's first sound may lie before it, and must not be negative. */
export const TAPE_ORIGIN_MS = 10_000;

interface TapedTag {
  readonly bytes: Buffer;
  /** The segment that begins with it. */
  readonly cut: number | undefined;
}

/**
 * The source as FLV, from the first segment that isn't in all renditions yet: what ffmpeg is fed, and fed again when it
 * has to be started anew.
 */
export class SourceTape implements FrameListener {
  #tags: TapedTag[] = [];
  #bytes = 0;
  #lastMs = 0;
  #video: VideoConfig | undefined;
  #audio: AacConfig | undefined;
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
    return this.#audio !== undefined;
  }

  setVideoConfig(config: VideoConfig): void {
    if (this.#video !== undefined && !this.#video.record.equals(config.record)) {
      this.#add(videoConfigTag(TAPE_ORIGIN_MS + this.#lastMs, config.record), undefined);
    }
    this.#video = config;
  }

  setAudioConfig(config: AacConfig | undefined): void {
    const isChanged = config !== undefined && this.#audio?.record.equals(config.record) === false;
    if (isChanged) {
      this.#add(audioConfigTag(TAPE_ORIGIN_MS + this.#lastMs, config.record), undefined);
    }
    this.#audio = config ?? this.#audio;
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
    for (const { bytes } of first > 0 ? this.#tags.splice(0, first) : []) {
      this.#bytes -= bytes.length;
    }
  }

  /** Everything on the tape, then each tag as it comes, goes to `onTag`; whoever played before gets nothing more. */
  play(onTag: (bytes: Buffer) => void): void {
    onTag(flvHeader(this.hasAudio));
    if (this.#video !== undefined) {
      onTag(videoConfigTag(TAPE_ORIGIN_MS, this.#video.record));
    }
    if (this.#audio !== undefined) {
      onTag(audioConfigTag(TAPE_ORIGIN_MS, this.#audio.record));
    }
    for (const { bytes } of this.#tags) {
      onTag(bytes);
    }
    this.#onTag = onTag;
  }

  /** Nobody will play it any more. */
  close(): void {
    this.#closed = true;
    this.#tags = [];
    this.#bytes = 0;
    this.#onTag = () => undefined;
  }

  #add(bytes: Buffer, cut: number | undefined): void {
    if (this.#closed) {
      return;
    }
    this.#tags.push({ bytes, cut });
    this.#bytes += bytes.length;
    this.#onTag(bytes);
  }
}
