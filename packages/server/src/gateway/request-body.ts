import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { bodyTooLarge, collectBody } from "@rolecast/wire";
import type { HeldBytes } from "./body-budget.ts";

/** Bytes held for a reader that is slower than the network. */
const BUFFER_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);

/** The client closed the connection before its body was complete, or it is closed for it. */
export class ClientGoneError extends Error {
  constructor(message = "The client closed the connection.") {
    super(message);
    this.name = "ClientGoneError";
  }
}

const TOO_SLOW =
  "Your socket connection to the server was not written to within the timeout period: the body came too slowly.";

/**
 * A request's body, apart from its connection: whoever destroys it, since it broke a rule, leaves
 * the connection as it is, and the answer can still be sent. Read as a stream or whole, once.
 */
export class IncomingBody {
  readonly #incoming: IncomingMessage;
  readonly #onWanted: () => void;
  readonly #held: Pick<HeldBytes, "add">;
  #stream: Readable | undefined;
  #reject: ((error: Error) => void) | undefined;
  #receivedBytes = 0;
  #isWanted = false;
  #isGivenUp = false;

  /** `onWanted` is called before the first read; `held` is told what is kept in memory. */
  constructor(incoming: IncomingMessage, onWanted: () => void, held: Pick<HeldBytes, "add">) {
    this.#incoming = incoming;
    this.#onWanted = onWanted;
    this.#held = held;
  }

  /** What has come since somebody wanted it. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Somebody wants more of it, and the client hasn't sent it. */
  get isAwaited(): boolean {
    return this.#isWanted && !this.#incoming.complete && !this.#incoming.isPaused();
  }

  /** Its sender was too slow, and connections end with such a body. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Reads no more of it: whoever does gets an error. False: it was given up before. */
  giveUp(): boolean {
    if (this.#isGivenUp) return false;
    this.#isGivenUp = true;
    const error = new ClientGoneError(TOO_SLOW);
    this.#stream?.destroy(error);
    this.#reject?.(error);
    return true;
  }

  get stream(): Readable {
    this.#stream ??= this.#isEmpty()
      ? emptyBody()
      : new RequestBody(
          this.#incoming,
          () => this.#want(),
          (sizeBytes) => {
            this.#receivedBytes += sizeBytes;
          },
        );
    return this.#stream;
  }

  /**
   * All of it, for a fraction of what a stream costs. Rejects with ClientGoneError, NoRoomForBodyError,
   * or past `maxBytes` with the wire's RequestEntityTooLarge.
   */
  bytes(maxBytes: number): Promise<Buffer> {
    if (this.#stream) return collectBody(this.#stream, maxBytes);
    if (this.#isEmpty()) return Promise.resolve(NOTHING);
    const incoming = this.#incoming;
    if (incoming.destroyed) return Promise.reject(new ClientGoneError());
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    this.#want();
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const refuse = (error: Error) => {
        incoming.off("data", take).pause();
        chunks.length = 0;
        reject(error);
      };
      const take = (chunk: Buffer) => {
        sizeBytes += chunk.length;
        this.#receivedBytes = sizeBytes;
        if (sizeBytes > maxBytes) return refuse(bodyTooLarge());
        try {
          this.#held.add(chunk.length);
        } catch (error) {
          return refuse(error as Error);
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

  #want(): void {
    this.#isWanted = true;
    this.#onWanted();
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
  readonly #onBytes: (sizeBytes: number) => void;
  #wanted = false;

  constructor(
    incoming: IncomingMessage,
    onWanted: () => void,
    onBytes: (sizeBytes: number) => void,
  ) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#incoming = incoming;
    this.#onWanted = onWanted;
    this.#onBytes = onBytes;
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
      this.#onBytes(chunk.length);
      if (!this.destroyed && !this.push(chunk)) this.#incoming.pause();
    });
    this.#incoming.once("end", () => {
      if (!this.destroyed) this.push(null);
    });
  }
}
