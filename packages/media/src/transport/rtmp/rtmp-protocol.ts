import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { EncoderHttp } from "../../ingest/encoder-http.ts";
import type {
  Feed,
  IngestPort,
  IngestProtocol,
  IngestSettings,
  Listening,
  ProtocolMaker,
} from "../../ingest/protocol.ts";
import { HEADERS_FROM_PROXIES } from "../../ingest/proxy-header.ts";
import type { MediaLimits } from "../../port/limits.ts";
import type { PortChoice } from "../../port/options.ts";
import type { OtherServer } from "../../port/publish.ts";
import { inBackground } from "../../runtime/in-background.ts";
import { reuseReadMemory } from "../../runtime/scratch-socket.ts";
import { RtmpConnection } from "./rtmp-connection.ts";
import { sendUnits } from "./units-to-server.ts";

/** Deadlines are kept to this precision. */
const SWEEP_MS = 250;

/** OpenSSL's: the first bytes are no record of TLS. */
const WRONG_BEGINNING = "ERR_SSL_WRONG_VERSION_NUMBER";

export const rtmp: ProtocolMaker = (settings) =>
  settings.ports.rtmp && new RtmpProtocol("rtmp", settings.ports.rtmp, settings);

/** RTMP over TLS. */
export const rtmps: ProtocolMaker = (settings) =>
  settings.ports.rtmps && new RtmpProtocol("rtmps", settings.ports.rtmps, settings, settings.tls);

/** Owns the connections of encoders that speak RTMP, all in TLS or none. */
class RtmpProtocol implements IngestProtocol {
  readonly name: string;
  readonly runsInWorkers = true;
  readonly #at: PortChoice;
  readonly #path: string;
  readonly #limits: MediaLimits;
  /** Doesn't listen: it is given its connections. Undefined where they are in clear. */
  readonly #tls: TlsServer | undefined;
  readonly #connections = new Set<RtmpConnection>();
  /** Every TCP connection, also one that is still in its TLS handshake. */
  readonly #sockets = new Set<Socket>();
  /** In TLS alone: requests carry stream keys. */
  #http: EncoderHttp | undefined;
  #port: IngestPort | undefined;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(
    name: string,
    at: PortChoice,
    { path, limits }: IngestSettings,
    tls?: IngestSettings["tls"],
  ) {
    this.name = name;
    this.#at = at;
    this.#path = path;
    this.#limits = limits;
    this.#tls = tls && this.#tlsServer(tls);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async open(port: IngestPort): Promise<Listening> {
    this.#port = port;
    this.#http = this.#tls && this.#openHttp(port);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    return port.listen(this.#at, (socket) => this.#accept(port, socket));
  }

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

  sendTo(server: OtherServer, onOver: (message: string) => void): Promise<Feed> {
    return sendUnits(server, this.#path, onOver);
  }

  #openHttp(port: IngestPort): EncoderHttp {
    return new EncoderHttp({
      limits: this.#limits,
      addressOf: (socket) => port.addressOf(socket),
      answer: (request) => port.answer(request),
      monotonicMs: () => performance.now(),
    });
  }

  #tlsServer(tls: IngestSettings["tls"]): TlsServer {
    const server = createTlsServer(
      { ...tls, handshakeTimeout: this.#limits.publishDeadlineMs, minVersion: "TLSv1.2" },
      (socket) => this.#port && this.#start(this.#port, socket),
    );
    // A connection that never becomes TLS is closed by node:tls itself, and no other connection is
    // concerned.
    server.on("tlsClientError", (error, socket) => {
      this.#refuse(error, socket);
      socket.destroy();
    });
    return server;
  }

  /** Most handshakes fail by certificates, which is the client's to say. */
  #refuse(error: Error, socket: Socket): void {
    const port = this.#port;
    if (port !== undefined && "code" in error && error.code === WRONG_BEGINNING) {
      const remoteAddress = port.addressOf(socket);
      const publisher = { id: port.newConnectionId(), remoteAddress, secure: true };
      port.refused(publisher, `no TLS begins here; ${HEADERS_FROM_PROXIES}`, true);
    }
  }

  #accept(port: IngestPort, accepted: Socket): void {
    // TLS reads into memory of its own, and what the socket has read before.
    const isRead = this.#tls === undefined && accepted.readableLength > 0;
    const rest: unknown = isRead ? accepted.read() : null;
    const socket = this.#tls === undefined ? reuseReadMemory(accepted) : accepted;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#tls === undefined) {
      this.#start(port, socket);
      if (rest !== null) {
        socket.emit("data", rest);
      }
    } else {
      this.#tls.emit("connection", socket);
    }
  }

  #start(port: IngestPort, socket: Socket): void {
    if (socket.destroyed) {
      return;
    }
    const http = this.#http;
    const connection: RtmpConnection = new RtmpConnection({
      id: port.newConnectionId(),
      socket,
      remoteAddress: port.addressOf(socket),
      secure: this.#tls !== undefined,
      app: this.#path,
      limits: this.#limits,
      port,
      onHttp: http && ((bytes) => this.#leaveToHttp(connection, socket, bytes, http)),
      monotonicMs: () => performance.now(),
    });
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
    connection.start();
  }

  #leaveToHttp(connection: RtmpConnection, socket: Socket, bytes: Buffer, http: EncoderHttp): void {
    this.#connections.delete(connection);
    inBackground(http.take(socket, bytes));
  }

  #sweep(): void {
    const nowMs = performance.now();
    this.#http?.sweep(nowMs);
    for (const connection of this.#connections) {
      connection.sweep(nowMs);
    }
  }
}
