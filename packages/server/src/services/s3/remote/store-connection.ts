import type { OnReadOpts, Socket } from "node:net";
import {
  giveBackMemory,
  LENT_BYTES,
  LendingStream,
  takeMemory,
} from "../../../kernel/lent-memory.ts";
import { after } from "../../../kernel/work/timers.ts";
import { type AnswerHead, readHead } from "./answer-head.ts";
import { ChunkReader } from "./chunk-reader.ts";

/** The time that opening a connection may take. */
export const CONNECT_MS_MAX = 3_000;
/** Heads, and short bodies with them, are read into memory that the connection keeps. */
const HEAD_READ_BYTES = 16 * 1024;
const HEAD_BYTES_MAX = 32 * 1024;
/** Shorter pieces are copied: they mustn't hold so much memory until the client has taken them. */
const LENT_BYTES_MIN = LENT_BYTES / 8;
/** Bytes of an answer that wait for its reader. */
const BUFFERED_BYTES = 64 * 1024;

/** An answer that has begun; its body must be read or destroyed. */
export interface StoreAnswer extends AnswerHead {
  readonly body: LendingStream;
}

interface Waiting {
  readonly resolve: (answer: StoreAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface StoreConnectionOptions {
  /** Opens a socket that reads as `onread` says. */
  readonly open: (onread: OnReadOpts) => Socket;
  /** Called when it can carry another request. */
  readonly onIdle: (connection: StoreConnection, answer: AnswerHead) => void;
  readonly onClosed: (connection: StoreConnection) => void;
}

/**
 * A connection to an object store, for one request after the other. Node's own client of HTTP
 * copies each 64 KiB of a body twice, into memory that is new each time; this one reads into memory
 * that is used again, as much as has come.
 */
export class StoreConnection {
  readonly #options: StoreConnectionOptions;
  readonly #socket: Socket;
  readonly #headMemory = Buffer.allocUnsafeSlow(HEAD_READ_BYTES);
  /** Taken for the next bytes of a body, and lent to nobody yet. */
  #memory: Buffer | undefined;
  #waiting: Waiting | undefined;
  #head = "";
  #answer: AnswerHead | undefined;
  #body: AnswerBody | undefined;
  #leftBytes = 0;
  #chunks: ChunkReader | undefined;
  /** Bytes of the request's body come yet. */
  #isSending = false;

  constructor(options: StoreConnectionOptions) {
    this.#options = options;
    this.#socket = options.open({
      buffer: () => this.#nextMemory(),
      callback: (count, memory) => this.#take(Buffer.from(memory.buffer, 0, count)),
    });
    const callOff = after(CONNECT_MS_MAX, () => this.destroy(timeoutError()));
    this.#socket.setNoDelay(true);
    this.#socket.once("connect", callOff);
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.once("close", () => {
      callOff();
      this.#closed();
      options.onClosed(this);
    });
  }

  /** False once it ends, of which `onClosed` is called a little later. */
  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** Whether it keeps the process running. */
  set isRef(isRef: boolean) {
    if (isRef) this.#socket.ref();
    else this.#socket.unref();
  }

