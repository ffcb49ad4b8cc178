import type { Broadcast } from "../broadcast/broadcast.ts";
import type { Feed, ProtocolForwarding } from "../ingest/protocol.ts";
import type { ForwardingAnswer } from "../port/forwarding.ts";
import { MediaError } from "../port/media-error.ts";
import type { WatchOffer } from "../port/offer.ts";

/** Viewers who are sent a broadcast's source as it comes, without segments. */
export class BroadcastViewers {
  readonly #forwarding: () => ProtocolForwarding;
  readonly #feeds = new WeakMap<Broadcast, Feed>();

  constructor(forwarding: () => ProtocolForwarding) {
    this.#forwarding = forwarding;
  }

  /** Rejects with MediaError `refused`. */
  async watch(broadcast: Broadcast | undefined, offer: WatchOffer): Promise<ForwardingAnswer> {
    const { streamName: group } = offer;
    if (broadcast === undefined) {
      throw new MediaError("refused", "the stream isn't live");
    }
    const { tap, streamId: publication } = broadcast;
    const height = broadcast.status().media?.video.height ?? 0;
    if (tap.unfit !== undefined) {
      throw new MediaError("refused", `${tap.unfit}, which can't be played as it comes`);
    }
    if (height > (offer.heightMax ?? height)) {
      throw new MediaError(
        "refused",
        `the stream's picture has more than ${offer.heightMax} lines`,
      );
    }
    if (!this.#feeds.has(broadcast)) {
      const feed = this.#forwarding().openFeed({ group, publication });
      this.#feeds.set(broadcast, feed);
      tap.open(feed, () => {
        this.#feeds.delete(broadcast);
        feed.end(tap.unfit ?? "the stream has ended");
      });
    }
    const { description, remoteAddress } = offer;
    return this.#forwarding().openSubscription({ group, publication, description, remoteAddress });
  }
}
