import { splitLengthPrefixed } from "../../codec/nal-units.ts";
import type { AudioTrack, UnitSink, VideoTrack } from "../../port/media-unit.ts";
import { UnwrappedTime } from "../unwrapped-time.ts";
import { audioCodec, parseAudioTag } from "./audio-tag.ts";
import { parseVideoTags, type VideoTag, videoCodec } from "./video-tag.ts";

const CLOCK_HZ = 1_000;
const TIMESTAMP_BITS = 32;
/** Video tracks have the numbers of enhanced RTMP, which are bytes. */
const AUDIO_TRACK = 256;
/**
 * Offset at which a decoder configuration record says how long its units' lengths are (ISO/IEC
 * 14496-15, 5.3.3.1 and 8.3.3.1).
 */
const LENGTH_SIZE_AT = { h264: 4, hevc: 21 } as const;
/** Two bits that are one less than the bytes of a length. */
const LENGTH_SIZE_BITS = 3;
/** Three bytes, which the format rules out. */
const LENGTH_SIZE_OF_NONE = 2;
const AUDIO_NAMES = { aac: "mp4a", opus: "Opus" } as const;
const NAMES = { h264: "avc1", hevc: "hvc1" } as const;

/**
 * Reads bodies of FLV's tags, which are RTMP's messages, into units. Throws MediaError for what
 * isn't FLV or isn't ingested. An empty payload says nothing: ffmpeg begins with an empty sequence
 * header where it copies AAC out of a transport stream, and sends the true one before the first
 * frame.
 */
export class FlvUnits {
  readonly #sink: UnitSink;
  readonly #times = new UnwrappedTime(TIMESTAMP_BITS);
  /** By video track: bytes of the lengths of its NAL units, 0 before its sequence header. */
  readonly #lengthBytes = new Map<number, number>();
  #audio: AudioTrack["codec"] | undefined;

  constructor(sink: UnitSink) {
    this.#sink = sink;
  }

  /** `timestampMs` has 32 bits and wraps; `body` is scratch memory, valid during the call. */
  video(timestampMs: number, body: Buffer): void {
    let headers: VideoTrack[] | undefined;
    for (const tag of parseVideoTags(body)) {
      if (!this.#sink.takes.has(tag.codec)) {
        throw videoCodec(`enhanced RTMP video (${NAMES[tag.codec]})`);
      }
      if (tag.payload.length === 0) {
        continue;
      }
      if (tag.kind === "sequence-header") {
        headers ??= [];
        headers.push(this.#header(tag));
      } else if (tag.kind === "frame") {
        this.#picture(timestampMs, tag);
      }
    }
    if (headers !== undefined) {
      this.#sink.configure(headers);
    }
  }

  audio(timestampMs: number, body: Buffer): void {
    const tag = parseAudioTag(body);
    if (tag === undefined || tag.payload.length === 0) {
      return;
    }
    const { codec } = tag;
    if (!this.#sink.takes.has(codec)) {
      throw audioCodec(`enhanced RTMP audio (${AUDIO_NAMES[codec]})`);
    }
    const isHeader = tag.kind === "sequence-header";
    if (isHeader || this.#audio !== codec) {
      this.#audio = codec;
      // Opus needs no configuration: its packets say everything.
      const config = isHeader && codec === "aac" ? tag.payload : undefined;
      const track = { id: AUDIO_TRACK, kind: "audio", codec, clockHz: CLOCK_HZ } as const;
      this.#sink.configure([{ ...track, config }]);
    }
    if (!isHeader) {
      const dts = this.#times.unwrap(timestampMs);
      this.#sink.write({ track: AUDIO_TRACK, dts, pts: dts, key: true, data: [tag.payload] });
    }
  }

  /**
   * Describes a track. Units have no lengths, so the record must say the length that writers use.
   */
  #header({ track: id, codec, payload }: VideoTag): VideoTrack {
    const at = LENGTH_SIZE_AT[codec];
    const size = (payload[at] ?? LENGTH_SIZE_BITS) & LENGTH_SIZE_BITS;
    this.#lengthBytes.set(id, size + 1);
    const track = { id, kind: "video", codec, clockHz: CLOCK_HZ } as const;
    if (size === LENGTH_SIZE_BITS || size === LENGTH_SIZE_OF_NONE) {
      return { ...track, config: payload };
    }
    const config = Buffer.from(payload);
    config[at] = (config[at] ?? 0) | LENGTH_SIZE_BITS;
    return { ...track, config };
  }

  #picture(timestampMs: number, { track, codec, keyframe, compositionMs, payload }: VideoTag) {
    const lengthBytes = this.#lengthBytes.get(track) ?? 0;
    if (lengthBytes === 0 && !this.#lengthBytes.has(track)) {
      this.#lengthBytes.set(track, 0);
      const known = { id: track, kind: "video", codec, clockHz: CLOCK_HZ } as const;
      this.#sink.configure([{ ...known, config: undefined }]);
    }
    const dts = this.#times.unwrap(timestampMs);
    const pts = dts + compositionMs;
    // Players can't show it without a sequence header, but the broadcast counts it as a picture.
    const data = lengthBytes === 0 ? [payload] : splitLengthPrefixed(payload, lengthBytes);
    this.#sink.write({ track, dts, pts, key: keyframe, data });
  }
}
