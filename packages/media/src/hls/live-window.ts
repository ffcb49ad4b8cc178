import type { InitSection, Segment } from "../container/segment.ts";
import type { MediaArrival, MediaPosition } from "../port/handle.ts";
import type { MediaLimits } from "../port/limits.ts";
import { inBackground } from "../runtime/in-background.ts";
import { keepBytes } from "../runtime/kept-bytes.ts";
import { PART_DURATION_MAX_MS, type SegmentPart } from "../segmenter/part-cutter.ts";
import { DateRanges } from "./date-ranges.ts";
import { MediaArrivals } from "./media-arrivals.ts";
import { type PartPosition, renderMediaPlaylist } from "./media-playlist.ts";
import { PeakBitrate } from "./peak-bitrate.ts";
import { targetDurationSeconds } from "./playlist-tags.ts";
import { type KeptBytes, SegmentMedia } from "./segment-media.ts";
import type { SegmentShelf } from "./segment-shelf.ts";

/** How far a channel has come: the number of its next segment. */
export interface WindowPosition {
  readonly sequence: number;
  /** Discontinuities before the next segment. */
  readonly discontinuities: number;
}

export const POSITION_START: WindowPosition = { sequence: 0, discontinuities: 0 };

interface ListedSegment extends Omit<Segment, "body"> {
  readonly sequence: number;
  readonly media: SegmentMedia;
  /** Empty where it wasn't served in parts. */
  readonly parts: readonly ListedPart[];
}

/** A part of a complete segment. */
interface ListedPart extends SegmentPart {
  /** Its place in the segment; undefined where its bytes are others than the segment's. */
  readonly offset: number | undefined;
}

/** A part of the segment that comes next. */
interface OpenPart extends SegmentPart {
  /** For players that asked for it. */
  copy: Buffer | undefined;
}

type WindowLimits = Pick<MediaLimits, "segmentsKeptMs" | "segmentsKeptBytesMax">;

/** Parts of this many segments are listed: three target durations (RFC 8216bis, 6.2.2). */
const SEGMENTS_WITH_PARTS = 3;
/**
 * Segments that are in memory if players asked for them: parts are served of these, and players
 * begin three from the end. Older ones are for players that lag.
 */
const SEGMENTS_IN_MEMORY = SEGMENTS_WITH_PARTS + 1;
/** PART-HOLD-BACK in part target durations: at least two, better three (RFC 8216bis, 4.4.3.8). */
const HOLD_BACK_PARTS = 3;
/** A request is held for this many target durations (RFC 8216bis, 6.2.5.2). */
const HELD_TARGET_DURATIONS = 3;
/**
 * How far a request may be ahead of the last part, in parts that last so long together: the Advance
 * Part Limit there.
 */
const ADVANCE_LIMIT_MS = 3_000;

/**
 * The last segments of one live rendition. It outlives a broadcast: when the same channel goes live
 * again, media sequence numbers go on and a discontinuity marks the seam.
 */
export class LiveWindow {
  readonly #limits: WindowLimits;
  readonly #dateRanges: DateRanges;
  readonly #shelf: SegmentShelf | undefined;
  #listedCount: number;
  #segments: ListedSegment[] = [];
  #nextSequence = 0;
  #discontinuitySequence = 0;
  #targetDurationSeconds = 2;
  #ended = false;
  #seam = false;
  #rendered: string | undefined;
  /** Parts of the segment that comes next. */
  #parts: OpenPart[] = [];
  /** 0 where nothing is served in parts. */
  #partTargetMs = 0;
  readonly #arrivals = new MediaArrivals();

  /** Segments are kept beyond the listed ones as far as `limits` say. */
  constructor(
    listedCount: number,
    limits: WindowLimits,
    at: WindowPosition = POSITION_START,
    dateRanges: DateRanges = new DateRanges(),
    shelf?: SegmentShelf,
  ) {
    this.#dateRanges = dateRanges;
    this.#shelf = shelf;
    this.#listedCount = Math.max(1, listedCount);
    this.#limits = limits;
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

  /** Bytes in memory. */
  get bytes(): number {
    return this.#segments.reduce(
      (sum, { media, init }) => sum + media.memoryBytes + sizeOf(init),
      0,
    );
  }

  /** Peak bits per second of the segments that are kept. */
  get bandwidth(): number {
    const peak = new PeakBitrate();
    for (const { media, durationMs } of this.#segments) {
      peak.add({ bytes: media.length, durationMs });
    }
    return peak.bitsPerSecond;
  }

