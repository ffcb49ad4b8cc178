import { MediaError } from "../port/media-error.ts";
import { BitReader } from "./bit-reader.ts";
import { withoutEmulationPrevention } from "./raw-payload.ts";
import type { PictureFormat } from "./video-config.ts";

/**
 * The members of a sequence parameter set that describe the picture (ITU-T H.264, 7.3.2.1.1 and
 * annex E).
 */
export interface AvcSps extends PictureFormat {
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
}

/** Profiles whose SPS has the chroma fields. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Level 6.2 allows 139,264 macroblocks; a side of 16,384 pixels is far past any real encoder. */
const MACROBLOCKS_PER_SIDE_MAX = 1_024;
/** H.264 bounds the cycle to 255. */
const REF_FRAMES_IN_CYCLE_MAX = 255;
const EXTENDED_SAR = 255;

/** `nal` includes its header byte. Throws MediaError `protocol`. */
export function parseAvcSps(nal: Uint8Array): AvcSps {
  const reader = new BitReader(withoutEmulationPrevention(nal));
  reader.bits(8);
  const profileIdc = reader.bits(8);
  const constraintFlags = reader.bits(8);
  const levelIdc = reader.bits(8);
  reader.unsigned();
  const chromaFormat = HIGH_PROFILES.has(profileIdc) ? readChroma(reader) : 1;
  reader.unsigned();
  skipPictureOrder(reader);
  reader.unsigned();
  reader.bit();
  const widthInMacroblocks = reader.unsigned() + 1;
  const heightInMapUnits = reader.unsigned() + 1;
  if (Math.max(widthInMacroblocks, heightInMapUnits) > MACROBLOCKS_PER_SIDE_MAX) {
    throw new MediaError("protocol", "the SPS announces an impossible picture size");
  }
  const frameMacroblocksOnly = reader.bit();
  if (frameMacroblocksOnly === 0) {
    reader.bit();
  }
  reader.bit();
  const crop = reader.flag() ? readCrop(reader) : { x: 0, y: 0 };
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const unitY = (chromaFormat === 1 ? 2 : 1) * (2 - frameMacroblocksOnly);
  const width = widthInMacroblocks * 16 - crop.x * unitX;
  const height = heightInMapUnits * 16 * (2 - frameMacroblocksOnly) - crop.y * unitY;
  if (width <= 0 || height <= 0) {
    throw new MediaError("protocol", "the SPS crops the whole picture away");
  }
  const frameRate = reader.flag() ? readFrameRate(reader) : undefined;
  return { profileIdc, constraintFlags, levelIdc, width, height, frameRate };
}

function readChroma(reader: BitReader): number {
  const chromaFormat = reader.unsigned();
  if (chromaFormat > 3) {
    throw new MediaError("protocol", `the SPS has chroma format ${chromaFormat}`);
  }
  if (chromaFormat === 3) {
    reader.bit();
  }
  reader.unsigned();
  reader.unsigned();
  reader.bit();
  if (reader.flag()) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let list = 0; list < lists; list += 1) {
      if (reader.flag()) {
        skipScalingList(reader, list < 6 ? 16 : 64);
      }
    }
  }
  return chromaFormat;
}

function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size && next !== 0; index += 1) {
    next = (last + reader.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsigned();
  if (type === 0) {
    reader.unsigned();
  } else if (type === 1) {
    reader.bit();
    reader.signed();
    reader.signed();
    const cycle = reader.unsigned();
    if (cycle > REF_FRAMES_IN_CYCLE_MAX) {
      throw new MediaError("protocol", "the SPS has too many reference frames in a cycle");
    }
    for (let index = 0; index < cycle; index += 1) {
      reader.signed();
    }
  }
}

function readCrop(reader: BitReader): { readonly x: number; readonly y: number } {
  const left = reader.unsigned();
  const right = reader.unsigned();
  const top = reader.unsigned();
  const bottom = reader.unsigned();
  return { x: left + right, y: top + bottom };
}

function readFrameRate(reader: BitReader): number | undefined {
  if (reader.flag() && reader.bits(8) === EXTENDED_SAR) {
    reader.bits(32);
  }
  if (reader.flag()) {
    reader.bit();
  }
  if (reader.flag()) {
    reader.bits(4);
    if (reader.flag()) {
      reader.bits(24);
    }
  }
  if (reader.flag()) {
    reader.unsigned();
    reader.unsigned();
  }
  if (!reader.flag()) {
    return undefined;
  }
  const unitsInTick = reader.bits(32);
  const timeScale = reader.bits(32);
  // Two ticks are one frame (E.2.1).
  return unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick / 2 : undefined;
}
