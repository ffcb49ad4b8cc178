import type { Clock } from "../../../kernel/clock.ts";

/** A viewer counts until it hasn't asked for a playlist this long; AWS says at most a minute. */
const VIEWER_KEPT_MS = 30_000;
/** Concurrent viewers of a channel. Source: IVS user guide, "Service Quotas" (concurrent views). */
const VIEWERS_MAX = 15_000;

/** Counts who watches a stream, by who asks for its playlists. */
export class ViewerCounter {
  readonly #clock: Clock;
  /** Stream → viewer → when it last asked, in the order of asking. */
  readonly #streams = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(streamId: string, viewer: string): void {
    const viewers = this.#streams.get(streamId) ?? new Map<string, number>();
    this.#streams.set(streamId, viewers);
    this.#forgetOld(viewers);
    if (viewers.size >= VIEWERS_MAX && !viewers.has(viewer)) return;
    viewers.delete(viewer);
    viewers.set(viewer, this.#clock.nowMs());
  }

  count(streamId: string): number {
    const viewers = this.#streams.get(streamId);
    if (!viewers) return 0;
    this.#forgetOld(viewers);
    return viewers.size;
  }

  forget(streamId: string): void {
    this.#streams.delete(streamId);
  }

  #forgetOld(viewers: Map<string, number>): void {
    const oldestMs = this.#clock.nowMs() - VIEWER_KEPT_MS;
    for (const [viewer, seenMs] of viewers) {
      if (seenMs >= oldestMs) return;
      viewers.delete(viewer);
    }
  }
}
