import { MediaError } from "../media-error.ts";

/** Video message body of FLV and RTMP (Adobe "Video File Format 10.1", E.4.3). */
export interface VideoTag {
  readonly kind: "sequence-header" | "frame" | "end-of-sequence";
  readonly keyframe: boolean;
  /** pts − dts, signed. */
  readonly compositionMs: number;
}

/** Bytes before the AVC payload. */
export const VIDEO_TAG_HEADER_BYTES = 5;
const CODEC_AVC = 7;
const FRAME_KEY = 1;
const FRAME_COMMAND = 5;
const ENHANCED_FLAG = 0x80;

/**
 * Undefined for an empty body or a seek command, which encoders send and nobody needs.
 * Throws MediaError `unsupported-media` for anything but AVC, `protocol` for a short body.
 */
export function parseVideoTag(body: Buffer): VideoTag | undefined {
  const first = body[0];
  if (first === undefined || ((first >> 4) & 7) === FRAME_COMMAND) {
    return undefined;
  }
  if ((first & ENHANCED_FLAG) !== 0) {
    const fourCc = body.toString("latin1", 1, 5).replace(/[^ -~]/g, "?");
    throw new MediaError(
      "unsupported-media",
      `enhanced RTMP video (${fourCc}) is not supported: publish H.264`,
    );
  }
  if ((first & 0x0f) !== CODEC_AVC) {
    throw new MediaError(
      "unsupported-media",
      `FLV video codec ${first & 0x0f} is not supported: publish H.264`,
    );
  }
  if (body.length < VIDEO_TAG_HEADER_BYTES) {
    throw new MediaError("protocol", "a video message is cut short");
  }
  const compositionMs = body.readIntBE(2, 3);
  return { kind: kindOf(body[1] ?? 0), keyframe: first >> 4 === FRAME_KEY, compositionMs };
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
