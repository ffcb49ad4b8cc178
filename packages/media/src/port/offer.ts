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
}

/** The offer is taken: the encoder may connect. */
export interface PublishAnswer {
  /** Names the connection to `hangUp`. Whoever knows it may end it: a secret. */
  readonly session: string;
  readonly description: string;
}
