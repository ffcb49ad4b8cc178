import type { Feed, Tap, TapStart } from "../../../ingest/protocol.ts";
import type { LayerStatus, PublicationStatus } from "../../../port/forwarding.ts";
import type { WebrtcPeer } from "../webrtc-peer.ts";
import type { SourceLayer } from "./source-layer.ts";

/** Something that subscribers can be given: a publisher, or a broadcast as packets. */
export interface PacketSource {
  readonly audio: SourceLayer | undefined;
  /** The layers of its picture, the smallest first. */
  readonly video: readonly SourceLayer[];
}

/** A source under the name of a publication. */
export interface PublishedSource extends PacketSource {
  /** Undefined for one whose media doesn't come from a peer. */
  readonly peer: WebrtcPeer | undefined;
  /** The picture's H.264 profile and level, such as `42e01f`; undefined before it is known. */
  readonly profile: string | undefined;
  /** Called when the number of its subscribers changes. */
  watched(subscribers: number): void;
  layers(): readonly LayerStatus[];
  status(): Omit<PublicationStatus, "publication" | "session">;
  /**
   * Gives its media to a sink as units, with what came before as far as that is asked for and the
   * source has it.
   */
  tap(sink: Feed, start: TapStart): Tap;
  /** Nothing more is taken from it. */
  close(message: string): void;
}
