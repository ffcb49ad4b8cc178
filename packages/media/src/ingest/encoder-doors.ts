import { MediaError } from "../port/media-error.ts";
import type { PublishAnswer, PublishOffer } from "../port/offer.ts";
import type { ConnectionSource } from "./connection-source.ts";
import type { IngestProtocol } from "./protocol.ts";

/** The ways by which new encoders come to an engine: all are open, or none. */
export class EncoderDoors {
  readonly #protocols: readonly IngestProtocol[];
  readonly #connections: ConnectionSource;
  #areOpen = true;

  constructor(protocols: readonly IngestProtocol[], connections: ConnectionSource) {
    this.#protocols = protocols;
    this.#connections = connections;
  }

  get areOpen(): boolean {
    return this.#areOpen;
  }

  /**
   * Opens all ways, or closes them. Of protocols with offers, offers are turned away: their TCP
   * ports are for connections that were agreed on. Rejects with MediaError `engine` where a port
   * is taken.
   */
  async set(areOpen: boolean): Promise<void> {
    this.#areOpen = areOpen;
    for (const protocol of this.#protocols) {
      protocol.admit?.(areOpen);
      if (protocol.negotiate === undefined) {
        await this.#connections.admit(protocol.name, areOpen);
      }
    }
  }

  /**
   * Hands an encoder's offer to a protocol that takes offers. Rejects with MediaError `refused`
   * where none does, and with `engine` while no new encoders are taken.
   */
  async negotiate(name: string, offer: PublishOffer): Promise<PublishAnswer> {
    if (!this.#areOpen) {
      throw new MediaError("engine", "this server takes no new streams now");
    }
    const protocol = this.#protocols.find((each) => each.name === name);
    if (protocol?.negotiate === undefined) {
      throw new MediaError("refused", "nothing is agreed on by this protocol");
    }
    return protocol.negotiate(offer);
  }
}
