import type { Socket } from "node:net";
import type { ConnectionSource } from "../ingest/connection-source.ts";
import type { Listening } from "../ingest/protocol.ts";
import type { PortChoice } from "../port/options.ts";

/** The connections of a worker: the main process listens for each protocol, and gives them. */
export class GivenConnections implements ConnectionSource {
  /** By the protocol's name. */
  readonly #accept = new Map<string, (socket: Socket) => void>();

  async listen(
    protocol: string,
    _at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening> {
    this.#accept.set(protocol, accept);
    return { port: undefined };
  }

  give(protocol: string, socket: Socket): void {
    const accept = this.#accept.get(protocol);
    if (accept === undefined) {
      socket.destroy();
    } else {
      accept(socket);
    }
  }

  /** The main process hands none over meanwhile. */
  async admit(): Promise<void> {}

  close(): void {
    this.#accept.clear();
  }
}
