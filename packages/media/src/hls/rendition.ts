import type { StreamMedia } from "../port/source.ts";
import { renditionName } from "./rendition-name.ts";

/** The live rendition that is the encoder's own, by the name that Twitch's players know. */
export const SOURCE_RENDITION = "chunked";

/** One version of a broadcast's media: what playlists and recordings say about it. */
export interface Rendition {
  /** Its folder in live playlists' URIs, and its group: `chunked`, `480p30`. */
  readonly id: string;
  /** The name that players show, and its folder in a recording: `1080p60`. */
  readonly name: string;
  /** Undefined where there is only sound. */
  readonly picture:
    | { readonly width: number; readonly height: number; readonly frameRate: number }
    | undefined;
  /** RFC 6381 list, such as `avc1.64001F,mp4a.40.2`. */
  readonly codecs: string;
}

/** The encoder's own media, untouched. */
export function sourceRendition({ video, audio }: StreamMedia): Rendition {
  const { width, height, frameRate, codec } = video;
  return {
    id: SOURCE_RENDITION,
    name: renditionName(height, frameRate),
    picture: { width, height, frameRate },
    codecs: audio === undefined ? codec : `${codec},${audio.codec}`,
  };
}
