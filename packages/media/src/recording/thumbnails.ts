import type { Segment } from "../container/segment.ts";
import type { Rendition } from "../hls/rendition.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { RecordingMedia, RecordingPlan, RecordingThumbnails } from "../port/recording.ts";
import { thumbnailRenditions } from "./recorded-renditions.ts";
import { CHANNEL_LAYOUT } from "./recording-layout.ts";
import { RenditionThumbnails, type ThumbnailObject } from "./rendition-thumbnails.ts";
import type { ThumbnailDecoder } from "./thumbnail-decoder.ts";

/** Decides whether a recording has thumbnails. */
interface ThumbnailsWanted {
  readonly plan: Pick<RecordingPlan, "thumbnails" | "layout">;
  /** Undefined where nothing can be decoded. */
  readonly decoder: Pick<ThumbnailDecoder, "decode"> | undefined;
  readonly limits: Pick<MediaLimits, "lastThumbnailMaxMs">;
}

/**
 * The thumbnails of one recording: of one rendition, or of each that a multitrack encoder makes.
 */
export class Thumbnails {
  readonly #renditions: readonly RenditionThumbnails[];
  #taken: RenditionThumbnails | undefined;

  /**
   * There are none where nothing is wanted or can be decoded. `onPicture`: there is something to
   * take.
   */
  constructor(
    renditions: readonly Rendition[],
    isMultitrack: boolean,
    { plan: { thumbnails: plan, layout = CHANNEL_LAYOUT }, decoder, limits }: ThumbnailsWanted,
    onPicture: () => void,
  ) {
    const chosen = thumbnailRenditions(renditions, plan?.heights, isMultitrack);
    const lastPictureMaxMs = limits.lastThumbnailMaxMs;
    this.#renditions =
      plan === undefined || decoder === undefined
        ? []
        : chosen.map((rendition, index) => {
            const subfolder = index === 0 ? layout.thumbnailFolder : rendition.name;
            const how = { plan, layout, decoder, lastPictureMaxMs, onPicture };
            return new RenditionThumbnails({ rendition, subfolder, ...how });
          });
  }

  /** Thumbnails as the recording's metadata describes them. */
  get media(): Partial<RecordingMedia> {
    const all = this.#renditions.map(({ media }) => media);
    const numbered = all.flatMap((media): RecordingThumbnails[] =>
      media.numbered === undefined ? [] : [media.numbered],
    );
    const latest = all.flatMap((media): RecordingThumbnails[] =>
      media.latest === undefined ? [] : [media.latest],
    );
    return {
      ...(numbered.length > 0 && { thumbnails: numbered[0] }),
      ...(numbered.length > 1 && { additionalThumbnails: numbered.slice(1) }),
      ...(latest.length > 0 && { latestThumbnail: latest[0] }),
      ...(latest.length > 1 && { additionalLatestThumbnails: latest.slice(1) }),
    };
  }

  /** Number of thumbnails that couldn't be decoded or written. */
  get lost(): number {
    return this.#renditions.reduce((sum, { lost }) => sum + lost, 0);
  }

  /** An earlier broadcast made those before it. */
  continueAt(number: number): void {
    for (const rendition of this.#renditions) {
      rendition.continueAt(number);
    }
  }

  /** A segment begins with a keyframe: it is decoded when one is due. */
  add(renditionName: string, segment: Segment): void {
    for (const rendition of this.#renditions) {
      rendition.add(renditionName, segment);
    }
  }

  /**
   * The objects of a picture that waits. A number is said to be in use once any rendition uses it.
   */
  take(): readonly ThumbnailObject[] {
    for (const rendition of this.#renditions) {
      const objects = rendition.take();
      if (objects.length > 0) {
        this.#taken = rendition;
        return objects.map((object) => this.#counted(object));
      }
    }
    return [];
  }

  /** Reports whether a taken picture was written; if not, its number is given to the next one. */
  written(successful: boolean): void {
    this.#taken?.written(successful);
  }

  /** Resolves when nothing is being decoded, or has been for too long. None comes after it. */
  async finish(): Promise<void> {
    await Promise.all(this.#renditions.map((rendition) => rendition.finish()));
  }

  #counted({ thumbnail, ...object }: ThumbnailObject): ThumbnailObject {
    const used = this.#renditions.map(({ nextNumber }) => nextNumber - 1);
    return thumbnail === undefined
      ? object
      : { ...object, thumbnail: Math.max(thumbnail, ...used) };
  }
}
