import type { ForwardingEvent, MediaForwarding } from "@rolecast/media";

/** Media that goes from publishers to subscribers as it is, by the media engine of this node. */
export interface ForwardingPort extends MediaForwarding {
  /** Calls back with every event, in order for each group. Returns what ends that. */
  listen(listener: (event: ForwardingEvent) => void): () => void;
}
