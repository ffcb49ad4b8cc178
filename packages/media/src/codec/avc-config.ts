import { MediaError } from "../port/media-error.ts";
import { type AvcSps, parseAvcSps } from "./avc-sps.ts";
import { joinParameterSets, readParameterSets, type VideoConfig } from "./video-config.ts";

/** An encoder's AVC sequence header: AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.2.4.1). */
export interface AvcConfig extends VideoConfig {
  readonly fourCc: "avc1";
  readonly sps: AvcSps;
}

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
  const spsSets = readParameterSets(record, 6, (record[5] ?? 0) & 0x1f);
  const ppsSets = readParameterSets(record, spsSets.end + 1, record[spsSets.end] ?? 0);
  const first = spsSets.nals[0];
  if (first === undefined || ppsSets.nals.length === 0 || nalLengthBytes === 3) {
    throw new MediaError("protocol", "the AVC sequence header lacks its parameter sets");
  }
  const sps = parseAvcSps(first);
  const hex = [sps.profileIdc, sps.constraintFlags, sps.levelIdc].map((byte) =>
    byte.toString(16).padStart(2, "0").toUpperCase(),
  );
  return {
    fourCc: "avc1",
    sps,
    parameterSets: joinParameterSets([...spsSets.nals, ...ppsSets.nals]),
    codec: `avc1.${hex.join("")}`,
    profile: profileName(sps),
    level: levelName(sps),
    record: Buffer.from(record),
  };
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
