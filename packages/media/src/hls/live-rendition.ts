import type { LiveWindow } from "./live-window.ts";
import type { VariantTags } from "./playlist-tags.ts";
import type { Rendition } from "./rendition.ts";

/** Serves the players of one rendition, over one broadcast and the next. */
export class LiveRendition {
  readonly window: LiveWindow;
  #rendition: Rendition;

  constructor(rendition: Rendition, window: LiveWindow) {
    this.#rendition = rendition;
    this.window = window;
  }

  describe(rendition: Rendition): void {
    this.#rendition = rendition;
  }

  /** Lines of its picture; 0 for sound alone. */
  get height(): number {
    return this.#rendition.picture?.height ?? 0;
  }

  /** Its entry in the multivariant playlist. */
  variant(baseUrl: string): VariantTags {
    const { id, name, picture, codecs } = this.#rendition;
    const { bandwidth } = this.window;
    return {
      groupId: id,
      name,
      uri: `${baseUrl}${id}/playlist.m3u8`,
      bandwidth,
      codecs,
      picture,
    };
  }
}
