import { BitWriter } from "../codec/bit-writer.ts";
import { CARD, CELLS, COLOURS, type Colour } from "./test-card.ts";

/*
 * H.264 without an encoder: a cell whose colour is new is sent as its samples (I_PCM), every other
 * one as "as before" (P_Skip). Source: ITU-T H.264, sections 7.3 and 7.4; Constrained Baseline.
 */

const PROFILE = { idc: 66, constraints: 0xc0, level: 30 } as const;
const FRAME_NUMBER_BITS = 4;
export const FRAME_RATE = 30;
/** `I_PCM` in slices of I (Table 7-11), and after the five types of P in slices of P. */
const MB_TYPE = { iPcm: 25, pPcm: 30 } as const;
const SLICE_TYPE = { allP: 5, allI: 7 } as const;
/** The filter would smear the edges between cells. */
const DEBLOCKING_OFF = 1;
const LUMA_SAMPLES = 16 * 16;
const CHROMA_SAMPLES = 8 * 8;

const SAMPLES: readonly Buffer[] = COLOURS.map(({ luma, blue, red }: Colour) =>
  Buffer.concat([
    Buffer.alloc(LUMA_SAMPLES, luma),
    Buffer.alloc(CHROMA_SAMPLES, blue),
    Buffer.alloc(CHROMA_SAMPLES, red),
  ]),
);

/** The AVCDecoderConfigurationRecord of all pictures (ISO/IEC 14496-15, 5.2.4.1). */
export function cellsConfiguration(): Buffer {
  const { idc, constraints, level } = PROFILE;
  const sets = [sequenceParameters(), pictureParameters()].map((set) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(set.length);
    return Buffer.concat([Buffer.of(1), length, set]);
  });
  const [sps = Buffer.alloc(0), pps = Buffer.alloc(0)] = sets;
  // Three reserved bits stand before the number of sequence parameter sets.
  sps[0] = 0xe1;
  return Buffer.concat([Buffer.of(1, idc, constraints, level, 0xff), sps, pps]);
}

function sequenceParameters(): Buffer {
  const { idc, constraints, level } = PROFILE;
  return new BitWriter()
    .bits(0x67, 8)
    .bits(idc, 8)
    .bits(constraints, 8)
    .bits(level, 8)
    .unsigned(0, FRAME_NUMBER_BITS - 4)
    .unsigned(2, 1)
    .flag(false)
    .unsigned(CARD.columns - 1, CARD.rows - 1)
    .flag(true)
    .flag(true)
    .flag(false)
    .flag(true)
    .bits(0, 4)
    .flag(true)
    .bits(1, 32)
    .bits(2 * FRAME_RATE, 32)
    .flag(true)
    .bits(0, 4)
    .nalUnit();
}

function pictureParameters(): Buffer {
  return new BitWriter()
    .bits(0x68, 8)
    .unsigned(0, 0)
    .bits(0, 2)
    .unsigned(0, 0, 0)
    .bits(0, 3)
    .signed(0, 0, 0)
    .flag(true)
    .bits(0, 2)
    .nalUnit();
}

/** A picture that needs none before it. Two in a row need different ids. */
export function keyPicture(cells: Uint8Array, id: number): Buffer {
  const writer = new BitWriter()
    .bits(0x65, 8)
    .unsigned(0, SLICE_TYPE.allI, 0)
    .bits(0, FRAME_NUMBER_BITS)
    .unsigned(id)
    .bits(0, 2)
    .signed(0)
    .unsigned(DEBLOCKING_OFF);
  for (const cell of cells) writeSamples(writer.unsigned(MB_TYPE.iPcm), cell);
  return writer.nalUnit();
}

/** The difference to the picture before, which is the `frame`-th after a key picture. */
export function laterPicture(before: Uint8Array, cells: Uint8Array, frame: number): Buffer {
  const writer = new BitWriter()
    .bits(0x41, 8)
    .unsigned(0, SLICE_TYPE.allP, 0)
    .bits(frame % 2 ** FRAME_NUMBER_BITS, FRAME_NUMBER_BITS)
    .bits(0, 3)
    .signed(0)
    .unsigned(DEBLOCKING_OFF);
  let skipped = 0;
  for (let at = 0; at < CELLS; at += 1) {
    const cell = cells[at] ?? 0;
    if (cell === before[at]) {
      skipped += 1;
      continue;
    }
    writeSamples(writer.unsigned(skipped, MB_TYPE.pPcm), cell);
    skipped = 0;
  }
  if (skipped > 0) writer.unsigned(skipped);
  return writer.nalUnit();
}

function writeSamples(writer: BitWriter, cell: number): void {
  writer.align().raw(SAMPLES[cell] ?? Buffer.alloc(0));
}
