import type { Clock } from "../../kernel/clock.ts";
import { LruMap } from "../../kernel/lru-map.ts";
import { throttled } from "./errors.ts";

/** Source: IVS user guide, "Service Quotas": PutMetadata. Neither can be raised. */
const CALLS_PER_CHANNEL = 5;
const CALLS_PER_ACCOUNT = 155;
const WINDOW_MS = 1_000;
const RESOURCES_MAX = 10_000;

/** Counts calls of PutMetadata, each channel's and each account's. */
export class MetadataRate {
  readonly #clock: Clock;
  /** When the latest calls were, the oldest first; at most as many as are allowed. */
  readonly #calls = new LruMap<string, number[]>(RESOURCES_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws ThrottlingException for a call too many within a second. */
  note(channelArn: string, accountId: string): void {
    this.#count(channelArn, CALLS_PER_CHANNEL);
    this.#count(accountId, CALLS_PER_ACCOUNT);
  }

  #count(resource: string, max: number): void {
    const nowMs = this.#clock.nowMs();
    const calls = (this.#calls.get(resource) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
    this.#calls.set(resource, calls);
    if (calls.length >= max) throw throttled("PutMetadata", max, resource);
    calls.push(nowMs);
  }
}
