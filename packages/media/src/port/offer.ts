/** An encoder asks to publish by a protocol in which both sides describe what they can. */
export interface PublishOffer {
  /** The stream key that it gives, perhaps with `?priority=N`. A secret. */
  readonly name: string;
  /** Its description of itself, as the protocol writes it, such as SDP. */
  readonly description: string;
  /** The address that the offer came from. */
  readonly remoteAddress: string;
  /** Nobody on the way could read the offer, in which the name is. */
  readonly secure: boolean;
  /** Bits per second to which the encoder wants to be held. */
  readonly bitrateMax?: number | undefined;
}

/** A viewer asks to be sent a stream as it comes. */
export interface WatchOffer {
  readonly streamName: string;
  /** The viewer's description of itself, as the protocol writes it. */
  readonly description: string;
  readonly remoteAddress: string;
  /** Lines of the largest picture that it may be shown; undefined for any. */
  readonly heightMax?: number | undefined;
}

/** The offer is taken: the encoder may connect. */
export interface PublishAnswer {
  /** Names the connection to `hangUp`. Whoever knows it may end it: a secret. */
  readonly session: string;
  readonly description: string;
}
