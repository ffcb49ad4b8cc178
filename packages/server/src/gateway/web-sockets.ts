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
  WebSocketRequest,
} from "../kernel/web-sockets.ts";
import { type CallOff, every } from "../kernel/work/timers.ts";
import type { Client } from "./client-address.ts";
import { joinedHeaders, originForm } from "./gateway-request.ts";
import type { OwnHosts } from "./own-hosts.ts";

/** Connections are asked for a sign of life this often. */
const PING_MS = 30_000;
/** Questions in a row without an answer, at which a connection is given up. */
const MISSED_MAX = 2;
/** Waiting bytes at which a client that sends pings and reads nothing is dropped. */
const PONG_BYTES_MAX = 64 * 1024;

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
  /** The open ones, each with the pings that it hasn't answered. */
  readonly #open = new Map<WebSocket, number>();
  /** Protocol engines by their limit of a message. */
  readonly #engines = new Map<number, WebSocketServer>();
  readonly #stopPinging: CallOff;

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#stopPinging = every(PING_MS, () => this.#ping());
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
    this.#open.set(opened, 0);
    const connection: WebSocketConnection = {
      remoteAddress,
      get waitingBytes() {
        return socket.writableLength;
      },
      send: (frame) => void (opened.readyState === opened.OPEN && socket.write(frame)),
      close: (code, reason) => opened.close(code, reason),
      destroy: () => opened.terminate(),
    };
    const events = answer.open(connection);
    opened.on("message", (data: Buffer) => events.received(data.toString()));
    opened.on("pong", () => this.#open.set(opened, 0));
    opened.on("ping", () => {
      if (socket.writableLength > PONG_BYTES_MAX) opened.terminate();
    });
    // A broken connection closes; why doesn't matter.
    opened.on("error", ignore);
    opened.on("close", () => {
      this.#open.delete(opened);
      events.closed();
    });
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
    for (const [opened, missed] of this.#open) {
      if (missed >= MISSED_MAX) opened.terminate();
      else if (opened.readyState === opened.OPEN) {
        this.#open.set(opened, missed + 1);
        opened.ping();
      }
    }
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
