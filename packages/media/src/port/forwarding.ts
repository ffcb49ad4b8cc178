/*
 * Forwarding: what a publisher sends goes to its subscribers packet by packet, and nothing of it is
 * decoded, cut or kept. Publications and their subscriptions belong to a group, such as a call;
 * a group is carried by one process.
 */

/** A publisher's offer. */
export interface PublicationOffer {
  readonly group: string;
  /** Names the publication within its group: subscribers ask for it by this name. */
  readonly publication: string;
  /** The publisher's description of itself, as the protocol writes it, such as SDP. */
  readonly description: string;
  /** The address that the offer came from. */
  readonly remoteAddress: string;
  /** Bits per second that the publisher is asked to keep to, all layers together. */
  readonly bitrateMax?: number | undefined;
  /**
   * Whether it takes the place of a publisher that the publication has; its subscriptions go on.
   * Without it such an offer is refused.
   */
  readonly replaces?: boolean | undefined;
}

/** A subscriber's offer: it receives one publication. */
export interface SubscriptionOffer {
  readonly group: string;
  /** The publication must be there. */
  readonly publication: string;
  readonly description: string;
  readonly remoteAddress: string;
  /** The layer to begin with. Default: the lowest, which begins soonest. */
  readonly initialLayer?: "lowest" | "highest" | undefined;
  /** Bits per second that may be sent to it. */
  readonly bitrateMax?: number | undefined;
}

/** The offer is taken: the peer may connect. */
export interface ForwardingAnswer {
  /** Names the peer's connection from now on. Whoever knows it may end it: a secret. */
  readonly session: string;
  readonly description: string;
  /** The kinds of media that were agreed on. */
  readonly kinds: readonly ("audio" | "video")[];
  /** The lines of a subscriber's offer that receive, such as `0` and `1`, by kind. */
  readonly mids: Readonly<Partial<Record<"audio" | "video", string>>>;
}

/** Changes what a subscription is sent. Members that are left out change nothing. */
export interface SubscriptionWish {
  /** The name of a layer, or `auto`: the best that the subscriber's network takes. */
  readonly layer?: string | undefined;
  /** Kinds that aren't sent for now; the others are. */
  readonly paused?: readonly ("audio" | "video")[] | undefined;
  /** Another publication of the group, which it receives from the next keyframe on. */
  readonly publication?: string | undefined;
}

/** A layer of a picture. Without simulcast a picture has one, whose name is empty. */
export interface LayerStatus {
  readonly layer: string;
  /** 0 before its first keyframe. */
  readonly width: number;
  readonly height: number;
  /** Bits per second, measured over the last second or two. */
  readonly bitrate: number;
  readonly framesPerSecond: number;
}

export interface PublicationStatus {
  readonly publication: string;
  readonly session: string;
  readonly connected: boolean;
  readonly kinds: readonly ("audio" | "video")[];
  /** The smallest first. */
  readonly layers: readonly LayerStatus[];
  readonly audioBitrate: number;
  /** Since its beginning. */
  readonly packets: number;
  readonly bytes: number;
  /** Packets that never came. */
  readonly lost: number;
}

export interface SubscriptionStatus {
  readonly publication: string;
  readonly session: string;
  readonly connected: boolean;
  /** The layer that is sent; undefined before the first keyframe. */
  readonly layer: string | undefined;
  /** The layer that was asked for; undefined where it is chosen by bandwidth. */
  readonly wanted: string | undefined;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the subscriber reported as lost. */
  readonly lost: number;
  /** Packets that it asked for, and was sent again. */
  readonly repaired: number;
}

export interface GroupStatus {
  readonly publications: readonly PublicationStatus[];
  readonly subscriptions: readonly SubscriptionStatus[];
}

/**
 * Why a connection ended. `left`: its peer said so. `closed`: it was asked to by `closeForwarding`.
 * `lost`: nothing was heard of it. `failed`: it sent what can't be taken. `replaced`: another
 * publisher took its place. `publication-ended`: a subscription has nothing to receive.
 */
export type ForwardingEnd =
  | "left"
  | "closed"
  | "lost"
  | "failed"
  | "replaced"
  | "publication-ended"
  | "engine-closed";

/** Order of one session: connected, any of media, ended. `connected` may be missing. */
export type ForwardingEvent = {
  readonly group: string;
  readonly publication: string;
  readonly session: string;
  readonly atMs: number;
} & (
  | { readonly type: "publication-connected" }
  /** A layer's first picture came, or its size changed. */
  | { readonly type: "publication-media"; readonly layers: readonly LayerStatus[] }
  | {
      readonly type: "publication-ended";
      readonly reason: ForwardingEnd;
      /** A sentence for the operator. */
      readonly message: string;
      /** The reason for which an encoder's media couldn't be taken. */
      readonly fault?: PublicationFault | undefined;
    }
  | { readonly type: "subscription-connected" }
  | {
      readonly type: "subscription-ended";
      readonly reason: ForwardingEnd;
      readonly message: string;
    }
  /** A mirror, whose name is the session, was ended by its publication, a server or the way. */
  | { readonly type: "mirror-ended"; readonly message: string }
);

/** The publication that the media of an encoder becomes, whose protocol makes units of it. */
export interface EncoderPublication {
  readonly group: string;
  readonly publication: string;
  /** Chosen by the host: names the encoder's connection, as `ForwardingAnswer.session` does. */
  readonly session: string;
}

/** The reason for which an encoder's media can't be forwarded. */
export type PublicationFault =
  | "b-frames"
  | "resolution"
  | "bitrate"
  | "video-codec"
  | "audio-codec"
  | "input";

type WithoutTime<Event> = Event extends { readonly atMs: number } ? Omit<Event, "atMs"> : never;

/** An event as a protocol reports it; the engine adds its time. */
export type UntimedForwardingEvent = WithoutTime<ForwardingEvent>;

/**
 * The forwarding of an engine. Rejections are `MediaError`s: `refused`, whose message the peer is
 * shown, or `engine`.
 */
export interface MediaForwarding {
  openPublication(offer: PublicationOffer): Promise<ForwardingAnswer>;
  openSubscription(offer: SubscriptionOffer): Promise<ForwardingAnswer>;
  /**
   * Ends a publisher's or a subscriber's connection; its event says `closed`. False where there is
   * no such session.
   */
  closeForwarding(group: string, session: string): Promise<boolean>;
  /** False where there is no such subscription, layer or publication. */
  steerSubscription(group: string, session: string, wish: SubscriptionWish): Promise<boolean>;
  groupStatus(group: string): Promise<GroupStatus>;
}
