/**
 * The renditions to make of a source; which of them are made depends on the source's size. A
 * picture's height is its shorter side, so that portrait streams get the same steps as landscape
 * ones.
 */
export interface LadderPlan {
  /**
   * The tallest first. Those that are taller than the source aren't made; where all are, the
   * smallest is.
   */
  readonly steps: readonly PlannedStep[];
  /**
   * The source is served too, as the best rendition, where it is taller than `above` or smaller
   * than `below`; no step of its own height is made then. Undefined: it is never served.
   */
  readonly source?: { readonly above: number; readonly below: number } | undefined;
  /** Bits per second of a last rendition of sound alone; undefined without one. */
  readonly audioOnlyBitrate?: number | undefined;
}

export interface PlannedStep {
  readonly height: number;
  /** Bits per second of the pictures, at about 30 frames per second. */
  readonly bitrate: number;
  /**
   * The same for a source with about 60, whose rate the step keeps; without it the step has half of
   * its frames.
   */
  readonly fastBitrate?: number | undefined;
  /** Bits per second of the sound, or the source's own frames. */
  readonly audio: number | "copy";
}

/** The largest source that is taken; one that is more ends its session with `limit-breach`. */
export interface SourceLimits extends PictureSize {
  /** The first whose size the picture has counts, else the last. */
  readonly bitrates: readonly (PictureSize & { readonly bitrateMax: number })[];
}

export interface PictureSize {
  readonly pixelsMax: number;
  /** Pixels of the longer side. */
  readonly edgeMax: number;
}
