import { strict as assert } from "node:assert";
import type { AacConfig } from "../../codec/aac-config.ts";
import { AVC_NAL, avcNalType } from "../../codec/avc-access-unit.ts";
import { nalUnitsBytes } from "../../codec/nal-units.ts";
import type { VideoConfig } from "../../codec/video-config.ts";
import { toTicks } from "../media-clock.ts";
import type { CodedPicture, SegmentStart, SegmentWriter, SoundChange } from "../segment-writer.ts";
import { AudioPacker } from "./audio-packer.ts";
import { TsMuxer } from "./ts-muxer.ts";

const DELIMITER = Buffer.of(0, 0, 0, 1, 9, 0xf0);

/** Segments of an MPEG transport stream. */
export class TsSegmentWriter implements SegmentWriter {
  readonly init = undefined;
  readonly #hasVideo: boolean;
  readonly #muxer = new TsMuxer();
  readonly #packer = new AudioPacker((ticks, frames) => this.#writePack(ticks, frames));
  #keyframePrefix = DELIMITER;
  #audio: AacConfig | undefined;
  /** Configuration of the sound in this segment: players read it once. */
  #segmentAudio: AacConfig | undefined;
  /** Configuration of the latest sound, in this segment or before. */
  #lastAudio: AacConfig | undefined;
  /** A different sound configuration came, for the next segment. */
  #audioWaits = false;

  constructor(hasVideo: boolean) {
    this.#hasVideo = hasVideo;
  }

  get length(): number {
    return this.#muxer.length;
  }

  get written(): Buffer {
    return this.#muxer.written;
  }

  setVideoConfig({ fourCc, parameterSets }: VideoConfig): void {
    assert(fourCc === "avc1", "HEVC is only taken where segments are fragmented MPEG-4");
    this.#keyframePrefix = Buffer.concat([DELIMITER, parameterSets]);
  }

  setAudioConfig(config: AacConfig | undefined, shown: SegmentStart | undefined): SoundChange {
    if (this.#segmentAudio === undefined && isOther(this.#audio, config)) {
      // The last frames of the old sound may come after the keyframe: they don't make the new one
      // wait.
      this.#packer.clear();
    } else {
      this.#packer.flush();
    }
    this.#audio = config;
    const isChanged = isOther(this.#segmentAudio ?? this.#lastAudio, config);
    this.#audioWaits =
      isChanged && (this.#segmentAudio !== undefined || shown?.discontinuity === false);
    if (this.#audioWaits) {
      return "waits";
    }
    return isChanged ? "begins" : "goes-on";
  }

  begin(isSegmentStart: boolean): void {
    if (isSegmentStart) {
      this.#segmentAudio = undefined;
      this.#audioWaits = false;
    }
    this.#muxer.writeTables({ video: this.#hasVideo, audio: this.#audio !== undefined });
  }

  video({ dtsMs, ptsMs, keyframe, units }: CodedPicture): number {
    const [first] = units;
    const isDelimited = first !== undefined && avcNalType(first) === AVC_NAL.delimiter;
    const own = isDelimited ? units.slice(1) : units;
    const needsSets = keyframe && !own.some((unit) => avcNalType(unit) === AVC_NAL.sps);
    const prefix = needsSets ? this.#keyframePrefix : DELIMITER;
    this.#muxer.writeVideo(toTicks(ptsMs), toTicks(dtsMs), keyframe, prefix, own);
    return nalUnitsBytes(own);
  }

  audio(timeMs: number, frame: Buffer): void {
    if (this.#audio !== undefined && !this.#audioWaits) {
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
    this.#segmentAudio = undefined;
    this.#audioWaits = false;
    this.#packer.clear();
    this.#muxer.rollBack();
  }

  #writePack(ticks: number, frames: Buffer): void {
    this.#segmentAudio = this.#audio;
    this.#lastAudio = this.#audio;
    this.#muxer.writeAudio(ticks, frames);
  }
}

function isOther(before: AacConfig | undefined, now: AacConfig | undefined): boolean {
  return before !== undefined && now !== undefined && !before.record.equals(now.record);
}
