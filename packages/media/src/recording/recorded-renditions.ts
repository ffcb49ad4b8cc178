import type { HeightRange, RecordingPlan } from "../engine/recording-messages.ts";
import { type Rendition, SOURCE_RENDITION } from "../hls/rendition.ts";

/** Which renditions of a broadcast, the best first, are recorded: never none unless nothing is wanted. */
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

/** The rendition whose keyframes become thumbnails; undefined where there is no picture. */
export function thumbnailRendition(
  renditions: readonly Rendition[],
  heights: HeightRange | undefined,
): Rendition | undefined {
  const pictures = renditions.filter(({ picture }) => picture !== undefined);
  const chosen = heights && pictures.find((rendition) => isIn(rendition, heights));
  return chosen ?? pictures.find(({ id }) => id === SOURCE_RENDITION) ?? pictures[0];
}

function isIn({ picture }: Rendition, { above, upTo }: HeightRange): boolean {
  return picture !== undefined && picture.height > above && picture.height <= upTo;
}