  /**
   * Begins a request, whose body is sent by `send`, while no other is under way; resolves when its
   * answer begins.
   */
  begin(head: string): Promise<StoreAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#isSending = true;
      this.#socket.cork();
      this.#socket.write(head, "latin1");
    });
  }

  /**
   * Sends the next bytes of the body; they mustn't change before the answer, or `onSent`, which is
   * called when the operating system has them or the connection has ended.
   */
  send(pieces: readonly Buffer[], isLast: boolean, onSent?: () => void): void {
    if (!this.#socket.writable) {
      onSent?.();
      return;
    }
    const last = pieces.at(-1);
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece, piece === last ? onSent : undefined);
    this.#isSending = !isLast;
    // The head waits for the first bytes.
    while (this.#socket.writableCorked > 0) this.#socket.uncork();
  }

  destroy(error?: Error): void {
    if (error) this.#fail(error);
    this.#socket.destroy();
  }

  resume(): void {
    this.#socket.resume();
  }

  #nextMemory(): Buffer {
    if (!this.#body || this.#leftBytes < HEAD_READ_BYTES) return this.#headMemory;
    this.#memory ??= takeMemory();
    return this.#memory;
  }

  /** Returns false where the reader must be waited for. */
  #take(bytes: Buffer): boolean {
    try {
      if (this.#body) return this.#takeBody(this.#body, bytes);
      if (this.#waiting) return this.#takeHead(this.#waiting, bytes);
      throw new Error("The object store answers what wasn't asked.");
    } catch (error) {
      this.destroy(error as Error);
      return false;
    }
  }

  #takeHead(waiting: Waiting, bytes: Buffer): boolean {
    const before = this.#head.length;
    this.#head += bytes.toString("latin1");
    const end = this.#head.indexOf("\r\n\r\n", Math.max(0, before - 3));
    if (end < 0) {
      if (this.#head.length > HEAD_BYTES_MAX)
        throw new Error("The object store's head is endless.");
      return true;
    }
    const head = readHead(this.#head.slice(0, end));
    const rest = bytes.subarray(end + 4 - before);
    this.#head = "";
    // "100 Continue" and its like.
    if (head.status < 200) return rest.length === 0 || this.#takeHead(waiting, rest);
    const body = new AnswerBody(this);
    this.#answer = head;
    this.#body = body;
    this.#waiting = undefined;
    this.#chunks = head.end.by === "chunks" ? new ChunkReader() : undefined;
    this.#leftBytes = head.end.by === "length" ? head.end.sizeBytes : Number.POSITIVE_INFINITY;
    waiting.resolve({ ...head, body });
    return this.#takeBody(body, rest);
  }

  #takeBody(body: AnswerBody, bytes: Buffer): boolean {
    if (bytes.length > this.#leftBytes)
      throw new Error("The object store sends more than its answer.");
    if (this.#chunks) this.#chunks.take(bytes, (part) => body.push(Buffer.from(part)));
    else if (bytes.length > 0) {
      this.#leftBytes -= bytes.length;
      body.push(this.#lend(bytes));
    }
    if (this.#leftBytes === 0 || this.#chunks?.isAtEnd) this.#end(body);
    return body.hasRoom;
  }

  /** The bytes in memory that is the reader's. */
  #lend(bytes: Buffer): Buffer {
    if (bytes.buffer !== this.#memory?.buffer || bytes.length < LENT_BYTES_MIN)
      return Buffer.from(bytes);
    this.#memory = undefined;
    return bytes;
  }

  #end(body: AnswerBody): void {
    const answer = this.#answer;
    this.#body = undefined;
    this.#answer = undefined;
    this.#chunks = undefined;
    if (this.#memory) giveBackMemory(this.#memory);
    this.#memory = undefined;
    body.end();
    // A store that refuses a body may not have read it.
    const isSent = !this.#isSending && this.#socket.writableLength === 0;
    if (answer?.isKept && isSent) this.#options.onIdle(this, answer);
    else this.#socket.destroy();
  }

  #closed(): void {
    const body = this.#body;
    if (body && this.#answer?.end.by === "close") this.#end(body);
    else this.#fail(Object.assign(new Error("The store hung up."), { code: "ECONNRESET" }));
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    const body = this.#body;
    this.#body = undefined;
    body?.destroy(error);
  }
}

/** A body that its connection fills; destroyed before its end, it takes the connection with it. */
class AnswerBody extends LendingStream {
  #connection: StoreConnection | undefined;
  hasRoom = true;

  constructor(connection: StoreConnection) {
    super({ highWaterMark: BUFFERED_BYTES });
    this.#connection = connection;
    // It may break off before it has a reader, who then finds it destroyed.
    this.on("error", () => {});
  }

  override push(chunk: Buffer | null): boolean {
    this.hasRoom = super.push(chunk);
    return this.hasRoom;
  }

  /** No bytes come any more. */
  end(): void {
    this.#connection = undefined;
    this.push(null);
    this.hasRoom = true;
  }

  override _read(): void {
    if (this.hasRoom) return;
    this.hasRoom = true;
    this.#connection?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#connection?.destroy();
    this.#connection = undefined;
    callback(error);
  }
}

export function timeoutError(): Error {
  const error = new Error("The object store doesn't answer in time.");
  error.name = "TimeoutError";
  return error;
}

/** The entity tag of what was written; empty where the store gives none. */
export function takeTag({ headers, body }: StoreAnswer): string {
  body.resume();
  return headers.etag ?? "";
}
