/** The offer of a participant that wants to publish or to subscribe. */
export interface MediaOffer {
  /** SDP. */
  readonly description: string;
  readonly remoteAddress: string;
  /** A subscriber's wish for its first picture. */
  readonly initialLayer?: "lowest" | "highest" | undefined;
}

/** A refusal by the numbers that Amazon's clients know. */
export interface MediaRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

/** Numbers of refusals, as the Web Broadcast SDK reads them. */
export const REFUSAL_CODE = {
  tokenExpired: 2002,
  noPermission: 2003,
  noSuchPublisher: 2004,
  stageFull: 2005,
  internal: 2006,
  tooManyRequests: 2013,
  noMatchingCodec: 2014,
} as const;
