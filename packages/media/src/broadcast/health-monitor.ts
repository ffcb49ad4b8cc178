import type { Segment } from "../container/segment.ts";
import type { StreamHealth, StreamMeasurement } from "../port/source.ts";
import { SegmentMeasure } from "./segment-measure.ts";

/** Media that arrives more slowly than this share of real time starves the players. */
const STARVING_SHARE = 0.8;
/** Real time over which arrival is compared with media time. */
const ARRIVAL_WINDOW_MS = 6_000;
/** Encoders are asked for 2 s; beyond this, latency suffers visibly. */
const KEYFRAME_INTERVAL_WARNED_MS = 4_000;

interface Arrival {
  readonly atMs: number;
  readonly mediaMs: number;
}

export interface HealthNews {
  readonly health: StreamHealth;
  readonly warnings: readonly string[];
  readonly measured: StreamMeasurement;
}

/** Judges a broadcast's health by how its media arrives. */
export class HealthMonitor {
  readonly #measure = new SegmentMeasure();
  #arrivals: Arrival[] = [];
  #health: StreamHealth = "UNKNOWN";
  #hasAudio = true;
  #isNews = false;
  #reported: readonly string[] = [];

  /** Number of segments in `measured`. */
  get segmentsMeasured(): number {
    return this.#measure.count;
  }

  get health(): StreamHealth {
    return this.#health;
  }

  /** The warnings of the latest news. */
  get reported(): readonly string[] {
    return this.#reported;
  }

  segment(segment: Segment, hasAudio: boolean): void {
    this.#hasAudio = hasAudio;
    this.#measure.add(segment);
  }

  /**
   * Called about once a second with a monotonic clock and the media time received so far.
   * True when the health changed.
   */
  sample(atMs: number, mediaMs: number): boolean {
    this.#arrivals.push({ atMs, mediaMs });
    const since = atMs - ARRIVAL_WINDOW_MS;
    const inWindow = this.#arrivals.findIndex((arrival) => arrival.atMs >= since);
    // The last sample before the window is kept: the window is measured from it.
    this.#arrivals = this.#arrivals.slice(Math.max(0, inWindow - 1));
    const first = this.#arrivals[0];
    if (first === undefined || atMs - first.atMs < ARRIVAL_WINDOW_MS) {
      return this.#set(
        this.#measure.count > 0 && this.#health === "UNKNOWN" ? "HEALTHY" : this.#health,
      );
    }
    const share = (mediaMs - first.mediaMs) / (atMs - first.atMs);
    return this.#set(share < STARVING_SHARE ? "STARVING" : "HEALTHY");
  }

  #set(health: StreamHealth): boolean {
    const changed = health !== this.#health;
    this.#health = health;
    this.#isNews ||= changed;
    return changed;
  }

  /**
   * Returns what changed since the last call, with one further warning from outside; undefined if
   * nothing changed.
   */
  news(further: string | undefined): HealthNews | undefined {
    const warnings = [...this.warnings(), ...(further === undefined ? [] : [further])];
    if (!this.#isNews && warnings.join() === this.#reported.join()) {
      return undefined;
    }
    this.#isNews = false;
    this.#reported = warnings;
    return { health: this.#health, warnings, measured: this.measured() };
  }

  measured(): StreamMeasurement {
    return this.#measure.measured();
  }

  warnings(): string[] {
    const warnings: string[] = [];
    const { keyframeIntervalMs } = this.measured();
    if (keyframeIntervalMs > KEYFRAME_INTERVAL_WARNED_MS) {
      warnings.push(
        `The keyframe interval is ${keyframeIntervalMs / 1_000} s; set the encoder to 2 s.`,
      );
    }
    if (!this.#hasAudio) {
      warnings.push("The stream has no audio.");
    }
    return warnings;
  }
}
