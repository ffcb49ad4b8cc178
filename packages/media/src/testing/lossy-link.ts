import { createSocket, type Socket } from "node:dgram";

/** The faults of a link, each once in so many packets, in either direction. */
export interface LinkFaults {
  readonly dropEach: number;
  readonly duplicateEach: number;
  /** Held back until two others have passed. */
  readonly reorderEach: number;
}

/** A UDP link for one peer that loses, doubles and reorders packets, always the same ones. */
export class LossyLink {
  readonly #toPeer = createSocket("udp4");
  readonly #toServer = createSocket("udp4");
  dropped = 0;

  /** Resolves to the port that stands for the server's. */
  async open(serverPort: number, faults: LinkFaults): Promise<number> {
    let peerPort = 0;
    this.#toPeer.on(
      "message",
      this.#passing(faults, (datagram) => {
        this.#toServer.send(datagram, serverPort, "127.0.0.1");
      }),
    );
    this.#toPeer.on("message", (_, { port }) => {
      peerPort = port;
    });
    this.#toServer.on(
      "message",
      this.#passing(faults, (datagram) => {
        this.#toPeer.send(datagram, peerPort, "127.0.0.1");
      }),
    );
    await Promise.all([bind(this.#toPeer), bind(this.#toServer)]);
    return this.#toPeer.address().port;
  }

  close(): void {
    this.#toPeer.close();
    this.#toServer.close();
  }

  #passing(
    { dropEach, duplicateEach, reorderEach }: LinkFaults,
    pass: (datagram: Buffer) => void,
  ): (datagram: Buffer) => void {
    let count = 0;
    let held: { readonly datagram: Buffer; readonly until: number } | undefined;
    return (datagram) => {
      count += 1;
      if (count % dropEach === 0) {
        this.dropped += 1;
      } else if (count % reorderEach === 0 && held === undefined) {
        held = { datagram, until: count + 2 };
      } else {
        pass(datagram);
        if (count % duplicateEach === 0) {
          pass(datagram);
        }
      }
      if (held !== undefined && count >= held.until) {
        pass(held.datagram);
        held = undefined;
      }
    };
  }
}

function bind(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
}
