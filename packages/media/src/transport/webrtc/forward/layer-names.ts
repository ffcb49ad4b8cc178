import { type RtpHeader, rtpExtension } from "../rtp/rtp-packet.ts";
import { type AgreedMedia, EXTENSION_URIS } from "../sdp/agreed-media.ts";

/** Sources of repaired packets of one publisher. */
const REPAIRS_MAX = 16;

/** Which layer of a publisher's picture a packet is of: the first ones of each source say so. */
export class LayerNames {
  readonly #layers: readonly string[];
  readonly #layerId: number | undefined;
  readonly #repairedId: number | undefined;
  /** By SSRC. */
  readonly #repairs = new Map<number, string>();

  constructor({ video }: AgreedMedia) {
    this.#layers = video?.layers ?? [];
    this.#layerId = video?.extensions.get(EXTENSION_URIS.layer);
    this.#repairedId = video?.extensions.get(EXTENSION_URIS.repairedLayer);
  }

  /** The layer of a source that isn't known; undefined where the packet doesn't say it. */
  of(header: RtpHeader, datagram: Buffer): string | undefined {
    return this.#layers.length === 0 ? "" : this.#read(header, datagram, this.#layerId);
  }

  /** The layer of a packet that is sent again. */
  repaired(header: RtpHeader, datagram: Buffer): string | undefined {
    if (this.#layers.length === 0) {
      return "";
    }
    const known = this.#repairs.get(header.ssrc);
    if (known !== undefined) {
      return known;
    }
    const layer = this.#read(header, datagram, this.#repairedId);
    if (layer !== undefined && this.#repairs.size < REPAIRS_MAX) {
      this.#repairs.set(header.ssrc, layer);
    }
    return layer;
  }

  #read(header: RtpHeader, datagram: Buffer, id: number | undefined): string | undefined {
    const value = id === undefined ? undefined : rtpExtension(datagram, header, id);
    const name = value?.toString("latin1");
    return this.#layers.find((layer) => layer === name);
  }
}
