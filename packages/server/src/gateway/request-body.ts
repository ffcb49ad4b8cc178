import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { bodyTooLarge, collectBody } from "@rolecast/wire";

/** Bytes held for a reader that is slower than the network. */
const BUFFER_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);

/** The client closed the connection before its body was complete. */
export class ClientGoneError extends Error {
  constructor() {
    super("The client closed the connection.");
    this.name = "ClientGoneError";
  }
}

/**
 * A request's body, apart from its connection: whoever destroys it, since it broke a rule, leaves
 * the connection as it is, and the answer can still be sent. Read as a stream or whole, once.
 */
export class IncomingBody {
  readonly #incoming: IncomingMessage;
  readonly #onWanted: () => void;
  #stream: Readable | undefined;

  /** `onWanted` is called before the first read. */
  constructor(incoming: IncomingMessage, onWanted: () => void) {
    this.#incoming = incoming;
    this.#onWanted = onWanted;
  }

  get stream(): Readable {
    this.#stream ??= this.#isEmpty()
      ? emptyBody()
      : new RequestBody(this.#incoming, this.#onWanted);
    return this.#stream;
  }

  /**
   * All of it, for a fraction of what a stream costs. Rejects with ClientGoneError, or past
   * `maxBytes` with the wire's RequestEntityTooLarge.
   */
  bytes(maxBytes: number): Promise<Buffer> {
    if (this.#stream) return collectBody(this.#stream, maxBytes);
    if (this.#isEmpty()) return Promise.resolve(NOTHING);
    const incoming = this.#incoming;
    if (incoming.destroyed) return Promise.reject(new ClientGoneError());
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    this.#onWanted();
    return new Promise((resolve, reject) => {
      const take = (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) {
          incoming.off("data", take).pause();
          reject(bodyTooLarge());
        }
        chunks.push(chunk);
      };
      incoming.on("data", take);
      incoming.once("end", () => {
        const [only] = chunks;
        resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, sizeBytes));
      });
      const gone = () => {
        if (!incoming.readableEnded) reject(new ClientGoneError());
      };
      incoming.on("error", gone);
      incoming.once("close", gone);
    });
  }

  #isEmpty(): boolean {
    const { headers } = this.#incoming;
    return headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
  }
}

function emptyBody(): Readable {
  return new Readable({
    read() {
      this.push(null);
    },
  });
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
    // The client may have gone while it was found out who it is: nothing more is heard of it then.
    if (incoming.destroyed) this.destroy(new ClientGoneError());
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
