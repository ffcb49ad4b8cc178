import type { InitSection } from "../container/segment.ts";

/**
 * A part is cut before the frame that would make it longer: six of a third of a second make a
 * segment at the usual frame rates. Players stay three of them behind.
 */
export const PART_DURATION_MAX_MS = 340;

/** A piece of a segment that is still being written (RFC 8216bis, "partial segment"). */
export interface SegmentPart {
  /** Ordinal in its segment, from 0 without holes. */
  readonly index: number;
  /** In memory that is reused once the segment is complete. */
  readonly body: Buffer;
  readonly durationMs: number;
  /** It begins with a keyframe. */
  readonly independent: boolean;
  /** Its segment's, as are the members below. */
  readonly init?: InitSection | undefined;
  readonly programDateTimeMs: number;
  readonly discontinuity: boolean;
}

interface OpenPart {
  readonly index: number;
  readonly startMs: number;
  readonly offset: number;
  readonly independent: boolean;
}

/** Decides where the parts of one segment begin and end. */
export class PartCutter {
  #open: OpenPart;

  constructor(startMs: number) {
    this.#open = { index: 0, startMs, offset: 0, independent: true };
  }

  /** A part is given away. */
  get begun(): boolean {
    return this.#open.index > 0;
  }

  /** True if a part ends before a frame at `timeMs` that is shown for `frameMs`. */
  isDue(timeMs: number, frameMs: number): boolean {
    const { startMs } = this.#open;
    return timeMs > startMs && timeMs + frameMs - startMs > PART_DURATION_MAX_MS;
  }

  /** Ends the part at a place in the segment; undefined where there is nothing in it. */
  cut(
    timeMs: number,
    written: Buffer,
    nextIsKeyframe: boolean,
  ): Pick<SegmentPart, "index" | "body" | "durationMs" | "independent"> | undefined {
    const { index, startMs, offset, independent } = this.#open;
    if (written.length === offset) {
      return undefined;
    }
    this.#open = {
      index: index + 1,
      startMs: timeMs,
      offset: written.length,
      independent: nextIsKeyframe,
    };
    return { index, body: written.subarray(offset), durationMs: timeMs - startMs, independent };
  }
}
