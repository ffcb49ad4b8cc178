import { type Rendition, SOURCE_RENDITION } from "../hls/rendition.ts";
import type { HeightRange, RecordingPlan, RecordingRendition } from "../port/recording.ts";

/**
 * Which renditions of a broadcast, the best first, are recorded: never none unless nothing is
 * wanted.
 */
export function recordedRenditions(
  renditions: readonly Rendition[],
  wanted: RecordingPlan["renditions"],
): readonly Rendition[] {
  if (wanted === "all") {
    return renditions;
  }
  if (wanted === "none") {
    return [];
  }
  const chosen = renditions.filter((rendition) => wanted.some((range) => isIn(rendition, range)));
  return chosen.length > 0 ? chosen : renditions.slice(0, 1);
}

/**
 * The renditions whose keyframes become thumbnails: one, or, where the encoder makes them and no
 * heights are wanted, all of them, its first track's before the others. None where there is no
 * picture.
 */
export function thumbnailRenditions(
  renditions: readonly Rendition[],
  heights: HeightRange | undefined,
  isMultitrack: boolean,
): readonly Rendition[] {
  const pictures = renditions.filter(({ picture }) => picture !== undefined);
  const chosen = heights && pictures.find((rendition) => isIn(rendition, heights));
  const main = chosen ?? pictures.find(({ id }) => id === SOURCE_RENDITION) ?? pictures[0];
  if (main === undefined) {
    return [];
  }
  const isOne = heights !== undefined || !isMultitrack;
  return isOne ? [main] : [main, ...pictures.filter((rendition) => rendition !== main)];
}

/** A rendition as the recording's metadata and playlists describe it. */
export function describeRendition(
  { name, picture, codecs }: Rendition,
  hasByteRanges: boolean,
): RecordingRendition {
  return {
    path: name,
    playlist: "playlist.m3u8",
    byteRangePlaylist: hasByteRanges ? "byte-range-variant.m3u8" : undefined,
    width: picture?.width ?? 0,
    height: picture?.height ?? 0,
    frameRate: picture?.frameRate ?? 0,
    codecs,
  };
}

function isIn({ picture }: Rendition, { above, upTo }: HeightRange): boolean {
  return picture !== undefined && picture.height > above && picture.height <= upTo;
}
