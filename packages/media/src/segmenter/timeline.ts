/** RTMP timestamps that advance by more than this are a jump: a gap in the source, not a slow frame. */
const FORWARD_JUMP_MS = 5_000;
/** Audio and video interleave within this; further back is a jump. */
const BACKWARD_JUMP_MS = 1_000;
/** What a jump is replaced by: about one frame. */
const JUMP_STEP_MS = 33;

/** Turns timestamps of frames into media time. */
export interface MediaTimeline {
  map(rawMs: number): number;
  /** Another publisher's timestamps follow: whatever they are, media time goes on, not before `earliestMs`. */
  restart(earliestMs: number): void;
  /** True once after each jump: the relation to the wall clock is lost. */
  takeJump(): boolean;
}

/**
 * Turns an encoder's 32-bit timestamps, which wrap and jump, into media time that goes on from 0. Both tracks of a
 * publisher share one timeline, so that they stay together through a jump.
 */
export class Timeline implements MediaTimeline {
  #lastRawMs: number | undefined;
  #lastMs = 0;
  #jumped = false;

  /** Media time of a raw timestamp. */
  map(rawMs: number): number {
    if (this.#lastRawMs === undefined) {
      this.#lastRawMs = rawMs;
      return this.#lastMs;
    }
    // Subtraction in 32 bits makes a wrap a small step.
    const delta = (rawMs - this.#lastRawMs) | 0;
    const jumped = delta > FORWARD_JUMP_MS || delta < -BACKWARD_JUMP_MS;
    this.#jumped ||= jumped;
    const timeMs = this.#lastMs + (jumped ? JUMP_STEP_MS : delta);
    this.#lastRawMs = rawMs;
    this.#lastMs = timeMs;
    return timeMs;
  }

  /** Whether a frame of this timestamp would be taken for a jump back. */
  isFarBehind(rawMs: number): boolean {
    return this.#lastRawMs !== undefined && ((rawMs - this.#lastRawMs) | 0) < -BACKWARD_JUMP_MS;
  }

  restart(earliestMs: number): void {
    this.#lastRawMs = undefined;
    this.#lastMs = Math.max(this.#lastMs + JUMP_STEP_MS, earliestMs);
    this.#jumped = true;
  }

  takeJump(): boolean {
    const jumped = this.#jumped;
    this.#jumped = false;
    return jumped;
  }
}

/** Another track's timeline, which alone decides where it goes on after a jump or with another publisher. */
export class FollowingTimeline implements MediaTimeline {
  readonly #leading: MediaTimeline;

  constructor(leading: MediaTimeline) {
    this.#leading = leading;
  }

  map(rawMs: number): number {
    return this.#leading.map(rawMs);
  }

  restart(): void {}

  takeJump(): boolean {
    return false;
  }
}

/** Timestamps that are media time already, `originMs` later. */
export class FixedTimeline implements MediaTimeline {
  readonly #originMs: number;

  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  map(rawMs: number): number {
    return rawMs - this.#originMs;
  }

  restart(): void {}

  takeJump(): boolean {
    return false;
  }
}
