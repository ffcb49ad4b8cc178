import type { StreamMedia } from "../engine/messages.ts";
import { variantTags } from "./playlist-tags.ts";
import { renditionName } from "./rendition-name.ts";

/** The live rendition that is the encoder's own: Amazon IVS's name for it. */
export const SOURCE_RENDITION = "chunked";

/** RFC 6381 list of a broadcast's codecs. */
export function codecList(media: StreamMedia): string {
  return [media.video.codec, media.audio?.codec].filter((codec) => codec !== undefined).join(",");
}

/** The live multivariant playlist; `baseUrl` ends with a slash or is empty. */
export function renderMultivariantPlaylist(
  media: StreamMedia,
  bandwidth: number,
  baseUrl: string,
): string {
  const { width, height, frameRate } = media.video;
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:3",
    ...variantTags({
      groupId: SOURCE_RENDITION,
      name: renditionName(height, frameRate),
      uri: `${baseUrl}${SOURCE_RENDITION}/playlist.m3u8`,
      bandwidth,
      width,
      height,
      frameRate,
      codecs: codecList(media),
    }),
  ];
  return `${lines.join("\n")}\n`;
}
