import { splitAnnexB } from "../../codec/annex-b.ts";
import { avcNalType, AVC_NAL as NAL } from "../../codec/avc-access-unit.ts";
import { avcParameterSets, avcRecord } from "../../codec/avc-parameter-sets.ts";

/** Frame type and codec of a video tag (Adobe "Video File Format 10.1", E.4.3.1). */
const KEYFRAME = 0x17;
const OTHER_FRAME = 0x27;
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;

/** Makes bodies of FLV video tags of access units in annex B's byte stream. */
export class AvcTagWriter {
  #sps: Buffer[] = [];
  #pps: Buffer[] = [];
  #record: Buffer | undefined;
  #begun = false;

  /**
   * The sequence header, where it is new, and then the picture; nothing before the first keyframe, which nobody could
   * show. `compositionMs` is pts − dts.
   */
  write(accessUnit: Buffer, compositionMs: number): Buffer[] {
    const units = splitAnnexB(accessUnit);
    const header = this.#configure(units);
    const pictures = units.filter((unit) => !isLeftOut(avcNalType(unit)));
    const keyframe = pictures.some((unit) => avcNalType(unit) === NAL.idr);
    this.#begun ||= keyframe && this.#record !== undefined;
    const bodies = header === undefined ? [] : [header];
    if (this.#begun && pictures.length > 0) {
      bodies.push(frameBody(pictures, keyframe, compositionMs));
    }
    return bodies;
  }

  /** A sequence header where the parameter sets have changed. */
  #configure(units: readonly Buffer[]): Buffer | undefined {
    const { sps, pps } = avcParameterSets(units);
    if (sps.length === 0 && pps.length === 0) {
      return undefined;
    }
    this.#sps = sps.length > 0 ? sps.map((set) => Buffer.from(set)) : this.#sps;
    this.#pps = pps.length > 0 ? pps.map((set) => Buffer.from(set)) : this.#pps;
    const record = avcRecord(this.#sps, this.#pps, LENGTH_BYTES);
    if (record === undefined || this.#record?.equals(record) === true) {
      return undefined;
    }
    this.#record = record;
    return Buffer.concat([Buffer.of(KEYFRAME, 0, 0, 0, 0), record]);
  }
}

/** Parameter sets travel in the sequence header, and delimiters and filling aren't needed. */
function isLeftOut(type: number): boolean {
  return type === NAL.sps || type === NAL.pps || type === NAL.delimiter || type === NAL.filler;
}

function frameBody(units: readonly Buffer[], keyframe: boolean, compositionMs: number): Buffer {
  const bytes = units.reduce((sum, unit) => sum + LENGTH_BYTES + unit.length, HEADER_BYTES);
  const body = Buffer.allocUnsafe(bytes);
  body[0] = keyframe ? KEYFRAME : OTHER_FRAME;
  body[1] = 1;
  // 24 bits, as the tag has: a stream that needs more is broken, and its times wrap.
  body.writeIntBE((compositionMs << 8) >> 8, 2, 3);
  let offset = HEADER_BYTES;
  for (const unit of units) {
    body.writeUInt32BE(unit.length, offset);
    unit.copy(body, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + unit.length;
  }
  return body;
}
