import { createSocket, type Socket } from "node:dgram";

/** The faults of a link, each once in so many packets, in either direction. */
export interface LinkFaults {
  readonly dropEach: number;
  readonly duplicateEach: number;
  /** Held back until two others have passed. */
  readonly reorderEach: number;
  /** Has the faults come at random, as often on average: returns numbers from 0 up to 1. */
  readonly random?: () => number;
  /** Every packet is under way for this long. */
  readonly delayMs?: number;
}

/**
 * A UDP link for one peer that loses, doubles and reorders packets, always the same ones. The peer
 * may send from several ports: the server sees as many.
 */
export class LossyLink {
  readonly #toPeer = createSocket("udp4");
  /** By the peer's port. */
  readonly #toServer = new Map<number, Socket>();
  #isClosed = false;
  dropped = 0;
  /** Called with each packet of the peer before anything happens to it. */
  onSent: (datagram: Buffer) => void = () => undefined;

  /** Resolves to the port that stands for the server's. */
  async open(serverPort: number, faults: LinkFaults): Promise<number> {
    const later = (send: () => void): void => {
      if (faults.delayMs === undefined) {
        send();
      } else {
        setTimeout(() => this.#isClosed || send(), faults.delayMs);
      }
    };
    const back = this.#passing(faults, (datagram, peerPort) => {
      later(() => this.#toPeer.send(datagram, peerPort, "127.0.0.1"));
    });
    const forth = this.#passing(faults, (datagram, peerPort) => {
      const socket = this.#socketOf(peerPort, back);
      later(() => socket.send(datagram, serverPort, "127.0.0.1"));
    });
    this.#toPeer.on("message", (datagram, { port }) => {
      this.onSent(datagram);
      forth(datagram, port);
    });
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
    this.#isClosed = true;
    this.#toPeer.close();
    for (const socket of this.#toServer.values()) {
      socket.close();
    }
  }

  #passing(faults: LinkFaults, pass: Pass): Pass {
    const { dropEach, duplicateEach, reorderEach, random } = faults;
    let count = 0;
    const isDue = (each: number): boolean =>
      random === undefined ? count % each === 0 : random() * each < 1;
    let held:
      | { readonly datagram: Buffer; readonly port: number; readonly until: number }
      | undefined;
    return (datagram, port) => {
      count += 1;
      if (isDue(dropEach)) {
        this.dropped += 1;
      } else if (held === undefined && isDue(reorderEach)) {
        held = { datagram, port, until: count + 2 };
      } else {
        pass(datagram, port);
        if (isDue(duplicateEach)) {
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
