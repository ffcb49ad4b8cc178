import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket, WebSocketServer } from "ws";
import { AwsError } from "../kernel/aws-error.ts";
import { errorClass } from "../kernel/error-class.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { Service } from "../kernel/service.ts";
import type {
  WebSocketAnswer,
  WebSocketConnection,
  WebSocketEvents,
  WebSocketRequest,
} from "../kernel/web-sockets.ts";
import { inBackground } from "../kernel/work/in-background.ts";
import { type CallOff, every } from "../kernel/work/timers.ts";
import type { Client } from "./client-address.ts";
import { joinedHeaders, originForm } from "./gateway-request.ts";
import { handOn } from "./hand-on.ts";
import type { OwnHosts } from "./own-hosts.ts";

/** Connections are asked for a sign of life this often. */
const PING_MS = 30_000;
/** Questions in a row without an answer, at which a connection is given up. */
const MISSED_MAX = 2;
/** Waiting bytes at which a client that sends pings and reads nothing is dropped. */
const PONG_BYTES_MAX = 64 * 1024;

/** Bytes of messages in work at which no further ones are read. */
const IN_WORK_BYTES_MAX = 256 * 1024;
/** Counts for a message in work besides its own bytes. */
const MESSAGE_BYTES = 4 * 1024;

/**
 * Node's request, which asks for an upgrade only where it is a WebSocket's handshake: Java's HTTP
 * client asks for h2c with plain requests, which are answered in HTTP/1.1 as before.
 */
export class HandshakeAwareRequest extends IncomingMessage {
  /** Node sets it before the headers are there and asks for it afterwards. */
  #asked: boolean | undefined;

  get upgrade(): boolean {
    return this.#asked === true && (this.method === "CONNECT" || isHandshake(this));
  }

  set upgrade(asked: boolean) {
    // Node's constructor sets it before this class's fields are there.
    if (#asked in this) this.#asked = asked;
  }
}

function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    headers["sec-websocket-key"] !== undefined &&
    headers.upgrade?.toLowerCase() === "websocket"
  );
}

export interface WebSocketsOptions {
  readonly services: readonly Service[];
  readonly hosts: OwnHosts;
  readonly log: Log;
}

