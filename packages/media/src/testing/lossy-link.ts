import { createSocket, type Socket } from "node:dgram";

/** The faults of a link, each once in so many packets, in either direction. */
export interface LinkFaults {
  readonly dropEach: number;
  readonly duplicateEach: number;
  /** Held back until two others have passed. */
  readonly reorderEach: number;
}

/**
 * A UDP link for one peer that loses, doubles and reorders packets, always the same ones. The peer
 * may send from several ports: the server sees as many.
 */
export class LossyLink {
  readonly #toPeer = createSocket("udp4");
  /** By the peer's port. */
  readonly #toServer = new Map<number, Socket>();
  dropped = 0;

  /** Resolves to the port that stands for the server's. */
  async open(serverPort: number, faults: LinkFaults): Promise<number> {
    const back = this.#passing(faults, (datagram, peerPort) => {
      this.#toPeer.send(datagram, peerPort, "127.0.0.1");
    });
    const forth = this.#passing(faults, (datagram, peerPort) => {
      this.#socketOf(peerPort, back).send(datagram, serverPort, "127.0.0.1");
    });
    this.#toPeer.on("message", (datagram, { port }) => forth(datagram, port));
    await bind(this.#toPeer);
    return this.#toPeer.address().port;
  }

  #socketOf(peerPort: number, back: Pass): Socket {
    const known = this.#toServer.get(peerPort);
    if (known !== undefined) {
      return known;
    }
    const socket = createSocket("udp4");
    socket.on("message", (datagram) => back(datagram, peerPort));
    this.#toServer.set(peerPort, socket);
    return socket;
  }

  close(): void {
    this.#toPeer.close();
    for (const socket of this.#toServer.values()) {
      socket.close();
    }
  }

  #passing({ dropEach, duplicateEach, reorderEach }: LinkFaults, pass: Pass): Pass {
    let count = 0;
    let held:
      | { readonly datagram: Buffer; readonly port: number; readonly until: number }
      | undefined;
    return (datagram, port) => {
      count += 1;
      if (count % dropEach === 0) {
        this.dropped += 1;
      } else if (count % reorderEach === 0 && held === undefined) {
        held = { datagram, port, until: count + 2 };
      } else {
        pass(datagram, port);
        if (count % duplicateEach === 0) {
          pass(datagram, port);
        }
      }
      if (held !== undefined && count >= held.until) {
        pass(held.datagram, held.port);
        held = undefined;
      }
    };
  }
}

/** Hands a datagram on that a peer's port sends or gets. */
type Pass = (datagram: Buffer, peerPort: number) => void;

function bind(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
}
