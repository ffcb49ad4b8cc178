import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import type { WireResponse } from "@rolecast/wire";
import { errorClass } from "../kernel/error-class.ts";
import type { Log } from "../kernel/ports/log.ts";
import { inBackground } from "../kernel/work/in-background.ts";
import { after } from "../kernel/work/timers.ts";
import { BodyBudget, HeldBytes } from "./body-budget.ts";
import { type Client, ClientAddresses } from "./client-address.ts";
import {
  CONNECTION_LIMITS,
  ConnectionCounts,
  type ConnectionLimits,
  SlowClients,
} from "./connection-limits.ts";
import { type GatewayRequest, IncomingRequest } from "./gateway-request.ts";
import { IncomingBody } from "./request-body.ts";
import { onFirstByte, TlsConnections, type TlsPair } from "./tls-connections.ts";
import { LATE, UnreadableRests } from "./unreadable-rests.ts";
import { HandshakeAwareRequest } from "./web-sockets.ts";
import { writeBody } from "./write-body.ts";

/** How long running requests may continue when the server closes. */
const CLOSE_GRACE_MS = 5_000;
/** A socket without traffic for this long is closed, even during an upload. */
const SOCKET_IDLE_MS = 120_000;
/** Longer than the idle time of common load balancers and SDK connection pools. */
const KEEP_ALIVE_MS = 75_000;
/** Header lines of one request, with names; S3 allows 8 KB and presigned URLs add up. */
const HEADER_BYTES_MAX = 32 * 1024;
/** Header lines; two kilobytes of object metadata in shortest pairs make some hundred. */
const HEADERS_MAX = 500;
/** How much of an unwanted body is read, so that the client gets the answer and not a reset. */
const UNREAD_BODY_BYTES_MAX = 64 * 1024 * 1024;
/**
 * Headers that say which service a request is for and who sends it. Node takes the first of two,
 * but a proxy may have decided by the second. RFC 9112, 3.2 requires refusing a second Host.
 */
const ONCE_ONLY: readonly string[] = ["host", "authorization"];

const DISPOSITION = "content-disposition";
/** Reasons by which AWS's servers differ from node. botocore shows them where there is no body. */
const REASONS: Readonly<Record<number, string>> = { 416: "Requested Range Not Satisfiable" };

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** The proxies whose `X-Forwarded-For` is trusted: addresses, and blocks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  /** Plain HTTP counts as secure where no such proxy sends it; left out, TLS alone does. */
  readonly plainIsSecure?: boolean;
  /** The port speaks TLS with it, beside plain HTTP; left out, it doesn't. */
  readonly tls?: TlsPair;
  readonly limits?: Partial<ConnectionLimits>;
  readonly budget?: BodyBudget;
}

/** Answers a request. Never rejects: an error is an answer too. */
export type Serve = (request: GatewayRequest) => Promise<WireResponse>;

/** Answers a WebSocket's handshake and takes its connection. Never rejects. */
export type OpenWebSocket = (
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  client: Client,
) => Promise<void>;

