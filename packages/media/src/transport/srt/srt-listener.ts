import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import type { IngestPort } from "../../ingest/ingest-port.ts";
import type { MediaHost } from "../../port/host.ts";
import { defaultMediaLimits, type MediaLimits } from "../../port/limits.ts";
import { MediaError } from "../../port/media-error.ts";
import type { MediaEngineOptions } from "../../port/options.ts";
import type { SrtAccess } from "../../port/publish.ts";
import { SrtCallers } from "./srt-callers.ts";

/** Keyframes of many streams may come at once. The system gives what it allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface SrtListenerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the port is taken, any free one will do. */
  readonly orFree: boolean;
  readonly limits: MediaLimits;
  readonly accessOf: (streamKey: string) => Promise<SrtAccess | undefined>;
  /** Comes before a connection's number in its id. */
  readonly idPrefix?: string;
}

/** Listens for SRT: one UDP socket for all connections. */
export class SrtListener {
  readonly #options: SrtListenerOptions;
  #socket: Socket | undefined;
  #callers: SrtCallers | undefined;

  constructor(options: SrtListenerOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#callers?.connections ?? 0;
  }

  /** Resolves to the port. */
  async open(port: IngestPort): Promise<number> {
    const { host, orFree } = this.#options;
    const { address, family } = await lookup(host);
    const type = family === 6 ? "udp6" : "udp4";
    let socket: Socket;
    try {
      socket = await bind(type, address, this.#options.port);
    } catch (error) {
      if (!orFree || !isTaken(error)) {
        throw new MediaError("engine", `can't listen on ${host}:${this.#options.port}: ${error}`, {
          cause: error,
        });
      }
      socket = await bind(type, address, 0);
    }
    this.#socket = socket;
    const callers = new SrtCallers({
      ...this.#options,
      port,
      // Decisions that were under way may end after the socket.
      send: (datagram, to) => this.#socket?.send(datagram, to.port, to.address),
      monotonicMs: () => performance.now(),
    });
    this.#callers = callers;
    socket.on("message", (datagram, from: RemoteInfo) => callers.receive(datagram, from));
    // A datagram that can't be sent is one that is lost, and peers ask again.
    socket.on("error", () => undefined);
    return socket.address().port;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#callers?.close();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }
}

/** Undefined for an engine that isn't reached by SRT. */
export function srtListener(
  { host: address, srtPort, srtPortOrFree = false, limits }: MediaEngineOptions,
  host: MediaHost,
): SrtListener | undefined {
  if (srtPort === undefined) {
    return undefined;
  }
  return new SrtListener({
    host: address,
    port: srtPort,
    orFree: srtPortOrFree,
    limits: { ...defaultMediaLimits, ...limits },
    accessOf: async (streamKey) => host.srtAccess?.(streamKey),
  });
}

async function bind(type: "udp4" | "udp6", address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, address, resolve);
  });
  socket.removeAllListeners("error");
  return socket;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