/** Opens WebSockets for the services that claim their handshakes, and watches that clients live. */
export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #open = new Map<WebSocket, Opened>();
  /** Protocol engines by their limit of a message. */
  readonly #engines = new Map<number, WebSocketServer>();
  readonly #stopPinging: CallOff;
  // Listeners are the same for all connections: thousands of them that do nothing cost little.
  readonly #onMessage: (this: WebSocket, data: Buffer) => void;
  readonly #onPong: (this: WebSocket) => void;
  readonly #onPing: (this: WebSocket) => void;
  readonly #onClose: (this: WebSocket) => void;

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#stopPinging = every(PING_MS, () => this.#ping());
    const open = this.#open;
    this.#onMessage = function (data) {
      const found = open.get(this);
      const work = found?.events.received(data.toString());
      if (found && work) hold(this, found, data.length + MESSAGE_BYTES, work);
    };
    this.#onPong = function () {
      const found = open.get(this);
      if (found) found.missedPings = 0;
    };
    this.#onPing = function () {
      if ((open.get(this)?.socket.writableLength ?? 0) > PONG_BYTES_MAX) this.terminate();
    };
    this.#onClose = function () {
      const found = open.get(this);
      open.delete(this);
      found?.events.closed();
    };
  }

  /** Answers a handshake. Never rejects. */
  async answer(
    incoming: IncomingMessage,
    socket: Socket,
    head: Buffer,
    client: Client,
  ): Promise<void> {
    socket.on("error", ignore);
    try {
      const answer = await this.#answerOf(requestOf(incoming, client));
      if (socket.destroyed) return;
      if ("status" in answer) return refuse(socket, answer.status, answer.message);
      if ("handOn" in answer) return await handOn(incoming, socket, head, answer.handOn);
      const engine = await this.#engine(answer.messageBytesMax);
      chosen.set(incoming, answer.protocol);
      engine.handleUpgrade(incoming, socket, head, (opened) =>
        this.#opened(opened, socket, client.address, answer),
      );
    } catch (error) {
      if (error instanceof AwsError) return refuse(socket, error.status, error.message);
      this.#options.log.error({ error: errorClass(error) }, "a WebSocket can't be opened");
      refuse(socket, 500, "internal error");
    }
  }

  close(): void {
    this.#stopPinging();
    for (const opened of this.#open.keys()) opened.terminate();
  }

  async #answerOf(request: WebSocketRequest): Promise<WebSocketAnswer> {
    this.#options.hosts.check(request.headers.host);
    for (const service of this.#options.services) {
      const answer = await service.webSocket?.(request);
      if (answer) return answer;
    }
    return request.protocols.length === 0
      ? { status: 401, message: "A WebSocket needs a token as its subprotocol." }
      : { status: 403, message: "The WebSocket's subprotocol isn't a valid token." };
  }

  #opened(
    opened: WebSocket,
    socket: Socket,
    remoteAddress: string,
    answer: Extract<WebSocketAnswer, { readonly protocol: string }>,
  ): void {
    // The engine keeps the subprotocol for nobody, and it is as long as a token.
    Reflect.set(opened, "_protocol", "");
    const connection = new OpenConnection(opened, socket, remoteAddress);
    const events = answer.open(connection);
    this.#open.set(opened, { socket, events, missedPings: 0, inWorkBytes: 0 });
    opened.on("message", this.#onMessage);
    opened.on("pong", this.#onPong);
    opened.on("ping", this.#onPing);
    opened.on("error", ignore);
    opened.on("close", this.#onClose);
  }

  async #engine(maxPayload: number): Promise<WebSocketServer> {
    const { WebSocketServer: Engine } = await import("ws");
    const engine =
      this.#engines.get(maxPayload) ??
      new Engine({
        noServer: true,
        clientTracking: false,
        perMessageDeflate: false,
        maxPayload,
        handleProtocols: (_offered, incoming) => chosen.get(incoming) ?? false,
      });
    this.#engines.set(maxPayload, engine);
    return engine;
  }

  #ping(): void {
    for (const [opened, found] of this.#open) {
      if (found.missedPings >= MISSED_MAX) opened.terminate();
      else if (opened.readyState === opened.OPEN) {
        found.missedPings += 1;
        opened.ping();
      }
    }
  }
}

interface Opened {
  readonly socket: Socket;
  readonly events: WebSocketEvents;
  /** In a row. */
  missedPings: number;
  /** The sum of those messages that are being worked on. */
  inWorkBytes: number;
}

/** Counts a message until its work ends; meanwhile the client may have to wait with the next. */
function hold(opened: WebSocket, counts: Opened, bytes: number, work: Promise<void>): void {
  counts.inWorkBytes += bytes;
  if (counts.inWorkBytes > IN_WORK_BYTES_MAX) opened.pause();
  inBackground(
    work.finally(() => {
      counts.inWorkBytes -= bytes;
      if (opened.isPaused && counts.inWorkBytes <= IN_WORK_BYTES_MAX) opened.resume();
    }),
  );
}

class OpenConnection implements WebSocketConnection {
  readonly remoteAddress: string;
  readonly #opened: WebSocket;
  readonly #socket: Socket;

  constructor(opened: WebSocket, socket: Socket, remoteAddress: string) {
    this.#opened = opened;
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  send(frame: Buffer): void {
    if (this.#opened.readyState === this.#opened.OPEN) this.#socket.write(frame);
  }

  close(code: number, reason: string): void {
    this.#opened.close(code, reason);
  }

  destroy(): void {
    this.#opened.terminate();
  }
}

/** The subprotocol that a service chose for a handshake. */
const chosen = new WeakMap<IncomingMessage, string>();

function requestOf(incoming: IncomingMessage, client: Client): WebSocketRequest {
  const headers = joinedHeaders(incoming);
  return {
    path: originForm(incoming).replace(/\?.*$/s, ""),
    headers,
    remoteAddress: client.address,
    protocols: (headers["sec-websocket-protocol"] ?? "")
      .split(",")
      .map((protocol) => protocol.trim())
      .filter((protocol) => protocol !== ""),
  };
}

function refuse(socket: Socket, status: number, message: string): void {
  const headers = [
    `HTTP/1.1 ${status} ${status < 500 ? "Refused" : "Failed"}`,
    "content-type: text/plain",
    `content-length: ${Buffer.byteLength(message) + 1}`,
    "connection: close",
  ];
  socket.end(`${headers.join("\r\n")}\r\n\r\n${message}\n`, () => socket.destroy());
}

function ignore(): void {}
