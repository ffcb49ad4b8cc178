import type {
  ForwardedPublish,
  ForwardingEvent,
  MediaForwarding,
  PublishRequest,
} from "@rolecast/media";

/**
 * Decides on an encoder whose media would be forwarded. Undefined for stream keys that aren't its
 * own. `turnedAway` is the reason for which this node takes no new publishers, if it doesn't.
 */
export type EncoderDecider = (
  request: PublishRequest,
  turnedAway: string | undefined,
) => Promise<ForwardedPublish | { readonly allow: false; readonly reason: string } | undefined>;

/** Media that goes from publishers to subscribers as it is, by the media engine of this node. */
export interface ForwardingPort extends MediaForwarding {
  /** Calls back with every event, in order for each group. Returns what ends that. */
  listen(listener: (event: ForwardingEvent) => void): () => void;
  /** Asks `decide` of every encoder. Returns what ends that. */
  admitEncoders(decide: EncoderDecider): () => void;
}
