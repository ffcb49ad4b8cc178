import { nalUnitsBytes, writeLengthPrefixed } from "../../codec/nal-units.ts";

const FILE_HEADER = Buffer.from("FLV\x01\x00\x00\x00\x00\x09\x00\x00\x00\x00", "latin1");
const FLAG = { video: 1, audio: 4 } as const;
const TAG = { audio: 8, video: 9 } as const;
const TAG_HEADER_BYTES = 11;
/** The tag's length, repeated after it. */
const TAG_END_BYTES = 4;
/** AAC, 44 kHz, 16 bits, stereo: what FLV says of every AAC track. */
const AUDIO_AAC = 0xaf;
/** Frames of Opus (Veovera, "Enhanced RTMP v2"). */
const AUDIO_OPUS = [0x91, ...Buffer.from("Opus", "latin1")] as const;
const VIDEO_AVC = 7;
const FRAME = { key: 0x10, inter: 0x20 } as const;

/** The head of an FLV file (Adobe "Video File Format 10.1", E.2). */
export function flvHeader(hasAudio: boolean): Buffer {
  const header = Buffer.from(FILE_HEADER);
  header[4] = FLAG.video | (hasAudio ? FLAG.audio : 0);
  return header;
}

export function videoConfigTag(timestampMs: number, record: Buffer): Buffer {
  return tag(TAG.video, timestampMs, [FRAME.key | VIDEO_AVC, 0, 0, 0, 0], record);
}

export function videoTag(
  timestampMs: number,
  compositionMs: number,
  keyframe: boolean,
  units: readonly Buffer[],
): Buffer {
  const first = (keyframe ? FRAME.key : FRAME.inter) | VIDEO_AVC;
  const composition = [16, 8, 0].map((shift) => (compositionMs >> shift) & 0xff);
  const head = [first, 1, ...composition];
  const bytes = newTag(TAG.video, timestampMs, head, nalUnitsBytes(units));
  writeLengthPrefixed(units, bytes, TAG_HEADER_BYTES + head.length);
  return bytes;
}

export function audioConfigTag(timestampMs: number, record: Buffer): Buffer {
  return tag(TAG.audio, timestampMs, [AUDIO_AAC, 0], record);
}

export function audioTag(timestampMs: number, frame: Buffer): Buffer {
  return tag(TAG.audio, timestampMs, [AUDIO_AAC, 1], frame);
}

export function opusTag(timestampMs: number, packet: Buffer): Buffer {
  return tag(TAG.audio, timestampMs, AUDIO_OPUS, packet);
}

/** A tag without what FLV puts around it, as a view: a message of RTMP's. */
export function bodyOf(written: Buffer): Buffer {
  return written.subarray(TAG_HEADER_BYTES, written.length - TAG_END_BYTES);
}

function tag(type: number, timestampMs: number, head: readonly number[], body: Buffer): Buffer {
  const bytes = newTag(type, timestampMs, head, body.length);
  body.copy(bytes, TAG_HEADER_BYTES + head.length);
  return bytes;
}

/** Makes a tag with its head and with room for so many bytes after it. */
function newTag(
  type: number,
  timestampMs: number,
  head: readonly number[],
  bodyBytes: number,
): Buffer {
  const length = head.length + bodyBytes;
  const bytes = Buffer.allocUnsafe(TAG_HEADER_BYTES + length + TAG_END_BYTES);
  bytes[0] = type;
  bytes.writeUIntBE(length, 1, 3);
  bytes.writeUIntBE(timestampMs & 0xffffff, 4, 3);
  bytes[7] = (timestampMs >>> 24) & 0xff;
  bytes.fill(0, 8, TAG_HEADER_BYTES);
  bytes.set(head, TAG_HEADER_BYTES);
  bytes.writeUInt32BE(TAG_HEADER_BYTES + length, TAG_HEADER_BYTES + length);
  return bytes;
}
