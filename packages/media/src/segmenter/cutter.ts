import type { MediaLimits } from "../port/limits.ts";
import { MediaError } from "../port/media-error.ts";

/** The beginning of a segment, in all renditions. */
export interface Cut {
  /** Ordinal of the segment that begins here. */
  readonly index: number;
  /** Media time at which its first picture is decoded. */
  readonly timeMs: number;
  /**
   * Media time at which that picture is shown: later if pictures are reordered. Renditions without
   * reordering have the same one.
   */
  readonly shownMs: number;
  /**
   * The segment doesn't continue the one before it. That may show only after its first picture: see
   * `breakAt`.
   */
  discontinuity: boolean;
  readonly programDateTimeMs: number;
}

/** Decides at which keyframes segments begin. */
export interface Cutter {
  /**
   * The segment that begins with a keyframe of these times; undefined where the open one goes on.
   */
  cutAt(timeMs: number, shownMs: number, open: Cut | undefined): Cut | undefined;
  /** Makes the next keyframe a cut: the media after it doesn't continue the media before it. */
  break(): void;
  /** The open segment, of which nothing was given away, doesn't continue what came before. */
  breakAt(cut: Cut): void;
  /** The relation of media time and wall clock is lost. */
  jump(): void;
}

/**
 * A keyframe this much early still ends the segment: protocols round to milliseconds, encoders drop
 * frames.
 */
const CUT_TOLERANCE_MS = 50;

/**
 * Segments that may be cut early because what follows doesn't continue them, where as many regular
 * ones don't come between. Each brings its configuration along, and is a file of its own where it
 * is recorded.
 */
const EARLY_CUTS_MAX = 30;

/** Cuts a source at the first keyframe after `segmentDurationMs`. */
export class LeadingCutter implements Cutter {
  readonly #dueMs: number;
  readonly #now: () => number;
  readonly #onCut: (cut: Cut) => void;
  #nextIndex = 0;
  #breakPending = false;
  #earlyCuts = 0;
  /** Wall clock minus media time. */
  #wallOffsetMs: number | undefined;

  constructor(
    { segmentDurationMs }: Pick<MediaLimits, "segmentDurationMs">,
    now: () => number,
    onCut: (cut: Cut) => void = () => undefined,
  ) {
    this.#dueMs = segmentDurationMs - CUT_TOLERANCE_MS;
    this.#now = now;
    this.#onCut = onCut;
  }

  /** Throws MediaError `limit` when breaks come too often. */
  cutAt(timeMs: number, shownMs: number, open: Cut | undefined): Cut | undefined {
    const isEarly = open !== undefined && timeMs - open.timeMs < this.#dueMs;
    if (isEarly && !this.#breakPending) {
      return undefined;
    }
    this.#earlyCuts = Math.max(0, this.#earlyCuts + (isEarly ? 1 : -1));
    if (this.#earlyCuts > EARLY_CUTS_MAX) {
      throw new MediaError("limit", "the encoder's configuration changes too often");
    }
    this.#wallOffsetMs ??= this.#now() - timeMs;
    const cut: Cut = {
      index: this.#nextIndex,
      timeMs,
      shownMs,
      discontinuity: this.#breakPending,
      programDateTimeMs: Math.round(timeMs + this.#wallOffsetMs),
    };
    this.#nextIndex += 1;
    this.#breakPending = false;
    this.#onCut(cut);
    return cut;
  }

  break(): void {
    this.#breakPending = true;
  }

  /** Renditions are cut by the same object, and complete the segment later. */
  breakAt(cut: Cut): void {
    cut.discontinuity ||= cut.index > 0;
  }

  jump(): void {
    this.#wallOffsetMs = undefined;
  }
}

/** The cuts of a source that its renditions still have to make. */
export class CutSchedule {
  #cuts: Cut[] = [];

  add(cut: Cut): void {
    this.#cuts.push(cut);
  }

  at(index: number): Cut | undefined {
    const first = this.#cuts[0]?.index ?? 0;
    return this.#cuts[index - first];
  }

  /** Cuts before this one are made. */
  forgetBefore(index: number): void {
    this.#cuts = this.#cuts.filter((cut) => cut.index >= index);
  }
}

/** Cuts a rendition where its source was cut. */
export class FollowingCutter implements Cutter {
  readonly #schedule: CutSchedule;
  #nextIndex = 0;

  constructor(schedule: CutSchedule) {
    this.#schedule = schedule;
  }

  /** Index of the segment that it will begin next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Throws MediaError `engine` when the encoder left out a keyframe that it was asked for. */
  cutAt(_timeMs: number, shownMs: number): Cut | undefined {
    const cut = this.#schedule.at(this.#nextIndex);
    if (cut === undefined || shownMs < cut.shownMs - CUT_TOLERANCE_MS) {
      return undefined;
    }
    if (shownMs > cut.shownMs + CUT_TOLERANCE_MS) {
      throw new MediaError("engine", `the encoder made no keyframe at ${cut.shownMs} ms`);
    }
    this.#nextIndex += 1;
    return cut;
  }

  /** The frames of this segment and of those after it come again. */
  resumeAt(index: number): void {
    this.#nextIndex = index;
  }

  /** A source's business: its cuts say where they don't continue each other. */
  break(): void {}
  breakAt(): void {}
  jump(): void {}
}
