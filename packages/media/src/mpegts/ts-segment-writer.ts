import { strict as assert } from "node:assert";
import type { AacConfig } from "../codec/aac-config.ts";
import { toAnnexB } from "../codec/avc-access-unit.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import { AudioPacker } from "../segmenter/audio-packer.ts";
import { toTicks } from "../segmenter/media-clock.ts";
import type { CodedPicture, SegmentWriter } from "../segmenter/segment-writer.ts";
import { TsMuxer } from "./ts-muxer.ts";

const DELIMITER = Buffer.of(0, 0, 0, 1, 9, 0xf0);

/** Segments of an MPEG transport stream. */
export class TsSegmentWriter implements SegmentWriter {
  readonly init = undefined;
  readonly #hasVideo: boolean;
  readonly #muxer = new TsMuxer();
  readonly #packer = new AudioPacker((ticks, frames) => this.#muxer.writeAudio(ticks, frames));
  #nalLengthBytes = 4;
  #keyframePrefix = DELIMITER;
  #audio: AacConfig | undefined;
  /** Of the sound that this segment began with: players read it once, and other sound waits for the next one. */
  #segmentAudio: AacConfig | undefined;

  constructor(hasVideo: boolean) {
    this.#hasVideo = hasVideo;
  }

  get isStale(): boolean {
    const [before, now] = [this.#segmentAudio?.record, this.#audio?.record];
    return before !== undefined && now !== undefined && !before.equals(now);
  }

  get length(): number {
    return this.#muxer.length;
  }

  get written(): Buffer {
    return this.#muxer.written;
  }

  setVideoConfig({ fourCc, nalLengthBytes, parameterSets }: VideoConfig): void {
    assert(fourCc === "avc1", "HEVC is only taken where segments are fragmented MPEG-4");
    this.#nalLengthBytes = nalLengthBytes;
    this.#keyframePrefix = Buffer.concat([DELIMITER, parameterSets]);
  }

  setAudioConfig(config: AacConfig | undefined): void {
    this.#packer.flush();
    this.#audio = config;
  }

  begin(isSegmentStart: boolean): void {
    if (isSegmentStart) {
      this.#segmentAudio = this.#audio;
    }
    this.#muxer.writeTables({ video: this.#hasVideo, audio: this.#audio !== undefined });
  }

  video({ dtsMs, ptsMs, keyframe, units }: CodedPicture): number {
    const { bytes, hasParameterSets } = toAnnexB(units, this.#nalLengthBytes);
    const prefix = keyframe && !hasParameterSets ? this.#keyframePrefix : DELIMITER;
    this.#muxer.writeVideo(toTicks(ptsMs), toTicks(dtsMs), keyframe, prefix, bytes);
    return bytes.length;
  }

  audio(timeMs: number, frame: Buffer): void {
    this.#segmentAudio ??= this.#audio;
    if (this.#audio !== undefined && !this.isStale) {
      this.#packer.add(this.#audio, toTicks(timeMs), frame);
    }
  }

  metadata(timeMs: number, tag: Buffer): void {
    this.#muxer.writeMetadata(toTicks(timeMs), tag);
  }

  flush(): void {
    this.#packer.flush();
  }

  take(): Buffer {
    return this.#muxer.take();
  }

  rollBack(): void {
    this.#packer.clear();
    this.#muxer.rollBack();
  }
}
