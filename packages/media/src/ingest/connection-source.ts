import { createServer, type Server, type Socket } from "node:net";
import type { PortChoice } from "../port/options.ts";
import { listenAt } from "./listen.ts";
import type { Listening } from "./protocol.ts";

/** The source of a process's TCP connections: ports of its own, or another process that listens. */
export interface ConnectionSource {
  /** Gives each connection of a protocol to `accept`; nothing was read of it. */
  listen(protocol: string, at: PortChoice, accept: (socket: Socket) => void): Promise<Listening>;
  /** Takes no connections of a protocol for now: its port is closed, and opened again. */
  admit(protocol: string, isOpen: boolean): Promise<void>;
  /** No connection comes any more. Those that came are the protocols' business. */
  close(): void;
}

export interface TcpListenersOptions {
  readonly host: string;
  /** Nothing is read of a connection, so that another process may have it. */
  readonly paused: boolean;
  /** The operating system could not give us a connection. */
  readonly onFailed: () => void;
}

interface TcpListener {
  server: Server;
  readonly protocol: string;
  readonly accept: (socket: Socket) => void;
  readonly port: number;
}

/** TCP ports of this process. */
export class TcpListeners implements ConnectionSource {
  readonly #options: TcpListenersOptions;
  readonly #listeners: TcpListener[] = [];

  constructor(options: TcpListenersOptions) {
    this.#options = options;
  }

  async listen(
    protocol: string,
    at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening> {
    const server = await listenAt(this.#options.host, at, (port) => this.#open(port, accept));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : at.port;
    this.#listeners.push({ server, protocol, accept, port });
    return { port };
  }

  async admit(protocol: string, isOpen: boolean): Promise<void> {
    for (const listener of this.#listeners.filter((each) => each.protocol === protocol)) {
      if (!isOpen) {
        listener.server.close();
      } else if (!listener.server.listening) {
        const { port, accept } = listener;
        const { host } = this.#options;
        const server = await listenAt(host, { port }, (again) => this.#open(again, accept));
        // Closed for good meanwhile.
        if (!this.#listeners.includes(listener)) {
          server.close();
        }
        listener.server = server;
      }
    }
  }

  close(): void {
    for (const { server } of this.#listeners.splice(0)) {
      server.close();
    }
  }

  async #open(port: number, accept: (socket: Socket) => void): Promise<Server> {
    const { host, paused, onFailed } = this.#options;
    const server = await listen(host, port, paused, accept);
    // Out of file descriptors, most likely: connections wait in the kernel until some are closed.
    server.on("error", onFailed);
    return server;
  }
}

async function listen(
  host: string,
  port: number,
  paused: boolean,
  accept: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer({ pauseOnConnect: paused }, accept);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}
