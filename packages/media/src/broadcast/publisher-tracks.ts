import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { otherPictureOf } from "../codec/avc-parameter-sets.ts";
import { parseHevcConfig } from "../codec/hevc-config.ts";
import { isSameSize, type VideoConfig } from "../codec/video-config.ts";
import { MediaError } from "../port/media-error.ts";
import {
  type AnnouncedMedia,
  type AudioTrack,
  nothingAnnounced,
  type TrackCodec,
  type TrackConfig,
  type VideoTrack,
} from "../port/media-unit.ts";
import type { MediaContainer } from "../port/publish.ts";

/** Video tracks of one publisher, the first one included: more than encoders make renditions. */
const TRACKS_MAX = 6;
/** The video track where segments are cut. */
export const LEADING_TRACK = 0;
/**
 * Largest configuration. It is kept with each segment that needs it. Encoders write some hundred
 * bytes; ISO/IEC 14496-15 has room for sets of 64 KiB each.
 */
const CONFIG_BYTES_MAX = 64 * 1024;

/** The tracks that a channel takes from a publisher. */
export interface TakenTracks {
  readonly codecs: ReadonlySet<TrackCodec>;
  readonly several: boolean;
}

const H264_ONLY: TakenTracks["codecs"] = new Set(["h264", "aac"]);
const WITH_HEVC: TakenTracks["codecs"] = new Set(["h264", "hevc", "aac"]);

/**
 * HEVC is taken of encoders that make several renditions themselves, in segments that can hold it.
 */
export function takenTracks(several: boolean, container: MediaContainer): TakenTracks {
  return { several, codecs: several && container === "fmp4" ? WITH_HEVC : H264_ONLY };
}

/** A publisher's tracks as far as they are known. */
export type KnownTracks = Pick<PublisherTracks, "video" | "further" | "audio" | "announced">;

/**
 * Keeps what one publisher has said about its tracks. Throws MediaError for media that can't be
 * ingested.
 */
export class PublisherTracks {
  /** Configuration of the leading track. */
  video: VideoConfig | undefined;
  /** Configurations of the other video tracks, by track. */
  readonly further = new Map<number, VideoConfig>();
  audio: AacConfig | undefined;
  announced: AnnouncedMedia = nothingAnnounced;
  readonly #takes: TakenTracks;
  readonly #described = new Map<number, TrackConfig>();
  /** The only track of sound: viewers hear the first one. */
  #audioTrack: number | undefined;
  /**
   * The latest configuration that the encoder sent for each track. Keyframes may have overruled it
   * with parameter sets of their own.
   */
  readonly #given = new Map<number, VideoConfig>();
  /** Tracks whose configuration came again, before a keyframe. */
  readonly #repeated = new Set<number>();

  constructor(takes: TakenTracks) {
    this.#takes = takes;
  }

  /**
   * Returns the track of a unit; undefined for units to leave out, because players couldn't show
   * them.
   */
  at(id: number): TrackConfig | undefined {
    return this.#described.get(id);
  }

  /** Returns whether media has to be written in another way than before. */
  configure(track: TrackConfig): boolean {
    if (!this.#takes.codecs.has(track.codec)) {
      throw notTaken(track);
    }
    return track.kind === "video" ? this.#configureVideo(track) : this.#configureAudio(track);
  }

  #configureVideo(track: VideoTrack): boolean {
    const { id, config } = track;
    const isKnown = id === LEADING_TRACK || this.further.has(id);
    if (config === undefined) {
      if (isKnown && !this.#described.has(id)) {
        this.#described.set(id, track);
      }
      return false;
    }
    if (!isKnown) {
      this.#admitFurther();
    }
    const record = asBuffer(config);
    checkLength("video", record);
    this.#described.set(id, { ...track, config: undefined });
    if (this.#isOverruled(id, record)) {
      this.#repeated.add(id);
      return false;
    }
    const parsed = track.codec === "hevc" ? parseHevcConfig(record) : parseAvcConfig(record);
    this.#given.set(id, parsed);
    this.#repeated.delete(id);
    this.#set(id, parsed);
    return true;
  }

  #configureAudio(track: AudioTrack): boolean {
    this.#audioTrack ??= track.id;
    if (track.id !== this.#audioTrack) {
      return false;
    }
    this.#described.set(track.id, { ...track, config: undefined });
    if (track.config === undefined) {
      return false;
    }
    const record = asBuffer(track.config);
    checkLength("audio", record);
    this.audio = parseAacConfig(record);
    return true;
  }

  /**
   * Returns true if the keyframe has another picture size, according to its own parameter sets or,
   * without any, to a repeated configuration.
   */
  changesPicture(id: number, units: readonly Buffer[]): boolean {
    const config = this.#configOf(id);
    if (config?.fourCc !== "avc1") {
      return false;
    }
    const given = (this.#repeated.delete(id) ? this.#given.get(id) : undefined) ?? config;
    const picture = otherPictureOf(units, given) ?? given;
    if (isSameSize(picture, config)) {
      return false;
    }
    checkLength("video", picture.record);
    this.#set(id, picture);
    return true;
  }

  /**
   * Returns whether another publisher may go on with this one's broadcast: same codecs, size and
   * tracks.
   */
  matches(other: PublisherTracks): boolean {
    return (
      isAlike(this.video, other.video) &&
      this.further.size === other.further.size &&
      [...this.further].every(([track, config]) => isAlike(config, other.further.get(track))) &&
      this.audio?.codec === other.audio?.codec
    );
  }

  /**
   * Returns true for a repeated configuration that keyframes have overruled: some encoders repeat
   * an outdated one for ever.
   */
  #isOverruled(id: number, record: Buffer): boolean {
    const given = this.#given.get(id);
    return given !== this.#configOf(id) && given?.record.equals(record) === true;
  }

  #configOf(id: number): VideoConfig | undefined {
    return id === LEADING_TRACK ? this.video : this.further.get(id);
  }

  #admitFurther(): void {
    if (!this.#takes.several) {
      throw new MediaError("multitrack-not-allowed", "this channel takes one video track");
    }
    if (this.further.size + 1 === TRACKS_MAX) {
      const message = `${TRACKS_MAX} video tracks at most are taken`;
      throw new MediaError("multitrack-track-count", message);
    }
  }

  #set(id: number, config: VideoConfig): void {
    if (id === LEADING_TRACK) {
      this.video = config;
    } else {
      this.further.set(id, config);
    }
  }
}

const NAMES: Readonly<Record<TrackCodec, string>> = {
  h264: "H.264",
  hevc: "HEVC",
  aac: "AAC",
  opus: "Opus",
};

function notTaken({ kind, codec }: TrackConfig): MediaError {
  const isVideo = kind === "video";
  const wanted = NAMES[isVideo ? "h264" : "aac"];
  const message = `${kind} in ${NAMES[codec]} is not supported: publish ${wanted}`;
  return new MediaError(isVideo ? "video-codec" : "unsupported-media", message);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkLength(kind: TrackConfig["kind"], { length }: Buffer): void {
  if (length > CONFIG_BYTES_MAX) {
    const allowed = `${CONFIG_BYTES_MAX} are allowed`;
    throw new MediaError("limit", `the ${kind} sequence header has ${length} bytes: ${allowed}`);
  }
}

function isAlike(a: VideoConfig | undefined, b: VideoConfig | undefined): boolean {
  return a?.codec === b?.codec && a?.sps.width === b?.sps.width && a?.sps.height === b?.sps.height;
}
