import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { parseHevcConfig } from "../codec/hevc-config.ts";
import type { VideoConfig } from "../codec/video-config.ts";
import { parseAudioTag } from "../flv/audio-tag.ts";
import { type AnnouncedMetadata, nothingAnnounced, parseMetadata } from "../flv/metadata.ts";
import { parseVideoTags, videoCodec } from "../flv/video-tag.ts";
import type { Amf0Value } from "../rtmp/amf0.ts";

export interface VideoFrame {
  /** 0 but for the further tracks of a multitrack stream. */
  readonly track: number;
  readonly keyframe: boolean;
  readonly compositionMs: number;
  /** Length-prefixed NAL units in scratch memory. */
  readonly units: Buffer;
}

/**
 * What one publisher has said about its tracks so far. Throws MediaError for what can't be ingested. An empty payload
 * says nothing: ffmpeg begins with an empty sequence header where it copies AAC out of a transport stream, and sends
 * the true one before the first frame.
 */
export class TrackReader {
  /** Of track 0. */
  video: VideoConfig | undefined;
  /** By track. */
  readonly further = new Map<number, VideoConfig>();
  audio: AacConfig | undefined;
  announced: AnnouncedMetadata = nothingAnnounced;
  readonly #takesHevc: boolean;

  constructor(takesHevc = false) {
    this.#takesHevc = takesHevc;
  }

  metadata(values: readonly Amf0Value[]): void {
    this.announced = parseMetadata(values) ?? this.announced;
  }

  /** A frame for each track that the body has a picture of, or `config` for its sequence header. */
  readVideo(body: Buffer): readonly (VideoFrame | "config")[] {
    const read: (VideoFrame | "config")[] = [];
    for (const { kind, track, codec, keyframe, compositionMs, payload } of parseVideoTags(body)) {
      if (codec === "hvc1" && !this.#takesHevc) {
        throw videoCodec("enhanced RTMP video (hvc1)");
      }
      if (payload.length === 0) {
        continue;
      }
      if (kind === "sequence-header") {
        const parse = codec === "hvc1" ? parseHevcConfig : parseAvcConfig;
        this.#configure(track, parse(payload));
        read.push("config");
      } else if (kind === "frame") {
        read.push({ track, keyframe, compositionMs, units: payload });
      }
    }
    return read;
  }

  readAudio(body: Buffer): Buffer | "config" | undefined {
    const tag = parseAudioTag(body);
    if (tag === undefined || tag.payload.length === 0) {
      return undefined;
    }
    if (tag.kind === "sequence-header") {
      this.audio = parseAacConfig(tag.payload);
      return "config";
    }
    return tag.payload;
  }

  #configure(track: number, config: VideoConfig): void {
    if (track === 0) {
      this.video = config;
    } else {
      this.further.set(track, config);
    }
  }

  /** Whether another publisher may go on with this one's broadcast: same codecs, size and tracks. */
  matches(other: TrackReader): boolean {
    return (
      isAlike(this.video, other.video) &&
      this.further.size === other.further.size &&
      [...this.further].every(([track, config]) => isAlike(config, other.further.get(track))) &&
      this.audio?.codec === other.audio?.codec
    );
  }
}

function isAlike(a: VideoConfig | undefined, b: VideoConfig | undefined): boolean {
  return a?.codec === b?.codec && a?.sps.width === b?.sps.width && a?.sps.height === b?.sps.height;
}
