import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { bodyTooLarge, collectBody } from "@rolecast/wire";
import type { HeldBytes } from "./body-budget.ts";

/** Bytes buffered for a reader that is slower than the network. */
const BUFFER_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);

/** The connection closed before the body was complete. */
export class ClientGoneError extends Error {
  constructor(message = "The client closed the connection.") {
    super(message);
    this.name = "ClientGoneError";
  }
}

/** S3's own words. */
export const IDLE =
  "Your socket connection to the server was not read from or written to within the timeout " +
  "period. Idle connections will be closed.";
export const TOO_SLOW =
  "Your socket connection to the server was not written to within the timeout period: " +
  "the body came too slowly.";

/**
 * A request's body, separate from its connection: destroying it leaves the connection open, so that
 * the answer can still be sent. It is read once, as a stream or whole.
 */
export class IncomingBody {
  readonly #incoming: IncomingMessage;
  readonly #ask: (() => void) | undefined;
  readonly #held: Pick<HeldBytes, "add">;
  #stream: Readable | undefined;
  #reject: ((error: Error) => void) | undefined;
  #receivedBytes = 0;
  #isWanted = false;
  #isGivenUp = false;

  /**
   * `ask` is called before the first read, for clients that wait to be asked for the body; `held`
   * counts the bytes in memory.
   */
  constructor(
    incoming: IncomingMessage,
    ask: (() => void) | undefined,
    held: Pick<HeldBytes, "add">,
  ) {
    this.#incoming = incoming;
    this.#ask = ask;
    this.#held = held;
  }

  /** Bytes received since the first read. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether a reader waits for bytes that the client hasn't sent. */
  get isAwaited(): boolean {
    return this.#isWanted && !this.#incoming.complete && !this.#incoming.isPaused();
  }

  /**
   * Whether the client waits to be asked for it. It isn't known then whether it follows the answer
   * or the next request does, so node ends the connection.
   */
  get isUnasked(): boolean {
    return this.#ask !== undefined && !this.#isWanted;
  }

  /** Whether it was given up because the client was too slow; the connection then ends with it. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Stops reading it: readers get an error. Returns false if it was given up before. */
  giveUp(reason: string): boolean {
    if (this.#isGivenUp) return false;
    this.#isGivenUp = true;
    const error = new ClientGoneError(reason);
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
   * Reads the whole body, far cheaper than a stream would. Rejects with ClientGoneError,
   * NoRoomForBodyError, or past `maxBytes` with the wire's RequestEntityTooLarge.
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
    this.#ask?.();
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
    // A reader gets the error too; without one it must not end the process.
    this.on("error", () => {});
    incoming.on("error", () => this.destroy(new ClientGoneError()));
    incoming.once("close", () => {
      if (!incoming.complete) this.destroy(new ClientGoneError());
    });
    // The client may have disconnected during authentication; no further event would report it.
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
