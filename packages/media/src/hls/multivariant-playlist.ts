import { type VariantTags, variantTags } from "./playlist-tags.ts";

/** The live multivariant playlist. */
export function renderMultivariantPlaylist(variants: readonly VariantTags[]): string {
  const lines = ["#EXTM3U", "#EXT-X-VERSION:3", ...variants.flatMap(variantTags)];
  return `${lines.join("\n")}\n`;
}
