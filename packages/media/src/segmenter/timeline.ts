/**
 * A track's timestamps that advance by more than this are a jump: a gap in the source, not a slow
 * frame.
 */
const FORWARD_JUMP_MS = 5_000;
/**
 * Frames of a track, and where the other one is, are out of order within this; further back is a
 * jump.
 */
const BACKWARD_JUMP_MS = 1_000;
/** Media time before 0 that containers can still say. */
const EARLIEST_MS = -BACKWARD_JUMP_MS;
/** Step that replaces a jump: about one frame. */
const JUMP_STEP_MS = 33;

/** Pictures, of however many video tracks, or sound. */
export type TimelineTrack = "video" | "audio";

/** Turns timestamps of frames into media time. */
export interface MediaTimeline {
  map(track: TimelineTrack, rawMs: number): number;
  /**
   * Another publisher's timestamps follow: whatever they are, media time goes on, not before
   * `earliestMs`.
   */
  restart(earliestMs: number): void;
  /** True once after each jump: the relation to the wall clock is lost. */
  takeJump(): boolean;
}

/** A track's latest frame. */
interface Position {
  readonly rawMs: number;
  readonly timeMs: number;
}

/**
 * Turns an encoder's timestamps, which jump, into media time that goes on from 0. A track that
 * jumps is put beside the other one where their timestamps are near each other, so that they stay
 * together through a jump of both; one that goes on does so for itself, however far it is from the
 * other one.
 */
export class Timeline implements MediaTimeline {
  #positions: Partial<Record<TimelineTrack, Position>> = {};
  /** Media time of the latest frame of either track. */
  #latestMs = 0;
  #jumped = false;

  /** Media time of a raw timestamp. */
  map(track: TimelineTrack, rawMs: number): number {
    const own = this.#positions[track];
    const other = this.#positions[track === "video" ? "audio" : "video"];
    const timeMs = goesOn(own, rawMs) ?? joins(own, other, rawMs) ?? this.#begin(other);
    this.#positions[track] = { rawMs, timeMs };
    this.#latestMs = Math.max(this.#latestMs, timeMs);
    return timeMs;
  }

  /** True if a picture of this timestamp would be taken for a jump back. */
  isFarBehind(rawMs: number): boolean {
    const { video } = this.#positions;
    return video !== undefined && rawMs - video.rawMs < -BACKWARD_JUMP_MS;
  }

  restart(earliestMs: number): void {
    this.#positions = {};
    this.#latestMs = Math.max(this.#latestMs + JUMP_STEP_MS, earliestMs);
    this.#jumped = true;
  }

  takeJump(): boolean {
    const jumped = this.#jumped;
    this.#jumped = false;
    return jumped;
  }

  /** The first frame of all, or one that doesn't continue anything. */
  #begin(other: Position | undefined): number {
    if (this.#positions.video === undefined && this.#positions.audio === undefined) {
      return this.#latestMs;
    }
    this.#jumped = true;
    // A track that was away must not go on from where it was, if the source has begun anew.
    if (other !== undefined && this.#latestMs - other.timeMs > FORWARD_JUMP_MS) {
      this.#positions = {};
    }
    return this.#latestMs + JUMP_STEP_MS;
  }
}

/**
 * Media time of a frame that follows on its track's position, or undefined: it is a jump from
 * there.
 */
function goesOn(before: Position | undefined, rawMs: number): number | undefined {
  if (before === undefined) {
    return undefined;
  }
  const step = rawMs - before.rawMs;
  return step > FORWARD_JUMP_MS || step < -BACKWARD_JUMP_MS
    ? undefined
    : notBefore(EARLIEST_MS, before.timeMs + step);
}

/**
 * Media time beside the other track's position, or undefined if that is far away or earlier than
 * its own track.
 */
function joins(
  own: Position | undefined,
  other: Position | undefined,
  rawMs: number,
): number | undefined {
  if (other === undefined) {
    return undefined;
  }
  const step = rawMs - other.rawMs;
  return Math.abs(step) > FORWARD_JUMP_MS
    ? undefined
    : notBefore((own?.timeMs ?? 0) - BACKWARD_JUMP_MS, other.timeMs + step);
}

/** `timeMs`, or undefined if it is earlier than `earliestMs` or than can be written. */
function notBefore(earliestMs: number, timeMs: number): number | undefined {
  return timeMs < Math.max(earliestMs, EARLIEST_MS) ? undefined : timeMs;
}

/**
 * Another track's timeline, which alone decides where it goes on after a jump or with another
 * publisher.
 */
export class FollowingTimeline implements MediaTimeline {
  readonly #leading: MediaTimeline;

  constructor(leading: MediaTimeline) {
    this.#leading = leading;
  }

  map(track: TimelineTrack, rawMs: number): number {
    return this.#leading.map(track, rawMs);
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

  map(_track: TimelineTrack, rawMs: number): number {
    return rawMs - this.#originMs;
  }

  restart(): void {}

  takeJump(): boolean {
    return false;
  }
}
