import { randomBytes } from "node:crypto";
import type { Socket } from "node:dgram";

/** RFC 7983 gives this first byte to no protocol that shares the port. */
const FIRST_BYTE = 0xff;
const MARK_BYTES = 17;
/** A mark is lost where the socket's buffer is full: the next one comes when it was read. */
const AGAIN_MS = 50;
/** A socket that is never empty, or doesn't reach itself, isn't waited for any longer. */
const DRAIN_MS_MAX = 5_000;

/**
 * Waits for the datagrams that the system holds for a socket: the socket sends a mark to itself,
 * which comes after them.
 */
export class SocketDrain {
  readonly #socket: Socket;
  /** Called when a mark comes, by its bytes in hexadecimal. */
  readonly #waiting = new Map<string, () => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Returns whether a datagram is a mark. */
  take(datagram: Buffer): boolean {
    if (datagram[0] !== FIRST_BYTE || datagram.length !== MARK_BYTES) {
      return false;
    }
    const waiting = this.#waiting.get(datagram.toString("hex"));
    waiting?.();
    return waiting !== undefined;
  }

  /** Resolves when the datagrams that had arrived by now are read, or it takes too long. */
  drained(): Promise<void> {
    const mark = Buffer.concat([Buffer.from([FIRST_BYTE]), randomBytes(MARK_BYTES - 1)]);
    const { address, port } = this.#socket.address();
    const own = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address] ?? address;
    return new Promise((resolve) => {
      const name = mark.toString("hex");
      const end = (): void => {
        clearInterval(again);
        clearTimeout(late);
        this.#waiting.delete(name);
        resolve();
      };
      const send = (): void => {
        this.#socket.send(mark, port, own, (error) => error && end());
      };
      const again = setInterval(send, AGAIN_MS);
      const late = setTimeout(end, DRAIN_MS_MAX);
      this.#waiting.set(name, end);
      send();
    });
  }

  /** The socket is about to be closed: nothing is waited for any more. */
  close(): void {
    for (const end of [...this.#waiting.values()]) {
      end();
    }
  }
}
