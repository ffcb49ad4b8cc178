import type { CompositionEvent, MediaCompositions } from "@rolecast/media";
import type { ResourceRow } from "../tagged-resources/tagged-rows.ts";

/** A channel as a composition sees it that publishes to it. */
export interface ComposedChannel {
  readonly row: ResourceRow;
  /** Undefined where the channel has none: nothing can publish to it. */
  readonly streamKey: string | undefined;
}

/** Compositions of the media engine of this node, and the channels that they publish to. */
export interface CompositionPort extends MediaCompositions {
  /** Calls back with every event, in order for each composition. Returns what ends that. */
  listen(listener: (event: CompositionEvent) => void): () => void;
  /** The channel of an ARN, whoever owns it; undefined where there is none. */
  findChannel(channelArn: string): Promise<ComposedChannel | undefined>;
}
