import { type Clock, isoSeconds } from "../../../kernel/clock.ts";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Store } from "../../../kernel/store.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";
import type { IvsQuotas } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { countOtherStreams, listOpenSessions } from "../rows/stream-sessions.ts";
import { accountBreachEvent } from "../sessions/ivs-event.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";

/** So long a count of viewers is believed; those that have begun since are added to it. */
const COUNT_KEPT_MS = 1_000;
/** A breach of an account that stays at a limit is published so often. */
const PUBLISHED_AGAIN_MS = 60_000;
const PLACES_MAX = 1_000;

export interface ConcurrencyLimitsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  readonly quotas: Partial<IvsQuotas>;
  /** Viewers of each stream on whichever node has it, by the stream's id. */
  readonly viewerCounts: (
    sessions: readonly StreamSessionRow[],
  ) => Promise<ReadonlyMap<string, number>>;
}

interface Views {
  readonly atMs: number;
  readonly counted: Promise<number>;
  /** Viewers that have begun since, by channel: as many as the limit at most. */
  readonly begun: Set<string>;
}

/**
 * Counts what an account has at the same time in a Region. Source: IVS user guide, "Service Quotas"
 * (concurrent streams, concurrent views) and "Using Amazon EventBridge with Amazon IVS".
 */
export class ConcurrencyLimits {
  readonly #options: ConcurrencyLimitsOptions;
  readonly #store: Store<IvsTables>;
  readonly #views = new LruMap<string, Views>(PLACES_MAX);
  /** When a breach was published last. */
  readonly #publishedAtMs = new LruMap<string, number>(PLACES_MAX);

  constructor(options: ConcurrencyLimitsOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsTables>();
  }

  get streamsMax(): number | undefined {
    return this.#options.quotas.concurrentStreams;
  }

  /**
   * Whether one more stream may begin. A stream of the channel itself doesn't count: it is taken
   * over.
   */
  async admitsStream(channelArn: string): Promise<boolean> {
    const max = this.streamsMax;
    const place = arns.parse(channelArn);
    if (max === undefined || !place) return true;
    const others = await countOtherStreams(place, place.id, this.#store.db);
    if (others < max) return true;
    this.#publishBreach(place, "Concurrent Broadcasts", max, others + 1 - max);
    return false;
  }

  /**
   * Whether a viewer may begin, who is counted then, once however often the page is loaded again.
   */
  async admitsView(channelArn: string, viewer: string): Promise<boolean> {
    const max = this.#options.quotas.concurrentViews;
    const place = arns.parse(channelArn);
    if (max === undefined || !place) return true;
    const views = this.#viewsOf(place);
    const counted = await views.counted;
    const key = `${channelArn} ${viewer}`;
    if (views.begun.has(key)) return true;
    const before = counted + views.begun.size;
    if (before >= max) {
      this.#publishBreach(place, "Concurrent Viewers", max, before + 1 - max);
      return false;
    }
    views.begun.add(key);
    return true;
  }

  #viewsOf(place: ResourceLocation): Views {
    const key = `${place.accountId} ${place.region}`;
    const nowMs = this.#options.clock.nowMs();
    const known = this.#views.get(key);
    if (known && nowMs - known.atMs < COUNT_KEPT_MS) return known;
    const views: Views = { atMs: nowMs, counted: this.#countViewers(place), begun: new Set() };
    this.#views.set(key, views);
    return views;
  }

  async #countViewers(place: ResourceLocation): Promise<number> {
    const sessions = await listOpenSessions(this.#store.db, place);
    const counts = await this.#options.viewerCounts(sessions);
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  #publishBreach(
    place: ResourceLocation,
    name: "Concurrent Broadcasts" | "Concurrent Viewers",
    limitValue: number,
    exceededBy: number,
  ): void {
    const { clock, ids, events } = this.#options;
    const key = `${name} ${place.accountId} ${place.region}`;
    const atMs = clock.nowMs();
    if (atMs - (this.#publishedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < PUBLISHED_AGAIN_MS)
      return;
    this.#publishedAtMs.set(key, atMs);
    const time = isoSeconds(atMs);
    events.publish(accountBreachEvent(place, { name, limitValue, exceededBy, time }, ids.uuid()));
  }
}
