import { MediaError } from "../media-error.ts";

/** Bytes before the AAC payload (Adobe "Video File Format 10.1", E.4.2). */
export const AUDIO_TAG_HEADER_BYTES = 2;
const CODEC_AAC = 10;

/**
 * What follows the header of an audio message: the AudioSpecificConfig or one raw frame. Undefined for an empty body.
 * Throws MediaError `unsupported-media` for anything but AAC, `protocol` for a short body.
 */
export function parseAudioTag(body: Buffer): "sequence-header" | "frame" | undefined {
  const first = body[0];
  if (first === undefined) {
    return undefined;
  }
  if (first >> 4 !== CODEC_AAC) {
    throw new MediaError(
      "unsupported-media",
      `FLV audio codec ${first >> 4} is not supported: publish AAC`,
    );
  }
  if (body.length < AUDIO_TAG_HEADER_BYTES) {
    throw new MediaError("protocol", "an audio message is cut short");
  }
  return body[1] === 0 ? "sequence-header" : "frame";
}
