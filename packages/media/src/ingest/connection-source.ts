import { createServer, type Server, type Socket } from "node:net";
import type { PortChoice } from "../port/options.ts";
import { listenAt } from "./listen.ts";
import type { Listening } from "./protocol.ts";

/** The source of a process's TCP connections: ports of its own, or another process that listens. */
export interface ConnectionSource {
  /** Gives each connection of a protocol to `accept`; nothing was read of it. */
  listen(protocol: string, at: PortChoice, accept: (socket: Socket) => void): Promise<Listening>;
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

/** TCP ports of this process. */
export class TcpListeners implements ConnectionSource {
  readonly #options: TcpListenersOptions;
  readonly #servers: Server[] = [];

  constructor(options: TcpListenersOptions) {
    this.#options = options;
  }

  async listen(
    _protocol: string,
    at: PortChoice,
    accept: (socket: Socket) => void,
  ): Promise<Listening> {
    const { host, paused, onFailed } = this.#options;
    const server = await listenAt(host, at, (port) => listen(host, port, paused, accept));
    // Out of file descriptors, most likely: connections wait in the kernel until some are closed.
    server.on("error", onFailed);
    this.#servers.push(server);
    const address = server.address();
    return { port: typeof address === "object" && address !== null ? address.port : at.port };
  }

  close(): void {
    for (const server of this.#servers.splice(0)) {
      server.close();
    }
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
