import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ownValue } from "../kernel/own-value.ts";

interface LastRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Node's code for a request that didn't come whole in time. */
export const LATE = "ERR_HTTP_REQUEST_TIMEOUT";

/** The answers to what isn't HTTP, as node gives them by itself. */
const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  [LATE]: "408 Request Timeout",
};

/**
 * Bytes on a connection that are no request. Those after a whole request are most often its body,
 * whose length wasn't said or was too short: that request gets its answer, with which the
 * connection ends. Node alone would answer the rest before it.
 */
export class UnreadableRests {
  readonly #last = new WeakMap<Socket, LastRequest>();
  readonly #sockets = new WeakSet<Socket>();

  /** A request begins, the last one on its connection so far. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.#last.set(incoming.socket, { incoming, outgoing });
  }

  /** Whether the connection ends with the answer to this request. */
  follows(incoming: IncomingMessage): boolean {
    const { socket } = incoming;
    return this.#sockets.has(socket) && this.#last.get(socket)?.incoming === incoming;
  }

  /** Node can't read on, or waits no longer; so many requests of the connection are in progress. */
  found(code: string, socket: Socket, requests: number): void {
    const last = this.#last.get(socket);
    if (requests > 0 && last?.incoming.complete && code.startsWith("HPE_")) {
      this.#sockets.add(socket);
      return;
    }
    const unanswered = requests === 0 || (requests === 1 && !last?.outgoing.headersSent);
    if (socket.writable && unanswered)
      socket.write(
        `HTTP/1.1 ${ownValue(ANSWERS, code) ?? "400 Bad Request"}\r\nConnection: close\r\n\r\n`,
      );
    socket.destroy();
  }
}
