/**
 * A browser whose network has little room drops its largest layer, sends it again, and drops it
 * again: once that has happened, the layer has to come for so long without a break.
 */
const STEADY_MS = 5_000;

/** A layer, as far as it matters whether it can be followed. */
interface Followed {
  readonly isAlive: boolean;
}

/**
 * Chooses the largest layer that comes. Each switch is a picture of another size, which begins
 * files and init sections anew, so that layers that come and go aren't followed up and down.
 */
export class LargestLayer<Layer extends Followed> {
  #chosen: Layer | undefined;
  #hasFallen = false;
  /** The layer that may be chosen next, and since when it has been the largest. */
  #candidate: { readonly layer: Layer; readonly sinceMs: number } | undefined;

  /** `layers`: the smallest first. Called now and then, more often than `STEADY_MS`. */
  choose(layers: readonly Layer[], nowMs: number): Layer | undefined {
    const best = layers.filter(({ isAlive }) => isAlive).at(-1) ?? layers.at(-1);
    const chosen = this.#chosen;
    const place = chosen === undefined ? -1 : layers.indexOf(chosen);
    const next = best === undefined ? -1 : layers.indexOf(best);
    if (chosen === undefined || best === undefined || place < 0 || next <= place) {
      this.#hasFallen ||= place >= 0 && next < place;
      this.#candidate = undefined;
      this.#chosen = best;
      return best;
    }
    if (this.#candidate?.layer !== best) {
      this.#candidate = { layer: best, sinceMs: nowMs };
    }
    const isSteady = nowMs - this.#candidate.sinceMs >= STEADY_MS;
    if (!this.#hasFallen || !chosen.isAlive || isSteady) {
      this.#chosen = best;
    }
    return this.#chosen;
  }
}
