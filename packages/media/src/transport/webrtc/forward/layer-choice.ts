/** A layer as the choice sees it; the smallest first. */
export interface ChoosableLayer {
  readonly name: string;
  /** Bits per second that it takes now; 0 while nothing of it comes. */
  readonly bitrate: number;
}

/** Share of the estimate that the media may take: repairs need some, too. */
const HEADROOM = 0.9;
/** Parts of 256 that were lost, above which the path is full. */
const LOSS_HIGH = 26;
/** Reports in a row: a single one may be an accident. */
const REPORTS_OF_LOSS = 2;
/**
 * A larger layer is tried after so long without trouble; each attempt that fails doubles it. The
 * estimate can't say that there is room: receivers don't estimate more than half as much again as
 * what they are sent.
 */
const TRY_UP_MS = 4_000;
const TRY_UP_MAX_MS = 60_000;
/** An attempt that was followed by trouble this soon has failed. */
const FAILED_WITHIN_MS = 6_000;
const ESTIMATE_GROWTH_SHARE = 1.2;

/** Chooses the layer that a subscriber's network takes. */
export class LayerChoice {
  /** Bits per second by the receiver's estimate; undefined before the first one. */
  #estimate: number | undefined;
  #lossyReports = 0;
  #chosen: string | undefined;
  #calmSinceMs: number | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #waitMs = TRY_UP_MS;
  /** Bits per second that may be sent at all. */
  readonly #bitrateMax: number;

  constructor(bitrateMax = Number.POSITIVE_INFINITY) {
    this.#bitrateMax = bitrateMax;
  }

  /** The receiver's estimate. */
  estimated(bitrate: number): void {
    this.#estimate = bitrate;
  }

  /** A receiver's report of the picture; called about once a second. */
  reported(fractionLost: number): void {
    this.#lossyReports = fractionLost > LOSS_HIGH ? this.#lossyReports + 1 : 0;
  }

  /** Begins with this layer. */
  begin(name: string, nowMs: number): void {
    this.#chosen = name;
    this.#calmSinceMs = nowMs;
  }

  /** The layer to send; undefined where there is none. Called some times a second. */
  choose(layers: readonly ChoosableLayer[], nowMs: number): string | undefined {
    const alive = layers.filter(({ bitrate }) => bitrate > 0);
    const usable = alive.length > 0 ? alive : layers;
    const index = Math.max(
      0,
      usable.findIndex(({ name }) => name === this.#chosen),
    );
    const current = usable[index];
    if (current === undefined) {
      return undefined;
    }
    this.#calmSinceMs ??= nowMs;
    if (this.#isTooMuch(current)) {
      this.#down(nowMs);
      this.#chosen = usable[Math.max(0, index - 1)]?.name ?? current.name;
    } else if (this.#mayTryUp(current, usable[index + 1], nowMs)) {
      this.#triedAtMs = nowMs;
      this.#calmSinceMs = nowMs;
      this.#chosen = usable[index + 1]?.name ?? current.name;
    } else {
      this.#chosen = current.name;
    }
    return this.#chosen;
  }

  #isTooMuch({ bitrate }: ChoosableLayer): boolean {
    const room = Math.min((this.#estimate ?? this.#bitrateMax) * HEADROOM, this.#bitrateMax);
    return bitrate > room || this.#lossyReports >= REPORTS_OF_LOSS;
  }

  #down(nowMs: number): void {
    if (nowMs - this.#triedAtMs < FAILED_WITHIN_MS) {
      this.#waitMs = Math.min(TRY_UP_MAX_MS, 2 * this.#waitMs);
    } else {
      this.#waitMs = TRY_UP_MS;
    }
    this.#lossyReports = 0;
    this.#estimate = undefined;
    this.#calmSinceMs = nowMs;
  }

  #mayTryUp(
    { bitrate }: ChoosableLayer,
    larger: ChoosableLayer | undefined,
    nowMs: number,
  ): boolean {
    if (larger === undefined || larger.bitrate > this.#bitrateMax) {
      return false;
    }
    const calmMs = nowMs - (this.#calmSinceMs ?? nowMs);
    const estimate = this.#estimate ?? Number.POSITIVE_INFINITY;
    const fits = larger.bitrate <= estimate * HEADROOM;
    const mayGrow = bitrate * ESTIMATE_GROWTH_SHARE <= estimate;
    return calmMs >= this.#waitMs && this.#lossyReports === 0 && (fits || mayGrow);
  }
}
