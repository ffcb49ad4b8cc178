import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { otherPictureOf } from "../codec/avc-parameter-sets.ts";
import { parseHevcConfig } from "../codec/hevc-config.ts";
import { isSameSize, type VideoConfig } from "../codec/video-config.ts";
import { parseAudioTag } from "../container/flv/audio-tag.ts";
import { type AnnouncedMetadata, nothingAnnounced } from "../container/flv/metadata.ts";
import { parseVideoTags, videoCodec } from "../container/flv/video-tag.ts";
import { MediaError } from "../port/media-error.ts";

/** Video tracks of one publisher, the first one included. Amazon IVS doesn't publish its number. */
const TRACKS_MAX = 6;
/**
 * Of one sequence header, which is kept with each segment that needs it. Encoders write some hundred bytes; ISO/IEC
 * 14496-15 has room for sets of 64 KiB each.
 */
const HEADER_BYTES_MAX = 64 * 1024;

export interface VideoFrame {
  /** 0 but for the further tracks of a multitrack stream. */
  readonly track: number;
  readonly keyframe: boolean;
  readonly compositionMs: number;
  /** Length-prefixed NAL units in scratch memory. */
  readonly units: Buffer;
}

/** What a channel takes beside one track of H.264. */
export interface TakenTracks {
  readonly hevc: boolean;
  readonly several: boolean;
}

/** What a publisher says about its tracks. */
export type PublisherTracks = Pick<TrackReader, "video" | "further" | "audio" | "announced">;

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
  readonly #takes: TakenTracks;
  /** The latest sequence header of each track, whose keyframes may have told of another picture since. */
  readonly #headers = new Map<number, VideoConfig>();
  /** Tracks for which that header came again, before a keyframe. */
  readonly #repeated = new Set<number>();

  constructor(takes: TakenTracks = { hevc: false, several: false }) {
    this.#takes = takes;
  }

  /**
   * A frame for each track that the body has a picture of, or `config` for its sequence header. Pictures of a track
   * without one are left out: nobody could show them.
   */
  readVideo(body: Buffer): readonly (VideoFrame | "config")[] {
    const read: (VideoFrame | "config")[] = [];
    for (const { kind, track, codec, keyframe, compositionMs, payload } of parseVideoTags(body)) {
      if (codec === "hvc1" && !this.#takes.hevc) {
        throw videoCodec("enhanced RTMP video (hvc1)");
      }
      if (payload.length === 0) {
        continue;
      }
      if (kind === "sequence-header") {
        this.#admit(track);
        checkHeader("video", payload);
        if (this.#isOverruled(track, payload)) {
          this.#repeated.add(track);
          continue;
        }
        const parse = codec === "hvc1" ? parseHevcConfig : parseAvcConfig;
        const config = parse(payload);
        this.#headers.set(track, config);
        this.#repeated.delete(track);
        this.#configure(track, config);
        read.push("config");
      } else if (kind === "frame" && (track === 0 || this.further.has(track))) {
        if (keyframe && this.#changesPicture(track, payload)) {
          read.push("config");
        }
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
      checkHeader("audio", tag.payload);
      this.audio = parseAacConfig(tag.payload);
      return "config";
    }
    return tag.payload;
  }

  /** True for a sequence header that says again what keyframes told otherwise since: some encoders repeat it for ever. */
  #isOverruled(track: number, record: Buffer): boolean {
    const header = this.#headers.get(track);
    return header !== this.#configOf(track) && header?.record.equals(record) === true;
  }

  /** True where the keyframe is of another picture: by its own parameter sets or, without any, by a repeated header. */
  #changesPicture(track: number, units: Buffer): boolean {
    const config = this.#configOf(track);
    if (config?.fourCc !== "avc1") {
      return false;
    }
    const told = (this.#repeated.delete(track) ? this.#headers.get(track) : undefined) ?? config;
    const picture = otherPictureOf(units, told) ?? told;
    if (isSameSize(picture, config)) {
      return false;
    }
    checkHeader("video", picture.record);
    this.#configure(track, picture);
    return true;
  }

  #configOf(track: number): VideoConfig | undefined {
    return track === 0 ? this.video : this.further.get(track);
  }

  #admit(track: number): void {
    if (track === 0 || this.further.has(track)) {
      return;
    }
    if (!this.#takes.several) {
      throw new MediaError("multitrack-not-allowed", "this channel takes one video track");
    }
    if (this.further.size + 1 === TRACKS_MAX) {
      const message = `${TRACKS_MAX} video tracks at most are taken`;
      throw new MediaError("multitrack-track-count", message);
    }
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

function checkHeader(kind: "video" | "audio", { length }: Buffer): void {
  if (length > HEADER_BYTES_MAX) {
    const message = `the ${kind} sequence header has ${length} bytes: ${HEADER_BYTES_MAX} are allowed`;
    throw new MediaError("limit", message);
  }
}

function isAlike(a: VideoConfig | undefined, b: VideoConfig | undefined): boolean {
  return a?.codec === b?.codec && a?.sps.width === b?.sps.width && a?.sps.height === b?.sps.height;
}
