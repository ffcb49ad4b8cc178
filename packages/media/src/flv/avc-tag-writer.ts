import { splitAnnexB } from "../codec/annex-b.ts";

const NAL = { idr: 5, sps: 7, pps: 8, delimiter: 9, filler: 12 } as const;
/** Frame type and codec of a video tag (Adobe "Video File Format 10.1", E.4.3.1). */
const KEYFRAME = 0x17;
const OTHER_FRAME = 0x27;
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;
/** AVCDecoderConfigurationRecord's fields have room for 31; encoders send one. */
const SETS_MAX = 31;
const SET_BYTES_MAX = 0xffff;

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
    const pictures = units.filter((unit) => !isLeftOut(typeOf(unit)));
    const keyframe = pictures.some((unit) => typeOf(unit) === NAL.idr);
    this.#begun ||= keyframe && this.#record !== undefined;
    const bodies = header === undefined ? [] : [header];
    if (this.#begun && pictures.length > 0) {
      bodies.push(frameBody(pictures, keyframe, compositionMs));
    }
    return bodies;
  }

  /** A sequence header where the parameter sets have changed. */
  #configure(units: readonly Buffer[]): Buffer | undefined {
    const sps = setsOf(units, NAL.sps);
    const pps = setsOf(units, NAL.pps);
    if (sps.length === 0 && pps.length === 0) {
      return undefined;
    }
    this.#sps = sps.length > 0 ? sps.map((set) => Buffer.from(set)) : this.#sps;
    this.#pps = pps.length > 0 ? pps.map((set) => Buffer.from(set)) : this.#pps;
    const record = configurationRecord(this.#sps, this.#pps);
    if (record === undefined || this.#record?.equals(record) === true) {
      return undefined;
    }
    this.#record = record;
    return Buffer.concat([Buffer.of(KEYFRAME, 0, 0, 0, 0), record]);
  }
}

function typeOf(unit: Buffer): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** Parameter sets travel in the sequence header, and delimiters and filling aren't needed. */
function isLeftOut(type: number): boolean {
  return type === NAL.sps || type === NAL.pps || type === NAL.delimiter || type === NAL.filler;
}

/** An encoder may repeat a set within a picture. Sets past the bound aren't even compared. */
function setsOf(units: readonly Buffer[], type: number): Buffer[] {
  const sets: Buffer[] = [];
  for (const unit of units) {
    if (sets.length === SETS_MAX) {
      break;
    }
    const isSet = typeOf(unit) === type && unit.length <= SET_BYTES_MAX;
    if (isSet && !sets.some((set) => set.equals(unit))) {
      sets.push(unit);
    }
  }
  return sets;
}

/** ISO/IEC 14496-15, 5.2.4.1; undefined without both kinds of sets. */
function configurationRecord(sps: readonly Buffer[], pps: readonly Buffer[]): Buffer | undefined {
  const first = sps[0];
  if (first === undefined || first.length < 4 || pps.length === 0) {
    return undefined;
  }
  const withLength = (set: Buffer): Buffer[] => [
    Buffer.of(set.length >> 8, set.length & 0xff),
    set,
  ];
  return Buffer.concat([
    Buffer.of(1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xfc | (LENGTH_BYTES - 1)),
    Buffer.of(0xe0 | sps.length),
    ...sps.flatMap(withLength),
    Buffer.of(pps.length),
    ...pps.flatMap(withLength),
  ]);
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
