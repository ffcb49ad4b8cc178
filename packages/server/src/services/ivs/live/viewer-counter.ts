import type { Clock } from "../../../kernel/clock.ts";
import type { Viewer } from "../nodes/owned-streams.ts";

/** A viewer counts until it hasn't asked for a playlist this long; AWS says at most a minute. */
const VIEWER_KEPT_MS = 30_000;
/** Concurrent viewers of a channel. Source: IVS user guide, "Service Quotas" (concurrent views). */
const VIEWERS_MAX = 15_000;

interface Seen extends Viewer {
  readonly atMs: number;
}

/** Counts who watches a stream, by who asks for its playlists. */
export class ViewerCounter {
  readonly #clock: Clock;
  /** Stream → viewer → when it last asked, in the order of asking. */
  readonly #streams = new Map<string, Map<string, Seen>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(streamId: string, { id, country }: Viewer): void {
    const viewers = this.#watching(streamId);
    this.#streams.set(streamId, viewers);
    if (viewers.size >= VIEWERS_MAX && !viewers.has(id)) return;
    viewers.delete(id);
    viewers.set(id, { id, country, atMs: this.#clock.nowMs() });
  }

  count(streamId: string): number {
    return this.#watching(streamId).size;
  }

  /** Viewers of each country that is known. */
  countByCountry(streamId: string): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { country } of this.#watching(streamId).values())
      if (country !== undefined) counts.set(country, (counts.get(country) ?? 0) + 1);
    return counts;
  }

  forget(streamId: string): void {
    this.#streams.delete(streamId);
  }

  #watching(streamId: string): Map<string, Seen> {
    const viewers = this.#streams.get(streamId) ?? new Map<string, Seen>();
    const oldestMs = this.#clock.nowMs() - VIEWER_KEPT_MS;
    for (const { id, atMs } of viewers.values()) {
      if (atMs >= oldestMs) break;
      viewers.delete(id);
    }
    return viewers;
  }
}
