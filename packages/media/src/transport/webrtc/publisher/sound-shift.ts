import { VIDEO_CLOCK_HZ } from "./video-receiver.ts";

const TICKS_PER_MS = VIDEO_CLOCK_HZ / 1_000;
/** A frame of AAC has 21 ms: changing it by this isn't heard. */
const STEP_MS = 1;
/** Sound and pictures that seem further apart than this are the mistake of a clock. */
export const SOUND_SHIFT_MS_MAX = 1_000;

/**
 * Moves the sound to the pictures that it belongs to. Until the sender has reported its clock for
 * both, they are together as they arrived; then the difference is made up for bit by bit.
 */
export class SoundShift {
  #currentMs = 0;
  #targetMs = 0;
  #hasBegun = false;

  /** The sender's wall clock minus ours, as the two tracks have it. */
  target(videoOffsetMs: number | undefined, audioOffsetMs: number | undefined): void {
    if (videoOffsetMs !== undefined && audioOffsetMs !== undefined) {
      const shiftMs = audioOffsetMs - videoOffsetMs;
      this.#targetMs = Math.abs(shiftMs) <= SOUND_SHIFT_MS_MAX ? shiftMs : this.#targetMs;
    }
  }

  /** For the next frame. */
  nextTicks(): number {
    const left = this.#targetMs - this.#currentMs;
    const isSmall = Math.abs(left) <= STEP_MS || !this.#hasBegun;
    this.#currentMs += isSmall ? left : Math.sign(left) * STEP_MS;
    this.#hasBegun = true;
    return Math.round(this.#currentMs * TICKS_PER_MS);
  }
}
