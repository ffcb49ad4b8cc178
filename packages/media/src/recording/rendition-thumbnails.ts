import type { Segment } from "../container/segment.ts";
import type { Rendition } from "../hls/rendition.ts";
import type {
  RecordingLayout,
  RecordingObject,
  RecordingThumbnails,
  ThumbnailPlan,
} from "../port/recording.ts";
import type { ThumbnailDecoder } from "./thumbnail-decoder.ts";

const CONTENT_TYPE = "image/jpeg";
const FOLDER = "media/thumbnails";
const LATEST_FOLDER = "media/latest_thumbnail";
/** Pictures that wait for a slow host; beyond them one is left out. */
const WAITING_MAX = 8;

export type ThumbnailObject = Omit<RecordingObject, "streamName" | "streamId">;

interface RenditionThumbnailsOptions {
  readonly plan: ThumbnailPlan;
  readonly layout: Pick<RecordingLayout, "firstNumber" | "thumbnailPrefix">;
  readonly rendition: Rendition;
  /** Below the folders of thumbnails; empty for those of the recording itself. */
  readonly subfolder: string;
  readonly decoder: Pick<ThumbnailDecoder, "decode">;
  /** Time for which a recording's end waits for the last picture. */
  readonly lastPictureMaxMs: number;
  /** There is something to take. */
  readonly onPicture: () => void;
}

/** The thumbnails of one rendition: the keyframes to decode, and the objects that they become. */
export class RenditionThumbnails {
  readonly #options: RenditionThumbnailsOptions;
  readonly #folder: string;
  readonly #latest: string;
  readonly #pictures: Buffer[] = [];
  #mediaMs = 0;
  #dueAtMs = 0;
  #nextNumber = 0;
  #decoding: Promise<void> | undefined;
  #lost = 0;
  /** The picture that is being decoded is wanted no more. */
  #isOver = false;

  constructor(options: RenditionThumbnailsOptions) {
    this.#options = options;
    const below = options.subfolder === "" ? "" : `/${options.subfolder}`;
    this.#folder = `${FOLDER}${below}`;
    this.#latest = `${LATEST_FOLDER}${below}/thumb.jpg`;
  }

  /** Thumbnails as the recording's metadata describes them. */
  get media(): {
    readonly numbered: RecordingThumbnails | undefined;
    readonly latest: RecordingThumbnails | undefined;
  } {
    const { plan, rendition } = this.#options;
    const { width = 0, height = 0 } = rendition.picture ?? {};
    const at = (path: string): RecordingThumbnails => ({ path, width, height });
    return {
      numbered: plan.sequential ? at(this.#folder) : undefined,
      latest: plan.latest ? at(this.#latest) : undefined,
    };
  }

  /** Number of thumbnails that couldn't be decoded or written. */
  get lost(): number {
    return this.#lost;
  }

  /** Numbers before it are in use. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** An earlier broadcast made those before it. */
  continueAt(number: number): void {
    this.#nextNumber = number;
  }

  /** A segment begins with a keyframe: it is decoded when one is due. */
  add(renditionName: string, segment: Segment): void {
    const { plan, rendition } = this.#options;
    if (renditionName !== rendition.name) {
      return;
    }
    // This keyframe or the next one, whichever is nearer.
    const isDue = this.#mediaMs + segment.durationMs / 2 > this.#dueAtMs;
    this.#mediaMs += segment.durationMs;
    if (isDue && this.#decoding === undefined) {
      this.#dueAtMs = Math.max(this.#dueAtMs + plan.intervalMs, this.#mediaMs);
      this.#decoding = this.#decode(segment);
    }
  }

  /** The objects of the oldest picture that waits. */
  take(): readonly ThumbnailObject[] {
    const body = this.#pictures.shift();
    if (body === undefined) {
      return [];
    }
    const { plan, layout } = this.#options;
    const { sequential, latest } = plan;
    const number = this.#nextNumber;
    const name = `${layout.thumbnailPrefix}${layout.firstNumber + number}.jpg`;
    const numbered = { path: `${this.#folder}/${name}`, thumbnail: number };
    return [
      ...(sequential ? [{ contentType: CONTENT_TYPE, body: [body], ...numbered }] : []),
      ...(latest ? [{ contentType: CONTENT_TYPE, body: [body], path: this.#latest }] : []),
    ];
  }

  /** Reports whether a taken picture was written; if not, its number is given to the next one. */
  written(successful: boolean): void {
    this.#nextNumber += successful ? 1 : 0;
    this.#lost += successful ? 0 : 1;
  }

  /**
   * Resolves when nothing is being decoded, or has been for too long: that picture is left out
   * then. None comes after it.
   */
  async finish(): Promise<void> {
    if (this.#decoding === undefined) {
      return;
    }
    const { lastPictureMaxMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), lastPictureMaxMs);
    });
    const first = await Promise.race([this.#decoding, late]);
    clearTimeout(timer);
    if (first === "late") {
      this.#lost += 1;
      this.#isOver = true;
    }
  }

  async #decode(segment: Segment): Promise<void> {
    try {
      const picture = await this.#options.decoder.decode(segment);
      if (this.#isOver) {
        return;
      }
      if (this.#pictures.length < WAITING_MAX) {
        this.#pictures.push(picture);
      } else {
        this.#lost += 1;
      }
    } catch {
      // A thumbnail less; how many is in the recording's status.
      this.#lost += this.#isOver ? 0 : 1;
    }
    this.#decoding = undefined;
    this.#options.onPicture();
  }
}
