import type { MediaArrival } from "../port/handle.ts";

/**
 * Requests that one rendition holds at once; further ones are answered that they should come again.
 */
const HELD_MAX = 10_000;

interface Held {
  readonly isHere: () => boolean;
  readonly settle: (arrival: MediaArrival) => void;
}

/** Requests that wait for media. */
export class MediaArrivals {
  readonly #held = new Set<Held>();

  /** `ready` as soon as `isHere` says so, `timeout` after `heldMs`. */
  wait(isHere: () => boolean, heldMs: number): Promise<MediaArrival> {
    if (isHere()) {
      return Promise.resolve("ready");
    }
    if (this.#held.size >= HELD_MAX) {
      return Promise.resolve("timeout");
    }
    return new Promise((resolve) => {
      const held: Held = {
        isHere,
        settle: (arrival) => {
          clearTimeout(timer);
          this.#held.delete(held);
          resolve(arrival);
        },
      };
      const timer = setTimeout(() => held.settle("timeout"), heldMs);
      timer.unref();
      this.#held.add(held);
    });
  }

  /** Something changed. */
  look(): void {
    for (const held of this.#held) {
      if (held.isHere()) {
        held.settle("ready");
      }
    }
  }
}
