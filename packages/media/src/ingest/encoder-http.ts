import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { EncoderAnswer, EncoderRequest } from "../port/encoder-request.ts";
import type { MediaLimits } from "../port/limits.ts";
import { inBackground } from "../runtime/in-background.ts";

/** Header lines with their names; a browser's are about 1 KB. */
const HEADER_BYTES_MAX = 8 * 1024;

export interface EncoderHttpOptions {
  readonly limits: MediaLimits;
  /** The address of a connection's client. */
  readonly addressOf: (socket: Socket) => string;
  readonly answer: (request: EncoderRequest) => Promise<EncoderAnswer | undefined>;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
}

/** Whether a connection's first bytes begin a request of HTTP/1: methods are in capitals. */
export function beginsHttp([first = 0]: Buffer): boolean {
  return first >= 0x41 && first <= 0x5a;
}

/**
 * Answers HTTP in TLS on the port of another protocol. Each connection has one request, of as many
 * bytes as a publisher may send before it is accepted, and as long as that has to ask and to be
 * decided on.
 */
export class EncoderHttp {
  readonly #options: EncoderHttpOptions;
  /** Open connections, and when their time is over. */
  readonly #deadlines = new Map<Socket, number>();
  #server: Promise<Server> | undefined;

  constructor(options: EncoderHttpOptions) {
    this.#options = options;
  }

  /** Takes a connection of which these bytes were read. */
  async take(socket: Socket, first: Buffer): Promise<void> {
    const { monotonicMs, limits } = this.#options;
    this.#deadlines.set(socket, monotonicMs() + limits.publishDeadlineMs);
    socket.once("close", () => this.#deadlines.delete(socket));
    socket.pause();
    socket.unshift(first);
    // Most ports never hear HTTP: it is loaded for the first connection that speaks it.
    this.#server ??= this.#create();
    const server = await this.#server;
    if (!socket.destroyed) {
      server.emit("connection", socket);
      socket.resume();
    }
  }

  sweep(nowMs: number): void {
    for (const [socket, deadlineMs] of this.#deadlines) {
      if (nowMs > deadlineMs) {
        socket.destroy();
      }
    }
  }

  async #create(): Promise<Server> {
    const { createServer } = await import("node:http");
    const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (incoming, outgoing) =>
      inBackground(this.#serve(incoming, outgoing)),
    );
    server.maxRequestsPerSocket = 1;
    return server;
  }

  /** Never rejects. An error is an answer too, unless the connection has gone. */
  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      write(outgoing, await this.#answerTo(incoming));
    } catch {
      write(outgoing, inWords(500, "This request couldn't be answered."));
    }
  }

  async #answerTo(incoming: IncomingMessage): Promise<EncoderAnswer> {
    const { limits, answer } = this.#options;
    const bytesMax = limits.messageBytesBeforePublishMax;
    const { method = "", url = "", socket } = incoming;
    const body = await readBody(incoming, bytesMax);
    if (body === undefined) {
      return inWords(413, `The request is longer than ${bytesMax} bytes.`);
    }
    const [path = ""] = url.split("?", 1);
    if (this.#deadlines.has(socket)) {
      this.#deadlines.set(socket, this.#options.monotonicMs() + limits.decisionDeadlineMs);
    }
    const remoteAddress = this.#options.addressOf(socket);
    const answered = await answer({ method, path, body, remoteAddress });
    return answered ?? inWords(404, "There is nothing of this path.");
  }
}

/** Undefined for a longer one, which is read all the same: only then its sender reads answers. */
async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bytesMax) {
      chunks.push(chunk);
    }
  }
  return bytes > bytesMax ? undefined : Buffer.concat(chunks).toString();
}

function inWords(status: number, sentence: string): EncoderAnswer {
  return { status, headers: { "content-type": "text/plain" }, body: `${sentence}\n` };
}

function write(outgoing: ServerResponse, { status, headers, body = "" }: EncoderAnswer): void {
  const length = status === 204 ? {} : { "content-length": Buffer.byteLength(body) };
  outgoing.writeHead(status, { ...headers, ...length, connection: "close" });
  outgoing.end(body);
}