  add({ body, ...segment }: Segment, kept?: KeptBytes): void {
    const discontinuity = segment.discontinuity || this.#seam;
    const parts = within(body, this.#parts.splice(0));
    const media = new SegmentMedia(body, kept?.lease());
    const sequence = this.#nextSequence;
    this.#segments.push({ ...segment, media, discontinuity, sequence, parts });
    this.#nextSequence += 1;
    this.#seam = false;
    this.#ended = false;
    const target = targetDurationSeconds([segment.durationMs]);
    this.#targetDurationSeconds = Math.max(this.#targetDurationSeconds, target);
    this.#drop();
    this.#shelve();
    this.#changed();
  }

  /**
   * Parts of a segment come in order; one whose predecessors weren't seen, or that came before, is
   * left out.
   */
  addPart(part: SegmentPart): void {
    if (part.index !== this.#parts.length) {
      return;
    }
    this.#parts.push({ ...part, copy: undefined });
    this.#partTargetMs = Math.max(this.#partTargetMs, PART_DURATION_MAX_MS, part.durationMs);
    this.#ended = false;
    this.#changed();
  }

  /** Resolves at once for what is listed. */
  awaitMedia(position: MediaPosition): Promise<MediaArrival> {
    if (this.#isTooEarly(position)) {
      return Promise.resolve("too-early");
    }
    return this.#hold(() => this.#has(position));
  }

  /** The last part, as the other renditions report it; undefined where nothing follows in parts. */
  get lastPart(): PartPosition | undefined {
    const sequence = this.#parts.length > 0 ? this.#nextSequence : this.#nextSequence - 1;
    const part = this.#partsOf(sequence).length - 1;
    return this.#ended || part < 0 ? undefined : { sequence, part };
  }

  /** Waits for the part that is hinted at. */
  async part(sequence: number, index: number): Promise<Buffer | undefined> {
    const isNext = sequence === this.#nextSequence && index === this.#parts.length;
    if (isNext || (sequence === this.#nextSequence + 1 && index === 0)) {
      await this.#hold(
        () => this.#has({ sequence, part: undefined }) || this.#has({ sequence, part: index }),
      );
    }
    const open = sequence === this.#nextSequence ? this.#parts[index] : undefined;
    if (open !== undefined) {
      open.copy ??= keepBytes(open.body);
      return open.copy;
    }
    return this.#listedPart(sequence, index);
  }

  async #listedPart(sequence: number, index: number): Promise<Buffer | undefined> {
    const segment = this.#recent(sequence);
    const part = segment?.parts[index];
    if (part?.offset === undefined) {
      return part?.body;
    }
    const bytes = await segment?.media.bytes();
    return bytes?.subarray(part.offset, part.offset + part.body.length);
  }

