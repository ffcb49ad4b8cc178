import type { Segment } from "../segmenter/segment.ts";
import { bitrate, extInfTag, programDateTimeTag, targetDurationSeconds } from "./playlist-tags.ts";

/** How far a channel has come: what the next segment is numbered. */
export interface WindowPosition {
  readonly sequence: number;
  /** Discontinuities before the next segment. */
  readonly discontinuities: number;
}

export const POSITION_START: WindowPosition = { sequence: 0, discontinuities: 0 };

interface ListedSegment extends Segment {
  readonly sequence: number;
}

/**
 * The last segments of one live rendition, in memory. It outlives a broadcast: when the same channel goes live again,
 * media sequence numbers go on and a discontinuity marks the seam.
 */
export class LiveWindow {
  readonly #keptMs: number;
  #listedCount: number;
  #segments: ListedSegment[] = [];
  #nextSequence = 0;
  #discontinuitySequence = 0;
  #targetDurationSeconds = 2;
  #ended = false;
  #seam = false;
  #bytes = 0;
  #rendered: string | undefined;

  /** `keptMs` of media stay available beyond what is listed. */
  constructor(listedCount: number, keptMs: number, at: WindowPosition = POSITION_START) {
    this.#listedCount = Math.max(1, listedCount);
    this.#keptMs = keptMs;
    this.#nextSequence = at.sequence;
    this.#discontinuitySequence = at.discontinuities;
  }

  get position(): WindowPosition {
    const held = this.#segments.filter(({ discontinuity }) => discontinuity).length;
    return {
      sequence: this.#nextSequence,
      discontinuities: this.#discontinuitySequence + held,
    };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Peak bits per second over the segments in memory. */
  get bandwidth(): number {
    const rates = this.#segments.map(({ body, durationMs }) => bitrate(body.length, durationMs));
    return Math.max(1, ...rates);
  }

  add(segment: Segment): void {
    const discontinuity = segment.discontinuity || this.#seam;
    this.#segments.push({ ...segment, discontinuity, sequence: this.#nextSequence });
    this.#nextSequence += 1;
    this.#bytes += segment.body.length;
    this.#seam = false;
    this.#ended = false;
    const target = targetDurationSeconds([segment.durationMs]);
    this.#targetDurationSeconds = Math.max(this.#targetDurationSeconds, target);
    this.#drop();
    this.#rendered = undefined;
  }

  /** The playlist says that nothing follows. */
  end(): void {
    this.#ended = true;
    this.#rendered = undefined;
  }

  /**
   * Another broadcast begins at `at`: its first segment doesn't continue the last one. A window that another rendition
   * has passed forgets its segments, because sequence numbers have no holes.
   */
  resume(listedCount: number, at: WindowPosition = this.position): void {
    this.#listedCount = Math.max(1, listedCount);
    if (at.sequence !== this.#nextSequence) {
      this.#segments = [];
      this.#bytes = 0;
      this.#nextSequence = at.sequence;
      this.#discontinuitySequence = at.discontinuities;
      this.#rendered = undefined;
    }
    this.#seam = this.#nextSequence > 0;
  }

  segment(sequence: number): Buffer | undefined {
    const first = this.#segments[0]?.sequence ?? 0;
    return this.#segments[sequence - first]?.body;
  }

  /** Undefined while there is no segment. */
  playlist(): string | undefined {
    if (this.#rendered === undefined && this.#segments.length > 0) {
      this.#rendered = this.#render();
    }
    return this.#rendered;
  }

  /** Keeps what is listed, and older segments up to `keptMs` so that slow players still find them. */
  #drop(): void {
    let keptMs = 0;
    let first = this.#segments.length;
    while (first > 0) {
      const listed = this.#segments.length - first < this.#listedCount;
      if (!listed && keptMs >= this.#keptMs) {
        break;
      }
      first -= 1;
      keptMs += this.#segments[first]?.durationMs ?? 0;
    }
    for (const dropped of this.#segments.splice(0, first)) {
      this.#bytes -= dropped.body.length;
      // The sequence counts discontinuities that left the playlist; those of segments that are kept
      // but no longer listed are added in #render.
      this.#discontinuitySequence += dropped.discontinuity ? 1 : 0;
    }
  }

  #render(): string {
    const unlisted = this.#segments.slice(0, -this.#listedCount);
    const listed = this.#segments.slice(-this.#listedCount);
    const passed = unlisted.filter((segment) => segment.discontinuity).length;
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:3",
      `#EXT-X-TARGETDURATION:${this.#targetDurationSeconds}`,
      `#EXT-X-MEDIA-SEQUENCE:${listed[0]?.sequence ?? 0}`,
      `#EXT-X-DISCONTINUITY-SEQUENCE:${this.#discontinuitySequence + passed}`,
    ];
    for (const segment of listed) {
      if (segment.discontinuity) {
        lines.push("#EXT-X-DISCONTINUITY");
      }
      lines.push(programDateTimeTag(segment.programDateTimeMs));
      lines.push(extInfTag(segment.durationMs, "live"), `${segment.sequence}.ts`);
    }
    if (this.#ended) {
      lines.push("#EXT-X-ENDLIST");
    }
    return `${lines.join("\n")}\n`;
  }
}
