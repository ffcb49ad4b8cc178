import { splitAnnexB } from "../../codec/annex-b.ts";
import { avcNalType, AVC_NAL as NAL } from "../../codec/avc-access-unit.ts";
import { avcParameterSets, avcRecord } from "../../codec/avc-parameter-sets.ts";

/** The content of one access unit. */
export interface AvcUnit {
  /** The decoder configuration record, where the parameter sets are new. */
  readonly config: Buffer | undefined;
  /** Undefined without a picture, and before the first one that players can show. */
  readonly picture: { readonly key: boolean; readonly data: readonly Buffer[] } | undefined;
}

/** Reads H.264's access units, each by itself. */
export class AvcUnits {
  #sps: Buffer[] = [];
  #pps: Buffer[] = [];
  #record: Buffer | undefined;
  #begun = false;

  /** Reads an access unit in annex B's byte stream. Its NAL units are views of it. */
  read(accessUnit: Buffer): AvcUnit {
    return this.take(splitAnnexB(accessUnit));
  }

  /**
   * Reads an access unit's NAL units. Leaves out pictures before the first keyframe, which players
   * can't show without it.
   */
  take(units: readonly Buffer[]): AvcUnit {
    const config = this.#configure(units);
    const data = units.filter((unit) => !isLeftOut(avcNalType(unit)));
    const key = data.some((unit) => avcNalType(unit) === NAL.idr);
    this.#begun ||= key && this.#record !== undefined;
    return { config, picture: this.#begun && data.length > 0 ? { key, data } : undefined };
  }

  /** A record where the parameter sets have changed. */
  #configure(units: readonly Buffer[]): Buffer | undefined {
    const { sps, pps } = avcParameterSets(units);
    if (sps.length === 0 && pps.length === 0) {
      return undefined;
    }
    this.#sps = sps.length > 0 ? sps.map((set) => Buffer.from(set)) : this.#sps;
    this.#pps = pps.length > 0 ? pps.map((set) => Buffer.from(set)) : this.#pps;
    const record = avcRecord(this.#sps, this.#pps);
    if (record === undefined || this.#record?.equals(record) === true) {
      return undefined;
    }
    this.#record = record;
    return record;
  }
}

/** Parameter sets travel in the configuration, and delimiters and filling aren't needed. */
function isLeftOut(type: number): boolean {
  return type === NAL.sps || type === NAL.pps || type === NAL.delimiter || type === NAL.filler;
}
