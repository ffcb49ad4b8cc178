import { MediaError } from "../port/media-error.ts";
import { parseHevcSps } from "./hevc-sps.ts";
import { joinParameterSets, readParameterSets, type VideoConfig } from "./video-config.ts";

/**
 * An encoder's HEVC sequence header: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1).
 */
interface HevcConfig extends VideoConfig {
  readonly fourCc: "hvc1";
}

const HEADER_BYTES = 23;
const NAL = { vps: 32, sps: 33, pps: 34 } as const;
/** ITU-T H.265, annex A. */
const PROFILES: ReadonlyMap<number, string> = new Map([
  [1, "Main"],
  [2, "Main 10"],
  [3, "Main Still Picture"],
  [4, "Format Range Extensions"],
]);
/** general_level_idc is thirty times the level. */
const LEVEL_STEPS = 30;

/** Copies out of `record`. Throws MediaError `protocol`. */
export function parseHevcConfig(record: Buffer): HevcConfig {
  if (record.length < HEADER_BYTES || record[0] !== 1) {
    throw new MediaError("protocol", "the HEVC sequence header is malformed");
  }
  const nalLengthBytes = (record.readUInt8(21) & 3) + 1;
  const sets = readArrays(record);
  const sps = sets.find(({ type }) => type === NAL.sps)?.nals[0];
  const isComplete = Object.values(NAL).every((wanted) =>
    sets.some(({ type, nals }) => type === wanted && nals.length > 0),
  );
  if (sps === undefined || !isComplete || nalLengthBytes === 3) {
    throw new MediaError("protocol", "the HEVC sequence header lacks its parameter sets");
  }
  const level = record.readUInt8(12) / LEVEL_STEPS;
  const profileIdc = record.readUInt8(1) & 0x1f;
  return {
    fourCc: "hvc1",
    sps: parseHevcSps(sps),
    parameterSets: joinParameterSets(sets.flatMap(({ nals }) => nals)),
    codec: codecOf(record),
    profile: PROFILES.get(profileIdc) ?? `profile ${profileIdc}`,
    level: level.toFixed(1),
    record: Buffer.from(record),
  };
}

function readArrays(record: Buffer): { readonly type: number; readonly nals: Buffer[] }[] {
  const arrays = [];
  let offset = HEADER_BYTES;
  for (let index = 0; index < record.readUInt8(HEADER_BYTES - 1); index += 1) {
    if (offset + 3 > record.length) {
      throw new MediaError("protocol", "the HEVC sequence header is cut short");
    }
    const type = record.readUInt8(offset) & 0x3f;
    const { nals, end } = readParameterSets(record, offset + 3, record.readUInt16BE(offset + 1));
    arrays.push({ type, nals });
    offset = end;
  }
  return arrays;
}

/**
 * Annex E.3: space and profile, compatibility with its bits reversed, tier and level, constraints
 * without zeros at their end.
 */
function codecOf(record: Buffer): string {
  const profile = record.readUInt8(1);
  const space = ["", "A", "B", "C"][profile >> 6];
  const tier = (profile & 0x20) === 0 ? "L" : "H";
  const compatibility = [...record.readUInt32BE(2).toString(2).padStart(32, "0")].toReversed();
  const constraints = [...record.subarray(6, 12)].map((byte) => byte.toString(16).toUpperCase());
  const last = constraints.findLastIndex((byte) => byte !== "0");
  return [
    `hvc1.${space}${profile & 0x1f}`,
    Number.parseInt(compatibility.join(""), 2).toString(16).toUpperCase(),
    `${tier}${record.readUInt8(12)}`,
    ...constraints.slice(0, last + 1),
  ].join(".");
}
