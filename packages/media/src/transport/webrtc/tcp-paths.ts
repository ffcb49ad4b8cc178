import type { Socket } from "node:net";
import { FrameReader, writeFrame } from "./tcp-frames.ts";
import type { TransportPath } from "./transport-path.ts";

/** Distinguishes a TCP port from the UDP port of the same number. */
const TCP_KEYS = 0x10000;

export interface TcpPathsOptions {
  /** A connection on which no check has succeeded is closed after this. */
  readonly proofDeadlineMs: number;
  /** A peer that doesn't read what is sent to it is disconnected. */
  readonly unreadBytesMax: number;
  /** Takes a datagram; returns whether its path is a peer's. */
  readonly receive: (datagram: Buffer, path: TransportPath) => boolean;
}

/** Peers' connections by TCP, for networks that let no UDP through (RFC 6544, passive). */
export class TcpPaths {
  readonly #options: TcpPathsOptions;
  readonly #sockets = new Set<Socket>();

  constructor(options: TcpPathsOptions) {
    this.#options = options;
  }

  accept(socket: Socket): void {
    const { proofDeadlineMs, receive } = this.#options;
    const path = this.#pathOf(socket);
    const reader = new FrameReader();
    let isProven = false;
    const deadline = setTimeout(() => isProven || socket.destroy(), proofDeadlineMs);
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      for (const datagram of reader.read(bytes)) {
        isProven = receive(datagram, path) || isProven;
      }
      if (reader.isBroken) {
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
    });
    this.#sockets.add(socket);
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #pathOf(socket: Socket): TransportPath {
    const { remoteAddress = "", remotePort = 0 } = socket;
    return {
      address: remoteAddress,
      port: remotePort,
      key: TCP_KEYS + remotePort,
      send: (datagram) => {
        if (socket.writableLength > this.#options.unreadBytesMax) {
          socket.destroy();
        } else if (socket.writable) {
          socket.write(writeFrame(datagram));
        }
        return false;
      },
      close: () => socket.end(),
    };
  }
}
