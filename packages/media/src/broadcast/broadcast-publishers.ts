import type { StreamEventBody } from "../port/events.ts";
import { MediaError } from "../port/media-error.ts";
import type { PublisherFeed } from "./publisher-feed.ts";

/**
 * The publishers of a broadcast: one at a time is active. Another one with a higher priority waits
 * as a candidate until its first keyframe shows that it may take over.
 */
export class BroadcastPublishers {
  readonly #takeoversMax: number;
  readonly #publish: (event: StreamEventBody) => void;
  #active: PublisherFeed | undefined;
  #candidate: PublisherFeed | undefined;
  #takeovers = 0;

  constructor(takeoversMax: number, publish: (event: StreamEventBody) => void) {
    this.#takeoversMax = takeoversMax;
    this.#publish = publish;
  }

  get active(): PublisherFeed | undefined {
    return this.#active;
  }

  /** The active one's media came so long ago. */
  get delayMs(): number {
    return this.#active?.delayMs ?? 0;
  }

  begin(feed: PublisherFeed): void {
    this.#active = feed;
  }

  /** Throws MediaError `refused` unless the priority is strictly higher and takeovers are left. */
  checkContender(priority: number | undefined): asserts priority is number {
    if (priority === undefined) {
      throw new MediaError("refused", "the channel already has a publisher");
    }
    const least = Math.max(this.#active?.priority ?? 0, this.#candidate?.priority ?? 0);
    if (priority <= least) {
      this.#publish({ type: "stream-takeover-failed", reason: "invalid-priority" });
      throw new MediaError("refused", "the priority is not higher than the running publisher's");
    }
    if (this.#takeovers >= this.#takeoversMax) {
      this.#publish({ type: "stream-takeover-failed", reason: "too-many-takeovers" });
      throw new MediaError("refused", "the broadcast was taken over too often");
    }
  }

  contend(feed: PublisherFeed): void {
    this.#candidate?.publisher.disconnect("another publisher has a higher priority");
    this.#candidate = feed;
  }

  /** Throws MediaError `refused` when the candidate's media is different. */
  takeOver(feed: PublisherFeed): void {
    const running = this.#active;
    this.#candidate = undefined;
    if (running !== undefined && !running.tracks.matches(feed.tracks)) {
      this.#publish({ type: "stream-takeover-failed", reason: "media-mismatch" });
      throw new MediaError("refused", "the media differs from the running publisher's");
    }
    this.#takeovers += 1;
    this.#active = feed;
    running?.publisher.disconnect("another publisher with a higher priority took over");
  }

  /** True when it was the active one. */
  gone(feed: PublisherFeed): boolean {
    if (feed === this.#candidate) {
      this.#candidate = undefined;
    }
    return feed === this.#active;
  }

  disconnectAll(message: string): void {
    for (const feed of [this.#active, this.#candidate]) {
      if (feed?.publisher.open === true) {
        feed.publisher.disconnect(message);
      }
    }
  }
}
