/** Segments have two seconds: a keyframe is asked for when one could begin. */
const INTERVAL_MS = 2_000;
/** A request that wasn't answered is made again; several losses make one request. */
const AGAIN_MS = 300;

/** Decides when a keyframe is asked for: encoders of WebRTC make none by themselves. */
export class KeyframeRequests {
  #isNeeded = true;
  #lastKeyframeMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** Pictures can't be shown before the next keyframe. */
  need(): void {
    this.#isNeeded = true;
  }

  keyframe(nowMs: number): void {
    this.#isNeeded = false;
    this.#lastKeyframeMs = nowMs;
  }

  /** Whether one is to be asked for now; then it counts as asked for. */
  isDue(nowMs: number): boolean {
    const wanted = this.#isNeeded || nowMs - this.#lastKeyframeMs >= INTERVAL_MS;
    if (!wanted || nowMs - this.#askedAtMs < AGAIN_MS) {
      return false;
    }
    this.#askedAtMs = nowMs;
    return true;
  }
}
