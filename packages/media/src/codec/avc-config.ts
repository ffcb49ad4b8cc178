import { MediaError } from "../media-error.ts";
import { type AvcSps, parseAvcSps } from "./avc-sps.ts";

/** An encoder's AVC sequence header: AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.2.4.1). */
export interface AvcConfig {
  /** Bytes of the length before each NAL unit: 1, 2 or 4. */
  readonly nalLengthBytes: number;
  readonly sps: AvcSps;
  /** SPS and PPS NAL units, each behind a start code: what goes before a keyframe in a transport stream. */
  readonly parameterSets: Buffer;
  /** RFC 6381, such as `avc1.64001F`. */
  readonly codec: string;
  readonly profile: string;
  readonly level: string;
  /** The record itself. */
  readonly record: Buffer;
}

const START_CODE = Buffer.of(0, 0, 0, 1);
/** Annex A. */
const PROFILES: ReadonlyMap<number, string> = new Map([
  [66, "Baseline"],
  [77, "Main"],
  [88, "Extended"],
  [100, "High"],
  [110, "High 10"],
  [122, "High 4:2:2"],
  [244, "High 4:4:4 Predictive"],
]);

/** Copies out of `record`. Throws MediaError `protocol`. */
export function parseAvcConfig(record: Buffer): AvcConfig {
  if (record.length < 7 || record[0] !== 1) {
    throw new MediaError("protocol", "the AVC sequence header is malformed");
  }
  const nalLengthBytes = ((record[4] ?? 0) & 3) + 1;
  const spsSets = readSets(record, 6, (record[5] ?? 0) & 0x1f);
  const ppsSets = readSets(record, spsSets.end + 1, record[spsSets.end] ?? 0);
  const first = spsSets.nals[0];
  if (first === undefined || ppsSets.nals.length === 0 || nalLengthBytes === 3) {
    throw new MediaError("protocol", "the AVC sequence header lacks its parameter sets");
  }
  const sps = parseAvcSps(first);
  const sets = [...spsSets.nals, ...ppsSets.nals].flatMap((nal) => [START_CODE, nal]);
  const hex = [sps.profileIdc, sps.constraintFlags, sps.levelIdc].map((byte) =>
    byte.toString(16).padStart(2, "0").toUpperCase(),
  );
  return {
    nalLengthBytes,
    sps,
    parameterSets: Buffer.concat(sets),
    codec: `avc1.${hex.join("")}`,
    profile: profileName(sps),
    level: levelName(sps),
    record: Buffer.from(record),
  };
}

function readSets(
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
      throw new MediaError("protocol", "the AVC sequence header is cut short");
    }
    nals.push(record.subarray(offset + 2, end));
    offset = end;
  }
  return { nals, end: offset };
}

function profileName(sps: AvcSps): string {
  const name = PROFILES.get(sps.profileIdc) ?? `profile ${sps.profileIdc}`;
  // constraint_set1_flag narrows Baseline to what Main decoders can play.
  return sps.profileIdc === 66 && (sps.constraintFlags & 0x40) !== 0 ? `Constrained ${name}` : name;
}

function levelName(sps: AvcSps): string {
  // Level 1b of the older profiles is level 11 with constraint_set3_flag.
  if (sps.levelIdc === 11 && sps.profileIdc < 100 && (sps.constraintFlags & 0x10) !== 0) {
    return "1b";
  }
  return `${Math.floor(sps.levelIdc / 10)}.${sps.levelIdc % 10}`;
}
