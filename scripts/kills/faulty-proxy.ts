import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, pipeline, Transform } from "node:stream";
import type { Chance } from "../fuzz/chance.ts";

/** Faults of a request. All but the first three reach the store, in part or as a whole. */
export const PROXY_FAULTS = [
  "dropped",
  "answered 503",
  "answered 404 by a gateway that knows no store",
  "torn in their bodies",
  "torn in their answers",
  "done without an answer, and closed",
  "done without an answer, and left open",
  "done and answered 503",
  "slow",
] as const;
export type ProxyFault = (typeof PROXY_FAULTS)[number];

const CHUNK_MS = 20;
/** Longer than most answers, so that they are torn in their heads' bodies too. */
const ANSWER_BYTES_MAX = 100_000;

/** A proxy before an object store; what it does to requests is drawn from a seed. */
export class FaultyProxy {
  readonly endpoint: string;
  /** Requests that something befell. */
  faulty = 0;
  readonly #server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #silent = new Set<IncomingMessage>();
  #draw: () => ProxyFault | undefined = () => undefined;
  #chance: Chance | undefined;

  private constructor(server: ReturnType<typeof createServer>, target: string) {
    this.#server = server;
    this.#target = new URL(target);
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (incoming, answer) => this.#pass(incoming, answer));
  }

  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer({ requestTimeout: 0 }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultyProxy(server, target);
  }

  /** One in so many requests has the fault. */
  begin(fault: ProxyFault, oneIn: number, chance: Chance): void {
    this.#chance = chance;
    this.#draw = () => (chance.rarely(oneIn) ? fault : undefined);
  }

  end(): void {
    this.#draw = () => undefined;
    for (const incoming of this.#silent) incoming.socket.destroy();
    this.#silent.clear();
  }

  close(): void {
    this.end();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const fault = this.#draw();
    if (fault !== undefined) this.faulty += 1;
    switch (fault) {
      case "dropped":
        incoming.socket.destroy();
        return;
      case "answered 503":
        refuse(incoming, answer, 503, BUSY);
        return;
      case "answered 404 by a gateway that knows no store":
        refuse(incoming, answer, 404, "default backend - 404");
        return;
      default:
        this.#passOn(fault, incoming, answer);
    }
  }

  /** The request stays as it is: the host that was signed, too. */
  #passOn(fault: ProxyFault | undefined, incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, rawHeaders: headers } = incoming;
    const { hostname: host, port } = this.#target;
    const outgoing = request({ agent: this.#agent, host, port, method, path, headers });
    outgoing.on("error", () => incoming.socket.destroy());
    outgoing.on("response", (theirs) => this.#answer(fault, incoming, theirs, answer));
    const cut = () => {
      outgoing.destroy();
      incoming.socket.destroy();
    };
    const length = Number(incoming.headers["content-length"] ?? 0);
    pipeline(incoming, this.#way(fault, "torn in their bodies", length, cut), outgoing, () => {});
  }

  #answer(
    fault: ProxyFault | undefined,
    incoming: IncomingMessage,
    theirs: IncomingMessage,
    answer: ServerResponse,
  ): void {
    const cut = () => {
      incoming.socket.destroy();
    };
    switch (fault) {
      case "done without an answer, and closed":
        theirs.resume().once("close", cut);
        return;
      case "done without an answer, and left open":
        theirs.resume();
        this.#silent.add(incoming);
        return;
      case "done and answered 503":
        theirs.resume().once("close", () => refuse(incoming, answer, 503, BUSY));
        return;
      default: {
        answer.writeHead(theirs.statusCode ?? 502, theirs.rawHeaders);
        answer.flushHeaders();
        const length = Number(theirs.headers["content-length"] ?? ANSWER_BYTES_MAX);
        const way = this.#way(fault, "torn in their answers", length, cut);
        pipeline(theirs, way, answer, (error) => error && cut());
      }
    }
  }

  /** The way of a body: as it is, slowly, or to a place where it is cut. */
  #way(fault: ProxyFault | undefined, torn: ProxyFault, length: number, cut: () => void) {
    if (fault === torn) return cutAfter(length > 0 ? (this.#chance?.below(length) ?? 0) : 0, cut);
    return fault === "slow" ? slowly() : new PassThrough();
  }
}

const BUSY =
  "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

/** Answers at once, and reads the rest of the body. */
function refuse(incoming: IncomingMessage, answer: ServerResponse, status: number, body: string) {
  incoming.resume();
  answer.writeHead(status, { "content-length": body.length }).end(body);
}

/** Lets so many bytes through. What has none to tear is cut before its end. */
function cutAfter(bytes: number, cut: () => void): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const some = chunk.subarray(0, left);
      left -= some.byteLength;
      // The bytes before the cut are on their way by then.
      if (some.byteLength < chunk.byteLength) setTimeout(cut, CHUNK_MS);
      else return done(null, some);
      if (some.byteLength > 0) this.push(some);
    },
    flush() {
      cut();
    },
  });
}

function slowly(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(done, CHUNK_MS, null, chunk);
    },
  });
}
