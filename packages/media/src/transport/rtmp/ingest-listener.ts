import { createServer, type Server } from "node:net";
import { MediaError } from "../../port/media-error.ts";
import type { DoorKeeper, IngestDoor, ListeningPorts } from "./ingest-door.ts";

export interface IngestListenerOptions {
  readonly host: string;
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
}

/** Listens for RTMP and RTMPS. With `paused` nothing is read of a connection, so that another process may have it. */
export class IngestListener implements IngestDoor {
  readonly #options: IngestListenerOptions;
  readonly #plain: Server;
  readonly #secure: Server;

  constructor(options: IngestListenerOptions, { paused = false } = {}) {
    this.#options = options;
    this.#plain = createServer({ pauseOnConnect: paused });
    this.#secure = createServer({ pauseOnConnect: paused });
  }

  async open(keeper: DoorKeeper): Promise<ListeningPorts> {
    const { host, rtmpPort, rtmpsPort } = this.#options;
    this.#plain.on("connection", (socket) => keeper.accept(socket, false));
    this.#secure.on("connection", (socket) => keeper.accept(socket, true));
    const ports = {
      rtmpPort: await listen(this.#plain, host, rtmpPort),
      rtmpsPort: await listen(this.#secure, host, rtmpsPort),
    };
    // Out of file descriptors, most likely: connections wait in the kernel until some are closed.
    for (const server of [this.#plain, this.#secure]) {
      server.on("error", () => keeper.acceptFailed());
    }
    return ports;
  }

  close(): void {
    this.#plain.close();
    this.#secure.close();
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new MediaError("engine", `can't listen on ${host}:${port}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
