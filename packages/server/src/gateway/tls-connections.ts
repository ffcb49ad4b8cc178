import type { Socket } from "node:net";
import type { Server } from "node:tls";
import { after } from "../kernel/work/timers.ts";

/** PEM texts. */
export interface TlsPair {
  readonly key: string;
  readonly cert: string;
}

/** The type of the record that begins TLS: a handshake. Source: RFC 8446, 5.1. */
const HANDSHAKE = 0x16;

/** The outcomes of waiting for a connection's first byte. */
interface FirstByte {
  /** It is there, and stays unread. */
  readonly found: (isTls: boolean) => void;
  /** It hasn't come in time. */
  readonly late: () => void;
}

/** Waits for the first byte of a connection and says whether it begins TLS. */
export function onFirstByte(socket: Socket, waitMs: number, { found, late }: FirstByte): void {
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    callOff();
    socket.off("readable", look).off("end", end).off("error", end).off("close", callOff);
    socket.unshift(chunk);
    // A stream forgets a listener for "readable" in the next tick. HTTP that began before that held
    // most of a large upload in memory whenever the client was faster than the disk.
    process.nextTick(found, chunk[0] === HANDSHAKE);
  };
  const end = () => void socket.destroy();
  const callOff = after(waitMs, late);
  socket.on("readable", look).on("end", end).on("error", end).on("close", callOff);
}

/** Speaks TLS on connections that somebody else accepted. */
export class TlsConnections {
  readonly #pair: TlsPair;
  readonly #handshakeMs: number;
  readonly #ready: (socket: Socket) => void;
  /** Those below TLS. */
  readonly #open = new Set<Socket>();
  /** Those of them whose handshake isn't done, by their peer. */
  readonly #shaking = new Map<string, Socket>();
  #server: Promise<Server> | undefined;

  /** `ready` gets each connection, decrypted, once its handshake is done. */
  constructor(pair: TlsPair, handshakeMs: number, ready: (socket: Socket) => void) {
    this.#pair = pair;
    this.#handshakeMs = handshakeMs;
    this.#ready = ready;
  }

  /** Takes a connection of which nothing has been read. */
  async accept(socket: Socket): Promise<void> {
    this.#open.add(socket);
    const end = () => void socket.destroy();
    const peer = peerOf(socket);
    this.#shaking.set(peer, socket);
    socket.on("error", end).once("close", () => {
      this.#open.delete(socket);
      if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer);
    });
    // Most servers never speak TLS: it is loaded for the first connection that does.
    this.#server ??= this.#create();
    const server = await this.#server;
    if (!socket.destroyed) server.emit("connection", socket);
  }

  /** Ends connections over which no request can be running yet. */
  endHandshakes(): void {
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  /** Ends every connection at once. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async #create(): Promise<Server> {
    const { createServer } = await import("node:tls");
    const options = { ALPNProtocols: ["http/1.1"], handshakeTimeout: this.#handshakeMs };
    const server = createServer({ ...this.#pair, ...options });
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    server.on("secureConnection", (secured) => {
      this.#shaking.delete(peerOf(secured));
      this.#ready(secured);
    });
    return server;
  }
}

/** The same for a connection and for TLS over it. */
function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
