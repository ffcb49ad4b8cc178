import { MediaError } from "../../port/media-error.ts";
import type { AudioTrack } from "../../port/media-unit.ts";
import { TagReader } from "./tag-reader.ts";

/**
 * The first track's part of an audio message (Adobe "Video File Format 10.1", E.4.2; Veovera,
 * "Enhanced RTMP v2").
 */
export interface AudioTag {
  readonly codec: AudioTrack["codec"];
  readonly kind: "sequence-header" | "frame";
  /** The AudioSpecificConfig or one raw frame. */
  readonly payload: Buffer;
}

const CODEC = { enhanced: 9, aac: 10 } as const;
const HEADER_BYTES = 2;
const CODECS: ReadonlyMap<string, AudioTrack["codec"]> = new Map([
  ["mp4a", "aac"],
  ["Opus", "opus"],
]);
const PACKET = { start: 0, frames: 1, multitrack: 5 } as const;

/**
 * Undefined for an empty body, and for what isn't needed: other tracks, the end of a track, where
 * loudspeakers are. Throws MediaError `unsupported-media` for anything but AAC and Opus, `protocol`
 * for a short body.
 */
export function parseAudioTag(body: Buffer): AudioTag | undefined {
  const first = body[0];
  if (first === undefined) {
    return undefined;
  }
  if (first >> 4 === CODEC.enhanced) {
    const reader = new TagReader(body, 1, "audio");
    const packetType = reader.skipModifiers(first & 0x0f);
    return packetType === PACKET.multitrack
      ? parseMultitrack(reader)
      : parsePacket(reader, packetType, reader.fourCc());
  }
  if (first >> 4 !== CODEC.aac) {
    throw audioCodec(`FLV audio codec ${first >> 4}`);
  }
  if (body.length < HEADER_BYTES) {
    throw new MediaError("protocol", "a message of audio is cut short");
  }
  const kind = body[1] === 0 ? "sequence-header" : "frame";
  return { codec: "aac", kind, payload: body.subarray(HEADER_BYTES) };
}

/** Viewers hear one track of sound: the first. Others may be of any codec. */
function parseMultitrack(reader: TagReader): AudioTag | undefined {
  for (const { packetType, fourCc, track, content } of reader.trackParts()) {
    if (track === 0) {
      return parsePacket(new TagReader(content, 0, "audio"), packetType, fourCc);
    }
  }
  return undefined;
}

function parsePacket(reader: TagReader, packetType: number, fourCc: string): AudioTag | undefined {
  const codec = CODECS.get(fourCc);
  if (codec === undefined) {
    throw audioCodec(`enhanced RTMP audio (${fourCc})`);
  }
  if (packetType === PACKET.start) {
    return { codec, kind: "sequence-header", payload: reader.rest() };
  }
  return packetType === PACKET.frames
    ? { codec, kind: "frame", payload: reader.rest() }
    : undefined;
}

/** `what` is not ingested. */
export function audioCodec(what: string): MediaError {
  return new MediaError("unsupported-media", `${what} is not supported: publish AAC`);
}
