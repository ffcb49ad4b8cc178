import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Bytes held for a reader that is slower than the network. */
const BUFFER_BYTES = 256 * 1024;

/** The client closed the connection before its body was complete. */
export class ClientGoneError extends Error {
  constructor() {
    super("The client closed the connection.");
    this.name = "ClientGoneError";
  }
}

/**
 * A request's body, apart from its connection: whoever destroys it, since it broke a rule, leaves
 * the connection as it is, and the answer can still be sent. `onWanted` is called before the first read.
 */
export function requestBody(incoming: IncomingMessage, onWanted: () => void): Readable {
  const { headers } = incoming;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
    return new Readable({
      read() {
        this.push(null);
      },
    });
  }
  return new RequestBody(incoming, onWanted);
}

class RequestBody extends Readable {
  readonly #incoming: IncomingMessage;
  readonly #onWanted: () => void;
  #wanted = false;

  constructor(incoming: IncomingMessage, onWanted: () => void) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#incoming = incoming;
    this.#onWanted = onWanted;
    // Who reads gets the error too; when nobody reads any more it must not end the process.
    this.on("error", () => {});
    incoming.on("error", () => this.destroy(new ClientGoneError()));
    incoming.once("close", () => {
      if (!incoming.complete) this.destroy(new ClientGoneError());
    });
  }

  override _read(): void {
    if (!this.#wanted) this.#begin();
    this.#incoming.resume();
  }

  #begin(): void {
    this.#wanted = true;
    this.#onWanted();
    this.#incoming.on("data", (chunk: Buffer) => {
      if (!this.destroyed && !this.push(chunk)) this.#incoming.pause();
    });
    this.#incoming.once("end", () => {
      if (!this.destroyed) this.push(null);
    });
  }
}
