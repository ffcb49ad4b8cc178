import type {
  ForwardedPublish,
  ForwardingEvent,
  MediaForwarding,
  MediaMirrors,
  PublishRequest,
  RefusedPublish,
} from "@rolecast/media";

/** The circumstances in which an encoder asks. */
export interface EncoderCircumstances {
  /** The reason for which this node takes no new publishers; undefined where it does. */
  readonly turnedAway: string | undefined;
  /** Another node has the encoder's connection, and takes this one for the right one. */
  readonly isHandedOn: boolean;
}

/**
 * Decides on an encoder whose media would be forwarded. Undefined for stream keys that aren't its
 * own.
 */
export type EncoderDecider = (
  request: PublishRequest,
  circumstances: EncoderCircumstances,
) => Promise<ForwardedPublish | RefusedPublish | undefined>;

/** Media that goes from publishers to subscribers as it is, by the media engine of this node. */
export interface ForwardingPort extends MediaForwarding, MediaMirrors {
  /** Calls back with every event, in order for each group. Returns what ends that. */
  listen(listener: (event: ForwardingEvent) => void): () => void;
  /**
   * Asks `decide` of every encoder, and `hasKey` of one whose offer isn't read yet: whether its
   * stream key is one to decide about. Returns what ends that.
   */
  admitEncoders(
    decide: EncoderDecider,
    hasKey?: (streamKey: string) => Promise<boolean>,
  ): () => void;
}
