import { AVC_NAL, avcNalType, avcSetsBeforeSlice } from "./avc-access-unit.ts";
import { type AvcConfig, parseAvcConfig } from "./avc-config.ts";
import { NAL_PREFIX_BYTES } from "./nal-units.ts";
import { isSameSize, type VideoConfig } from "./video-config.ts";

/** AVCDecoderConfigurationRecord's fields have room for 31; encoders send one. */
const SETS_MAX = 31;
const SET_BYTES_MAX = 0xffff;

interface AvcParameterSets {
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
}

/** Views of the sets among NAL units. */
export function avcParameterSets(units: readonly Buffer[]): AvcParameterSets {
  return { sps: setsOf(units, AVC_NAL.sps), pps: setsOf(units, AVC_NAL.pps) };
}

/**
 * An encoder may repeat a set within a picture. Sets past the bound, repeated or not, aren't even
 * compared.
 */
function setsOf(units: readonly Buffer[], type: number): Buffer[] {
  const sets: Buffer[] = [];
  let compared = 0;
  for (const unit of units) {
    if (avcNalType(unit) !== type || unit.length > SET_BYTES_MAX) {
      continue;
    }
    if (compared === SETS_MAX) {
      break;
    }
    compared += 1;
    if (!sets.some((set) => set.equals(unit))) {
      sets.push(unit);
    }
  }
  return sets;
}

/**
 * A record for lengths of four bytes (ISO/IEC 14496-15, 5.2.4.1); undefined without both kinds of
 * sets.
 */
export function avcRecord(sps: readonly Buffer[], pps: readonly Buffer[]): Buffer | undefined {
  const first = sps[0];
  if (first === undefined || first.length < 4 || pps.length === 0) {
    return undefined;
  }
  const withLength = (set: Buffer): Buffer[] => [
    Buffer.of(set.length >> 8, set.length & 0xff),
    set,
  ];
  return Buffer.concat([
    Buffer.of(1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xfc | (NAL_PREFIX_BYTES - 1)),
    Buffer.of(0xe0 | sps.length),
    ...sps.flatMap(withLength),
    Buffer.of(pps.length),
    ...pps.flatMap(withLength),
  ]);
}

/**
 * Returns the configuration in a keyframe's own parameter sets if its picture has another size than
 * `config`'s: an encoder may change it without a sequence header. Decoders read everything else in
 * them by themselves. Throws MediaError `protocol`.
 */
export function otherPictureOf(
  units: readonly Buffer[],
  config: VideoConfig,
): AvcConfig | undefined {
  const sets = avcSetsBeforeSlice(units, 2 * SETS_MAX);
  const { sps, pps } = avcParameterSets(sets);
  if (sps.every((set) => config.parameterSets.includes(set))) {
    return undefined;
  }
  const record = avcRecord(sps, pps);
  const other = record && parseAvcConfig(record);
  return other !== undefined && isSameSize(other, config) ? undefined : other;
}
