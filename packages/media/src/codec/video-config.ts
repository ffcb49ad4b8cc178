import { MediaError } from "../port/media-error.ts";

/** Sample entries of ISO/IEC 14496-15, which are enhanced RTMP's names of codecs too. */
export type VideoCodec = "avc1" | "hvc1";

/** An encoder's video sequence header, whatever its codec. */
export interface VideoConfig {
  readonly fourCc: VideoCodec;
  readonly sps: PictureFormat;
  /** The parameter sets' NAL units, each after a start code. */
  readonly parameterSets: Buffer;
  /** RFC 6381, such as `avc1.64001F`. */
  readonly codec: string;
  readonly profile: string;
  readonly level: string;
  /** The decoder configuration record itself. */
  readonly record: Buffer;
}

export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  /** Frames per second by VUI timing; undefined where that is absent. */
  readonly frameRate: number | undefined;
}

export function isSameSize({ sps: a }: VideoConfig, { sps: b }: VideoConfig): boolean {
  return a.width === b.width && a.height === b.height;
}

const START_CODE = Buffer.of(0, 0, 0, 1);

export function joinParameterSets(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [START_CODE, nal]));
}

/**
 * Reads NAL units after lengths of two bytes, as both kinds of records have them. Throws MediaError
 * `protocol`.
 */
export function readParameterSets(
  record: Buffer,
  start: number,
  count: number,
): { readonly nals: Buffer[]; readonly end: number } {
  const nals: Buffer[] = [];
  let offset = start;
  for (let index = 0; index < count; index += 1) {
    const length = offset + 2 <= record.length ? record.readUInt16BE(offset) : 0;
    const end = offset + 2 + length;
    if (length === 0 || end > record.length) {
      throw new MediaError("protocol", "the video sequence header is cut short");
    }
    nals.push(record.subarray(offset + 2, end));
    offset = end;
  }
  return { nals, end: offset };
}
