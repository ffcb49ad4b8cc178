import { MediaError } from "../port/media-error.ts";
import { BitReader } from "./bit-reader.ts";
import { withoutEmulationPrevention } from "./raw-payload.ts";
import type { PictureFormat } from "./video-config.ts";

/** Level 6.2 allows pictures of 8,912 pixels' side; this is far past any real encoder. */
const SIDE_MAX = 16_384;
/** ITU-T H.265, 7.4.3.2.1. */
const SHORT_TERM_SETS_MAX = 64;
const LONG_TERM_PICTURES_MAX = 32;
/** MaxDpbSize (A.4.2). */
const REFERENCES_MAX = 16;
const PROFILE_BITS = 88;
const EXTENDED_SAR = 255;

/**
 * The members of a sequence parameter set that describe the picture (ITU-T H.265, 7.3.2.2.1 and
 * annex E).
 */
export function parseHevcSps(nal: Uint8Array): PictureFormat {
  const reader = new BitReader(withoutEmulationPrevention(nal));
  reader.skip(16 + 4);
  const subLayers = reader.bits(3);
  reader.bit();
  skipProfileTierLevel(reader, subLayers);
  reader.unsigned();
  const chromaFormat = reader.unsigned();
  if (chromaFormat > 3) {
    throw new MediaError("protocol", `the SPS has chroma format ${chromaFormat}`);
  }
  if (chromaFormat === 3) {
    reader.bit();
  }
  const coded = { width: reader.unsigned(), height: reader.unsigned() };
  if (Math.max(coded.width, coded.height) > SIDE_MAX) {
    throw new MediaError("protocol", "the SPS announces an impossible picture size");
  }
  const crop = reader.flag() ? readWindow(reader) : { x: 0, y: 0 };
  const width = coded.width - crop.x * (chromaFormat === 1 || chromaFormat === 2 ? 2 : 1);
  const height = coded.height - crop.y * (chromaFormat === 1 ? 2 : 1);
  if (width <= 0 || height <= 0) {
    throw new MediaError("protocol", "the SPS crops the whole picture away");
  }
  skipCodingTools(reader, subLayers);
  const frameRate = reader.flag() ? readFrameRate(reader) : undefined;
  return { width, height, frameRate };
}

/** 7.3.3, with its general part. */
function skipProfileTierLevel(reader: BitReader, subLayers: number): void {
  reader.skip(PROFILE_BITS + 8);
  const present = Array.from({ length: subLayers }, () => ({
    profile: reader.flag(),
    level: reader.flag(),
  }));
  reader.skip(subLayers > 0 ? 2 * (8 - subLayers) : 0);
  for (const { profile, level } of present) {
    reader.skip((profile ? PROFILE_BITS : 0) + (level ? 8 : 0));
  }
}

function readWindow(reader: BitReader): { readonly x: number; readonly y: number } {
  const x = reader.unsigned() + reader.unsigned();
  return { x, y: reader.unsigned() + reader.unsigned() };
}

/** Everything between the size and the VUI. */
function skipCodingTools(reader: BitReader, subLayers: number): void {
  reader.unsigned();
  reader.unsigned();
  const orderBits = reader.unsigned() + 4;
  for (let layer = reader.flag() ? 0 : subLayers; layer <= subLayers; layer += 1) {
    skipUnsigned(reader, 3);
  }
  skipUnsigned(reader, 6);
  if (reader.flag() && reader.flag()) {
    skipScalingLists(reader);
  }
  reader.skip(2);
  if (reader.flag()) {
    reader.skip(8);
    skipUnsigned(reader, 2);
    reader.bit();
  }
  skipShortTermSets(reader);
  if (reader.flag()) {
    const pictures = bounded(reader.unsigned(), LONG_TERM_PICTURES_MAX);
    reader.skip(pictures * (orderBits + 1));
  }
  reader.skip(2);
}

/** 7.3.4 */
function skipScalingLists(reader: BitReader): void {
  for (let size = 0; size < 4; size += 1) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!reader.flag()) {
        reader.unsigned();
        continue;
      }
      if (size > 1) {
        reader.signed();
      }
      const coefficients = Math.min(64, 1 << (4 + (size << 1)));
      for (let index = 0; index < coefficients; index += 1) {
        reader.signed();
      }
    }
  }
}

/** 7.3.7: a set may be given as the difference to the one before it. */
function skipShortTermSets(reader: BitReader): void {
  const sets = bounded(reader.unsigned(), SHORT_TERM_SETS_MAX);
  let before = 0;
  for (let index = 0; index < sets; index += 1) {
    before = index > 0 && reader.flag() ? readDifference(reader, before) : readPictures(reader);
  }
}

function readDifference(reader: BitReader, before: number): number {
  reader.bit();
  reader.unsigned();
  let pictures = 0;
  for (let index = 0; index <= before; index += 1) {
    // A picture that isn't used may still be kept.
    const isUsed = reader.flag();
    pictures += isUsed || reader.flag() ? 1 : 0;
  }
  return bounded(pictures, REFERENCES_MAX);
}

function readPictures(reader: BitReader): number {
  const negative = bounded(reader.unsigned(), REFERENCES_MAX);
  const positive = bounded(reader.unsigned(), REFERENCES_MAX);
  for (let index = 0; index < negative + positive; index += 1) {
    reader.unsigned();
    reader.bit();
  }
  return bounded(negative + positive, REFERENCES_MAX);
}

/** E.2.1, up to the timing. */
function readFrameRate(reader: BitReader): number | undefined {
  if (reader.flag() && reader.bits(8) === EXTENDED_SAR) {
    reader.skip(32);
  }
  if (reader.flag()) {
    reader.bit();
  }
  if (reader.flag()) {
    reader.skip(4);
    if (reader.flag()) {
      reader.skip(24);
    }
  }
  if (reader.flag()) {
    skipUnsigned(reader, 2);
  }
  reader.skip(3);
  if (reader.flag()) {
    skipUnsigned(reader, 4);
  }
  if (!reader.flag()) {
    return undefined;
  }
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  return unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick : undefined;
}

function skipUnsigned(reader: BitReader, count: number): void {
  for (let index = 0; index < count; index += 1) {
    reader.unsigned();
  }
}

function bounded(count: number, most: number): number {
  if (count > most) {
    throw new MediaError("protocol", "the SPS has too many reference pictures");
  }
  return count;
}
