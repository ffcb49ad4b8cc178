import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { MediaEngineOptions } from "../engine/messages.ts";
import type { MediaLimits } from "../limits.ts";
import { MediaError } from "../media-error.ts";
import type { IngestPort } from "./ingest-port.ts";
import { RtmpConnection } from "./rtmp-connection.ts";

/** Deadlines are kept to this precision. */
const SWEEP_MS = 250;
const DEFAULT_APP = "app";

/** Listens for RTMP and RTMPS and owns the connections. */
export class RtmpServer {
  readonly #options: MediaEngineOptions;
  readonly #limits: MediaLimits;
  readonly #port: IngestPort;
  readonly #plain: Server;
  readonly #secure: TlsServer;
  readonly #connections = new Set<RtmpConnection>();
  /** Every TCP connection, also one that is still in its TLS handshake. */
  readonly #sockets = new Set<Socket>();
  #sweeper: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(options: MediaEngineOptions, limits: MediaLimits, port: IngestPort) {
    this.#options = options;
    this.#limits = limits;
    this.#port = port;
    this.#plain = createServer((socket) => this.#accept(socket, false));
    this.#secure = createTlsServer(
      { ...options.tls, handshakeTimeout: limits.publishDeadlineMs, minVersion: "TLSv1.2" },
      (socket) => this.#accept(socket, true),
    );
    for (const server of [this.#plain, this.#secure]) {
      server.on("connection", (socket: Socket) => this.#count(socket));
    }
    // A connection that never becomes TLS is closed by node:tls itself, and nobody else is concerned.
    this.#secure.on("tlsClientError", (_error, socket) => socket.destroy());
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async start(): Promise<{ readonly rtmpPort: number; readonly rtmpsPort: number }> {
    const { host, rtmpPort, rtmpsPort } = this.#options;
    const ports = {
      rtmpPort: await listen(this.#plain, host, rtmpPort),
      rtmpsPort: await listen(this.#secure, host, rtmpsPort),
    };
    // Out of file descriptors, most likely: connections wait in the kernel until some are closed.
    for (const server of [this.#plain, this.#secure]) {
      server.on("error", () => this.#port.acceptFailed());
    }
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    return ports;
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const closed = [this.#plain, this.#secure]
      .filter((server) => server.listening)
      .map((server) => {
        server.close();
        return once(server, "close");
      });
    for (const connection of this.#connections) {
      connection.destroy("engine-closed", "the server stops");
    }
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await Promise.all(closed);
  }

  #count(socket: Socket): void {
    if (this.#sockets.size >= this.#limits.connectionsMax) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket, secure: boolean): void {
    if (socket.destroyed) {
      return;
    }
    const connection = new RtmpConnection({
      id: `c${this.#nextId}`,
      socket,
      secure,
      app: this.#options.app ?? DEFAULT_APP,
      limits: this.#limits,
      port: this.#port,
      monotonicMs: () => performance.now(),
    });
    this.#nextId += 1;
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
    connection.start();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) {
      connection.sweep(nowMs);
    }
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
