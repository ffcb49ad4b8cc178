import { MediaError } from "../../port/media-error.ts";
import type { VideoTrack } from "../../port/media-unit.ts";
import { TagReader } from "./tag-reader.ts";

/**
 * One track's part of a video message (Adobe "Video File Format 10.1", E.4.3; Veovera, "Enhanced
 * RTMP v2").
 */
export interface VideoTag {
  /** 0 but in a message of several tracks. */
  readonly track: number;
  readonly codec: VideoTrack["codec"];
  readonly kind: "sequence-header" | "frame" | "end-of-sequence";
  readonly keyframe: boolean;
  /** pts − dts, signed. */
  readonly compositionMs: number;
  /** Decoder configuration record or length-prefixed NAL units. */
  readonly payload: Buffer;
}

const HEADER_BYTES = 5;
const CODEC_AVC = 7;
const FRAME_KEY = 1;
const FRAME_COMMAND = 5;
const ENHANCED_FLAG = 0x80;
const CODECS: ReadonlyMap<string, VideoTrack["codec"]> = new Map([
  ["avc1", "h264"],
  ["hvc1", "hevc"],
]);
const PACKET = { start: 0, frames: 1, end: 2, framesX: 3, metadata: 4, multitrack: 6 } as const;

/**
 * Returns none for an empty body or a seek command, which encoders send and no server needs. Throws
 * MediaError `video-codec` for anything but AVC and HEVC, `protocol` for a short body.
 */
export function parseVideoTags(body: Buffer): readonly VideoTag[] {
  const first = body[0];
  if (first === undefined || ((first >> 4) & 7) === FRAME_COMMAND) {
    return [];
  }
  if ((first & ENHANCED_FLAG) !== 0) {
    return parseEnhanced(body, (first >> 4) & 7, first & 0x0f);
  }
  if ((first & 0x0f) !== CODEC_AVC) {
    throw videoCodec(`FLV video codec ${first & 0x0f}`);
  }
  if (body.length < HEADER_BYTES) {
    throw new MediaError("protocol", "a video message is cut short");
  }
  return [
    {
      track: 0,
      codec: "h264",
      kind: kindOf(body[1] ?? 0),
      keyframe: first >> 4 === FRAME_KEY,
      compositionMs: body.readIntBE(2, 3),
      payload: body.subarray(HEADER_BYTES),
    },
  ];
}

function parseEnhanced(body: Buffer, frameType: number, firstType: number): readonly VideoTag[] {
  const keyframe = frameType === FRAME_KEY;
  const reader = new TagReader(body, 1, "video");
  const packetType = reader.skipModifiers(firstType);
  if (packetType !== PACKET.multitrack) {
    const about = { track: 0, codec: codecOf(reader.fourCc()), keyframe };
    return parsePacket(reader.rest(), packetType, about);
  }
  const tags: VideoTag[] = [];
  for (const { packetType: type, fourCc, track, content } of reader.trackParts()) {
    tags.push(...parsePacket(content, type, { track, codec: codecOf(fourCc), keyframe }));
  }
  return tags;
}

function parsePacket(
  content: Buffer,
  packetType: number,
  packet: Pick<VideoTag, "track" | "codec" | "keyframe">,
): VideoTag[] {
  const about = { ...packet, compositionMs: 0 };
  switch (packetType) {
    case PACKET.start:
      return [{ ...about, kind: "sequence-header", payload: content }];
    case PACKET.frames: {
      const reader = new TagReader(content, 0, "video");
      const compositionMs = reader.signed24();
      return [{ ...about, kind: "frame", compositionMs, payload: reader.rest() }];
    }
    case PACKET.framesX:
      return [{ ...about, kind: "frame", payload: content }];
    case PACKET.end:
      return [{ ...about, kind: "end-of-sequence", payload: content }];
    // Colours and the like: what players need of it is in the parameter sets.
    case PACKET.metadata:
      return [];
    default:
      throw new MediaError(
        "unsupported-media",
        `enhanced RTMP video packets of type ${packetType} are not supported`,
      );
  }
}

/** Throws for those that aren't ingested. */
function codecOf(fourCc: string): VideoTrack["codec"] {
  const codec = CODECS.get(fourCc);
  if (codec === undefined) {
    throw videoCodec(`enhanced RTMP video (${fourCc})`);
  }
  return codec;
}

/** `what` is not ingested on this channel. */
export function videoCodec(what: string): MediaError {
  return new MediaError("video-codec", `${what} is not supported: publish H.264`);
}

function kindOf(packetType: number): VideoTag["kind"] {
  if (packetType === 0) {
    return "sequence-header";
  }
  if (packetType === 1) {
    return "frame";
  }
  if (packetType === 2) {
    return "end-of-sequence";
  }
  throw new MediaError("protocol", `AVC packet type ${packetType} is unknown`);
}
