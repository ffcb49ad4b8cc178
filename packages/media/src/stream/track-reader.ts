import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { type AvcConfig, parseAvcConfig } from "../codec/avc-config.ts";
import { AUDIO_TAG_HEADER_BYTES, parseAudioTag } from "../flv/audio-tag.ts";
import { type AnnouncedMetadata, nothingAnnounced, parseMetadata } from "../flv/metadata.ts";
import { parseVideoTag, VIDEO_TAG_HEADER_BYTES } from "../flv/video-tag.ts";
import type { Amf0Value } from "../rtmp/amf0.ts";

export interface VideoFrame {
  readonly keyframe: boolean;
  readonly compositionMs: number;
  /** Length-prefixed NAL units in scratch memory. */
  readonly units: Buffer;
}

/** What one publisher has said about its tracks so far. Throws MediaError for what can't be ingested. */
export class TrackReader {
  video: AvcConfig | undefined;
  audio: AacConfig | undefined;
  announced: AnnouncedMetadata = nothingAnnounced;

  metadata(values: readonly Amf0Value[]): void {
    this.announced = parseMetadata(values) ?? this.announced;
  }

  /** A frame, or `config` when the body was a sequence header; undefined when it was neither. */
  readVideo(body: Buffer): VideoFrame | "config" | undefined {
    const tag = parseVideoTag(body);
    if (tag === undefined || tag.kind === "end-of-sequence") {
      return undefined;
    }
    const payload = body.subarray(VIDEO_TAG_HEADER_BYTES);
    if (tag.kind === "sequence-header") {
      this.video = parseAvcConfig(payload);
      return "config";
    }
    return { keyframe: tag.keyframe, compositionMs: tag.compositionMs, units: payload };
  }

  readAudio(body: Buffer): Buffer | "config" | undefined {
    const kind = parseAudioTag(body);
    if (kind === undefined) {
      return undefined;
    }
    const payload = body.subarray(AUDIO_TAG_HEADER_BYTES);
    if (kind === "sequence-header") {
      this.audio = parseAacConfig(payload);
      return "config";
    }
    return payload;
  }

  /** Whether another publisher may go on with this one's broadcast: same codecs, size and tracks. */
  matches(other: TrackReader): boolean {
    return (
      this.video?.codec === other.video?.codec &&
      this.video?.sps.width === other.video?.sps.width &&
      this.video?.sps.height === other.video?.sps.height &&
      this.audio?.codec === other.audio?.codec
    );
  }
}
