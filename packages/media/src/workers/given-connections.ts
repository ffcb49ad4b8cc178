import type { Socket } from "node:net";
import { type ConnectionSource, TcpListeners } from "../ingest/connection-source.ts";
import type { Listening } from "../ingest/protocol.ts";
import type { PortChoice } from "../port/options.ts";

/**
 * The connections of a worker: the main process listens for each protocol, and gives them. A
 * protocol whose connections belong to this process listens here.
 */
export class GivenConnections implements ConnectionSource {
  readonly #own: TcpListeners;
  /** By the protocol's name. */
  readonly #accept = new Map<string, (socket: Socket) => void>();

  constructor(host: string) {
    this.#own = new TcpListeners({ host, paused: false, onFailed: () => undefined });
  }

  async listen(
    protocol: string,
    at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening> {
    if (at.own === true) {
      return this.#own.listen(protocol, at, accept);
    }
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
    this.#own.close();
  }
}
