import type { SourceLayer } from "./source-layer.ts";

/** Something that subscribers can be given: a publisher, or a broadcast as packets. */
export interface PacketSource {
  readonly audio: SourceLayer | undefined;
  /** The layers of its picture, the smallest first. */
  readonly video: readonly SourceLayer[];
}
