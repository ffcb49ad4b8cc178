import type { StreamMedia } from "../engine/messages.ts";
import type { MediaLimits } from "../limits.ts";
import type { Segment } from "../segmenter/segment.ts";
import { LiveWindow } from "./live-window.ts";
import { renderMultivariantPlaylist, SOURCE_RENDITION } from "./multivariant-playlist.ts";

/** Amazon IVS lists about this many 2 s segments. */
export const DEFAULT_LISTED_SEGMENTS = 6;

/** What players of one channel are served, over one broadcast and the next. */
export class LiveRendition {
  readonly #window: LiveWindow;
  #media: StreamMedia | undefined;
  #endedAtMs: number | undefined;
  readonly #monotonicMs: () => number;
  readonly #limits: Pick<MediaLimits, "segmentsKeptMs" | "endedStreamKeptMs">;

  constructor(
    limits: Pick<MediaLimits, "segmentsKeptMs" | "endedStreamKeptMs">,
    monotonicMs: () => number,
  ) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
    this.#window = new LiveWindow(DEFAULT_LISTED_SEGMENTS, limits.segmentsKeptMs);
  }

  get bytes(): number {
    return this.#window.bytes;
  }

  /** True when a broadcast ended so long ago that nobody can be waiting for its last segments. */
  expired(monotonicMs: number): boolean {
    const endedAtMs = this.#endedAtMs;
    return endedAtMs !== undefined && monotonicMs - endedAtMs > this.#limits.endedStreamKeptMs;
  }

  begin(listedSegments: number | undefined): void {
    this.#endedAtMs = undefined;
    this.#window.resume(listedSegments ?? DEFAULT_LISTED_SEGMENTS);
  }

  add(segment: Segment, media: StreamMedia): void {
    this.#media = media;
    this.#window.add(segment);
  }

  end(): void {
    this.#endedAtMs = this.#monotonicMs();
    this.#window.end();
  }

  multivariantPlaylist(baseUrl: string): string | undefined {
    return this.#media && renderMultivariantPlaylist(this.#media, this.#window.bandwidth, baseUrl);
  }

  mediaPlaylist(rendition: string): string | undefined {
    return rendition === SOURCE_RENDITION ? this.#window.playlist() : undefined;
  }

  segment(rendition: string, sequence: number): Buffer | undefined {
    return rendition === SOURCE_RENDITION ? this.#window.segment(sequence) : undefined;
  }
}