  #hold(isHere: () => boolean): Promise<MediaArrival> {
    const heldMs = HELD_TARGET_DURATIONS * this.#targetDurationSeconds * 1_000;
    return this.#arrivals.wait(() => this.#ended || isHere(), heldMs);
  }

  #isTooEarly({ sequence, part }: MediaPosition): boolean {
    if (sequence > this.#nextSequence + 1) {
      return true;
    }
    if (part === undefined || sequence < this.#nextSequence) {
      return false;
    }
    const made = sequence === this.#nextSequence ? this.#parts.length : 0;
    return (part - made + 1) * this.#partTargetMs > ADVANCE_LIMIT_MS;
  }

  /**
   * A part after a segment's last one means the first of the next segment (RFC 8216bis, 6.2.5.2).
   */
  #has({ sequence, part }: MediaPosition): boolean {
    if (sequence < this.#nextSequence) {
      const parts = this.#partsOf(sequence).length;
      const isListed = part === undefined || part < parts || parts === 0;
      return isListed || this.#has({ sequence: sequence + 1, part: 0 });
    }
    return part !== undefined && sequence === this.#nextSequence && part < this.#parts.length;
  }

  #partsOf(sequence: number): readonly SegmentPart[] {
    if (sequence === this.#nextSequence) {
      return this.#parts;
    }
    return this.#recent(sequence)?.parts ?? [];
  }

  /** One of those of which parts are served. */
  #recent(sequence: number): ListedSegment | undefined {
    const recent = this.#segments.slice(-SEGMENTS_IN_MEMORY);
    return recent.find((segment) => segment.sequence === sequence);
  }

  #changed(): void {
    this.#rendered = undefined;
    this.#arrivals.look();
  }

  /** The playlist says that nothing follows. */
  end(): void {
    this.#ended = true;
    this.#parts = [];
    this.#changed();
  }

  /**
   * Another broadcast begins at `at`: its first segment doesn't continue the last one. A window
   * that another rendition has passed forgets its segments, because sequence numbers have no holes.
   */
  resume(listedCount: number, at: WindowPosition = this.position): void {
    this.#listedCount = Math.max(1, listedCount);
    this.#parts = [];
    this.#partTargetMs = 0;
    if (at.sequence !== this.#nextSequence) {
      this.close();
      this.#nextSequence = at.sequence;
      this.#discontinuitySequence = at.discontinuities;
      this.#rendered = undefined;
    }
    this.#seam = this.#nextSequence > 0;
  }

  /** Forgets all segments, and leaves their memory and the shelf to others. */
  close(): void {
    for (const { media } of this.#segments.splice(0)) {
      media.drop();
    }
  }

  /** A segment, wherever it is. */
  async segment(sequence: number): Promise<Buffer | undefined> {
    const first = this.#segments[0]?.sequence ?? 0;
    return this.#segments[sequence - first]?.media.bytes();
  }

  /** The init section of that name, if a segment still needs it. */
  init(name: string): Buffer | undefined {
    const holders = [...this.#segments, ...this.#parts];
    return holders.find(({ init }) => init?.name === name)?.init?.body;
  }

  /** Undefined while there is no segment. */
  playlist(): string | undefined {
    if (this.#rendered === undefined && this.#segments.length > 0) {
      this.#rendered = this.#render();
    }
    return this.#rendered;
  }

  /**
   * Keeps what is listed, and older segments for a while so that slow players still find them; of
   * what is too large, the last segment only.
   */
  #drop(): void {
    const { segmentsKeptMs, segmentsKeptBytesMax } = this.#limits;
    let keptMs = 0;
    let keptBytes = 0;
    const lastDropped = this.#segments.findLastIndex((segment, index) => {
      const later = this.#segments.length - 1 - index;
      keptBytes += bytesOf(segment);
      const isTooOld = later >= this.#listedCount && keptMs >= segmentsKeptMs;
      const isTooMuch = later > 0 && keptBytes > segmentsKeptBytesMax;
      keptMs += segment.durationMs;
      return isTooOld || isTooMuch;
    });
    for (const dropped of this.#segments.splice(0, lastDropped + 1)) {
      dropped.media.drop();
      // The sequence counts discontinuities that left the playlist; those of segments that are kept
      // but no longer listed are added in #render.
      this.#discontinuitySequence += dropped.discontinuity ? 1 : 0;
    }
  }

  #shelve(): void {
    if (this.#shelf !== undefined) {
      for (const { media } of this.#segments.slice(0, -SEGMENTS_IN_MEMORY)) {
        inBackground(media.moveTo(this.#shelf));
      }
    }
  }

  #render(): string {
    const unlisted = this.#segments.slice(0, -this.#listedCount);
    const listed = this.#segments.slice(-this.#listedCount);
    const passed = unlisted.filter((segment) => segment.discontinuity).length;
    return renderMediaPlaylist({
      targetDurationSeconds: this.#targetDurationSeconds,
      partTargetMs: this.#partTargetMs,
      holdBackMs: HOLD_BACK_PARTS * this.#partTargetMs,
      discontinuitySequence: this.#discontinuitySequence + passed,
      segments: listed.map((segment, index) =>
        index >= listed.length - SEGMENTS_WITH_PARTS ? segment : { ...segment, parts: [] },
      ),
      dateRanges: this.#dateRanges.after(listed[0]?.programDateTimeMs ?? 0),
      next: { sequence: this.#nextSequence, parts: this.#parts, seam: this.#seam },
      ended: this.#ended,
    });
  }
}

/** The same parts as places in the whole segment; copies where they don't make it up. */
function within(body: Buffer, parts: readonly OpenPart[]): ListedPart[] {
  const lengths = parts.map((part) => part.body.length);
  const isWhole = lengths.reduce((sum, length) => sum + length, 0) === body.length;
  let start = 0;
  return parts.map(({ copy, ...part }) => {
    const offset = start;
    start += part.body.length;
    return isWhole
      ? { ...part, offset }
      : { ...part, offset: undefined, body: copy ?? keepBytes(part.body) };
  });
}

/** An init section counts with each segment: encoders that change theirs share none. */
function bytesOf({ media, init }: ListedSegment): number {
  return media.length + sizeOf(init);
}

function sizeOf(init: InitSection | undefined): number {
  return init?.body.length ?? 0;
}