/** The listener: turns node's requests into ours and writes the answers with back-pressure. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #clients: ClientAddresses;
  readonly #tls: TlsConnections | undefined;
  /** Node's own listener: reads HTTP from a connection. */
  readonly #readHttp: (socket: Socket) => void;
  /** Open connections, each with the number of requests in progress. */
  readonly #sockets = new Map<Socket, number>();
  readonly #limits: ConnectionLimits;
  readonly #counts: ConnectionCounts;
  readonly #slowClients: SlowClients;
  readonly #budget: BodyBudget;
  readonly #rests = new UnreadableRests();
  #serve: Serve | undefined;
  #openWebSocket: OpenWebSocket | undefined;
  #begin: (serve: Serve | undefined) => void = () => {};
  /** Resolves once requests can be answered, with undefined if the server closes before. */
  readonly #begun = new Promise<Serve | undefined>((resolve) => {
    this.#begin = resolve;
  });
  #closing = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#clients = new ClientAddresses(options.trustedProxies, options.plainIsSecure);
    this.#limits = { ...CONNECTION_LIMITS, ...options.limits };
    this.#counts = new ConnectionCounts(this.#limits);
    this.#slowClients = new SlowClients(this.#limits);
    this.#budget = options.budget ?? new BodyBudget();
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      inBackground(this.#answer(request, response, undefined));
    this.#server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // Uploads may take any time while bytes keep coming.
        requestTimeout: 0,
        headersTimeout: this.#limits.headersMs,
        connectionsCheckingInterval: this.#limits.sweepMs,
        IncomingMessage: HandshakeAwareRequest,
      },
      answer,
    );
    // Expectations other than "100 Continue" are ignored, as AWS does.
    this.#server.on("checkExpectation", answer);
    // A client that expects "100 Continue" gets it when the body is first read: a refused upload is
    // never sent.
    this.#server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) =>
      inBackground(this.#answer(request, response, () => response.writeContinue())),
    );
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      inBackground(this.#upgrade(request, socket, head)),
    );
    this.#server.timeout = SOCKET_IDLE_MS;
    // Node would silently drop headers past its own limit.
    this.#server.maxHeadersCount = 0;
    this.#server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket) =>
      this.#rests.found(code, socket as Socket, this.#sockets.get(socket as Socket) ?? 0),
    );
    const listeners = this.#server.listeners("connection") as ((socket: Socket) => void)[];
    this.#readHttp = (socket) => {
      for (const listener of listeners) listener.call(this.#server, socket);
    };
    this.#server.removeAllListeners("connection");
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
    if (options.tls)
      this.#tls = new TlsConnections(options.tls, this.#limits.headersMs, (socket) => {
        this.#keep(socket);
        this.#readHttp(socket);
      });
  }

  #connected(socket: Socket): void {
    const peer = socket.remoteAddress ?? "";
    if (!this.#counts.admits(socket, peer, this.#clients.isProxy(peer))) {
      socket.on("error", () => {});
      socket.end(tooManyConnections(this.#limits.connectionsMax), () => socket.destroy());
      return;
    }
    this.#keep(socket);
    onFirstByte(socket, this.#limits.headersMs, {
      found: (isTls) => {
        if (!isTls || !this.#tls) return this.#readHttp(socket);
        this.#sockets.delete(socket);
        inBackground(this.#tls.accept(socket));
      },
      late: () => this.#rests.found(LATE, socket, 0),
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.set(socket, 0);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /**
   * Starts to listen; resolves with the port. Requests wait for `serve`. Rejects when the address
   * is taken.
   */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Answers requests from now on, those that wait included. */
  serve(serve: Serve, openWebSocket?: OpenWebSocket): void {
    this.#serve = serve;
    this.#openWebSocket = openWebSocket;
    this.#begin(serve);
  }

  /** Stops accepting, waits a while for running requests, then closes the remaining connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#closing = true;
    this.#begin(undefined);
    this.#slowClients.close();
    // Node's closeIdleConnections ignores connections that never sent a request.
    for (const [socket, requests] of this.#sockets) if (requests === 0) socket.destroy();
    this.#tls?.endHandshakes();
    const keepConnections = after(CLOSE_GRACE_MS, () => {
      this.#server.closeAllConnections();
      this.#tls?.destroy();
    });
    await closed;
    keepConnections();
  }

  async #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const refusal = this.#refusal(incoming);
    const serve = refusal ? undefined : await this.#begun;
    if (!serve || !this.#openWebSocket) return void socket.destroy();
    await this.#openWebSocket(incoming, socket, head, this.#clients.clientOf(incoming));
  }

  async #answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    askForBody: (() => void) | undefined,
  ): Promise<void> {
    const { socket } = incoming;
    let response: WireResponse | undefined;
    if (!this.#sockets.has(socket)) return;
    this.#count(socket, 1);
    this.#rests.begin(incoming, outgoing);
    const client = this.#clients.clientOf(incoming);
    const held = new HeldBytes(this.#budget, client.address);
    const body = new IncomingBody(incoming, askForBody, held);
    const watched = this.#slowClients.watch({ incoming, outgoing, body });
    try {
      const refusal = this.#refusal(incoming);
      if (refusal) {
        outgoing.writeHead(refusal.status, { "content-type": "text/plain", connection: "close" });
        outgoing.end(refusal.text);
        return;
      }
      const request = new IncomingRequest(incoming, body, client, held);
      const serve = this.#serve ?? (await this.#begun);
      if (!serve) throw new Error("the server closed before it could serve");
      response = await serve(request);
      // Without it, SDKs send the next request on a connection that is about to close.
      if (body.isGivenUp || body.isUnasked || this.#rests.follows(incoming) || this.#closing)
        outgoing.setHeader("connection", "close");
      // HTTP/1.1 keeps connections unless told otherwise: AWS's services don't say so.
      else if (outgoing.shouldKeepAlive && incoming.httpVersion === "1.1")
        outgoing.removeHeader("connection");
      const headers = headersToWrite(response, incoming.method);
      outgoing.writeHead(response.status, REASONS[response.status], headers);
      await writeBody(response.body, outgoing);
      if (body.isGivenUp || this.#rests.follows(incoming)) socket.destroySoon();
      else drain(incoming, this.#limits.drainMs);
    } catch (error) {
      if (response?.body instanceof Readable) response.body.destroy();
      if (response && !outgoing.headersSent) {
        this.#options.log.error(
          { error: errorClass(error) },
          "an answer's headers can't be written",
        );
        answerFailure(outgoing);
        return;
      }
      // The client went away, or a body broke after its headers were sent: nothing to answer.
      this.#options.log.debug(
        { error: errorClass(error) },
        "the connection ended before the answer",
      );
      outgoing.destroy();
    } finally {
      held.release();
      this.#slowClients.unwatch(watched);
      this.#count(socket, -1);
    }
  }

  /** The refusal of a request that no service needs to see. */
  #refusal(
    incoming: IncomingMessage,
  ): { readonly status: number; readonly text: string } | undefined {
    if (incoming.rawHeaders.length > 2 * HEADERS_MAX)
      return { status: 431, text: `A request has at most ${HEADERS_MAX} headers.\n` };
    const repeated = repeatedHeader(incoming);
    if (repeated !== undefined)
      return { status: 400, text: `The header ${repeated} was sent twice: send it once.\n` };
    if ((this.#sockets.get(incoming.socket) ?? 0) > this.#limits.pipelinedMax)
      return {
        status: 503,
        text: "Too many requests on one connection: wait for their answers.\n",
      };
    return undefined;
  }

  #count(socket: Socket, change: 1 | -1): void {
    const requests = this.#sockets.get(socket);
    if (requests === undefined) return;
    this.#sockets.set(socket, requests + change);
    if (this.#closing && requests + change === 0) socket.end();
  }
}

/**
 * Answers with an internal error: a header that can't be written is a bug. The length is set again,
 * since node remembers the one that it couldn't write.
 */
function answerFailure(outgoing: ServerResponse): void {
  const text = "The answer couldn't be written.\n";
  const length = { "content-length": String(Buffer.byteLength(text)) };
  outgoing.writeHead(500, { "content-type": "text/plain", connection: "close", ...length });
  outgoing.end(text);
}

function tooManyConnections(connectionsMax: number): string {
  const text = `Too many connections: ${connectionsMax} are open at most (maxConnections), and half of them from one address.\n`;
  const headers = [
    "HTTP/1.1 503 Service Unavailable",
    "content-type: text/plain",
    `content-length: ${Buffer.byteLength(text)}`,
    "retry-after: 1",
    "connection: close",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${text}`;
}

function repeatedHeader({ rawHeaders }: IncomingMessage): string | undefined {
  return ONCE_ONLY.find((name) => {
    let count = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const other = rawHeaders[at] ?? "";
      // Most names differ in length, which needs no copy.
      if (other.length === name.length && other.toLowerCase() === name) count += 1;
    }
    return count > 1;
  });
}

/**
 * A body that is all there says how long it is; node would send it in chunks otherwise. A file's
 * name comes before that length: node would write its bytes beyond ASCII in another encoding.
 */
function headersToWrite(response: WireResponse, method: string | undefined) {
  const { [DISPOSITION]: disposition } = response.headers;
  const headers = withLength(response, method);
  return disposition === undefined ? headers : { [DISPOSITION]: disposition, ...headers };
}

function withLength({ status, headers, body }: WireResponse, method: string | undefined) {
  if (body instanceof Readable || "content-length" in headers) return headers;
  if (method === "HEAD" || status === 204 || status === 304) return headers;
  // Some answers share one object of headers.
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  return { ...headers, "content-length": String(length) };
}

/**
 * Reads the rest of a body after an early answer, within limits, so that the connection survives.
 */
function drain(incoming: IncomingMessage, forMs: number): void {
  if (incoming.complete || incoming.destroyed) return;
  const callOff = after(forMs, () => incoming.destroy());
  incoming.once("close", callOff);
  incoming.once("end", callOff);
  let readBytes = 0;
  incoming.removeAllListeners("data");
  incoming.on("data", (chunk: Buffer) => {
    readBytes += chunk.length;
    if (readBytes > UNREAD_BODY_BYTES_MAX) incoming.destroy();
  });
  incoming.resume();
}

/** Formats a listening address for use in a URL. */
export function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
