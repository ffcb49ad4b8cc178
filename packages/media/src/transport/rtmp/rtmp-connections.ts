import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { IngestPort } from "../../ingest/ingest-port.ts";
import type { MediaLimits } from "../../port/limits.ts";
import { reuseReadMemory } from "../../runtime/scratch-socket.ts";
import { RtmpConnection } from "./rtmp-connection.ts";

/** Deadlines are kept to this precision. */
const SWEEP_MS = 250;
const DEFAULT_APP = "app";

export interface RtmpConnectionsOptions {
  readonly tls: { readonly key: string; readonly cert: string };
  readonly app?: string;
  /** Comes before a connection's number in its id. */
  readonly idPrefix: string;
}

/** Owns the connections of encoders, in TLS or not. */
export class RtmpConnections {
  readonly #options: RtmpConnectionsOptions;
  readonly #limits: MediaLimits;
  readonly #port: IngestPort;
  /** Doesn't listen: it is given its connections. */
  readonly #tls: TlsServer;
  readonly #connections = new Set<RtmpConnection>();
  /** Every TCP connection, also one that is still in its TLS handshake. */
  readonly #sockets = new Set<Socket>();
  /** How many each address has of them. */
  readonly #byAddress = new Map<string, number>();
  #sweeper: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(options: RtmpConnectionsOptions, limits: MediaLimits, port: IngestPort) {
    this.#options = options;
    this.#limits = limits;
    this.#port = port;
    this.#tls = createTlsServer(
      { ...options.tls, handshakeTimeout: limits.publishDeadlineMs, minVersion: "TLSv1.2" },
      (socket) => this.#start(socket, true),
    );
    // A connection that never becomes TLS is closed by node:tls itself, and nobody else is concerned.
    this.#tls.on("tlsClientError", (_error, socket) => socket.destroy());
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** From now on deadlines are kept. */
  open(): void {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  accept(accepted: Socket, secure: boolean): void {
    const address = accepted.remoteAddress ?? "";
    const fromThere = (this.#byAddress.get(address) ?? 0) + 1;
    const { connectionsMax, connectionsOfAddressMax } = this.#limits;
    if (this.#sockets.size >= connectionsMax || fromThere > connectionsOfAddressMax) {
      accepted.destroy();
      return;
    }
    this.#byAddress.set(address, fromThere);
    // TLS reads into memory of its own.
    const socket = secure ? accepted : reuseReadMemory(accepted);
    this.#sockets.add(socket);
    socket.on("close", () => this.#left(socket, address));
    if (secure) {
      this.#tls.emit("connection", socket);
    } else {
      this.#start(socket, false);
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const connection of this.#connections) {
      connection.destroy("engine-closed", "the server stops");
    }
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await Promise.all(closed);
  }

  #left(socket: Socket, address: string): void {
    this.#sockets.delete(socket);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) {
      this.#byAddress.set(address, left);
    } else {
      this.#byAddress.delete(address);
    }
  }

  #start(socket: Socket, secure: boolean): void {
    if (socket.destroyed) {
      return;
    }
    const connection = new RtmpConnection({
      id: `${this.#options.idPrefix}c${this.#nextId}`,
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
