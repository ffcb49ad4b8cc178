import { UnwrappedTime } from "../../../container/unwrapped-time.ts";

const TIMESTAMP_BITS = 32;
const MS_PER_SECOND = 1_000;

/**
 * The times of one track. RTP's timestamps begin anywhere, so the first one is put where it
 * arrived; the sender's reports say later how its tracks belong together.
 */
export class TrackClock {
  readonly #clockHz: number;
  readonly #times = new UnwrappedTime(TIMESTAMP_BITS);
  #origin: number | undefined;
  #last = 0;
  #lastTimestamp = 0;
  /** The sender's wall clock minus ours; undefined before its first report. */
  #wallOffsetMs: number | undefined;

  constructor(clockHz: number) {
    this.#clockHz = clockHz;
  }

  get wallOffsetMs(): number | undefined {
    return this.#wallOffsetMs;
  }

  /** Ticks of the track's clock since our origin, of which `nowMs` milliseconds have passed. */
  ticks(timestamp: number, nowMs: number): number {
    const unwrapped = this.#times.unwrap(timestamp);
    this.#origin ??= unwrapped - Math.round((nowMs * this.#clockHz) / MS_PER_SECOND);
    this.#last = unwrapped - this.#origin;
    this.#lastTimestamp = timestamp;
    return this.#last;
  }

  /** The sender says which wall time a timestamp has. */
  report(wallMs: number, timestamp: number): void {
    if (this.#origin !== undefined) {
      const ticks = this.#last + this.#times.nearest(timestamp - this.#lastTimestamp);
      this.#wallOffsetMs = wallMs - (ticks * MS_PER_SECOND) / this.#clockHz;
    }
  }
}
