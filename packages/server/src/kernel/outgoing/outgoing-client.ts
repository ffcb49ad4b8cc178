import { promises as dns, type LookupAddress } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { errorClass } from "../error-class.ts";
import { inBackground } from "../work/in-background.ts";
import { after } from "../work/timers.ts";
import { addressBytes } from "./address-reach.ts";
import { OutgoingError } from "./outgoing-error.ts";
import { hostOf, type OutgoingRules } from "./outgoing-rules.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const HEADER_BYTES_MAX = 16 * 1024;
/** The system's resolver keeps a thread each, of those that files need too. */
const LOOKUPS_AT_ONCE_MAX = 2;

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Left out, none is sent. */
  readonly body?: string;
  /** The time from the first step to the answer's last byte. */
  readonly timeoutMs: number;
  /** Ends the request as if its time were over. */
  readonly signal?: AbortSignal;
  /** A longer answer is an error; 0 reads none of it. */
  readonly answerBytesMax: number;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

const systemLookup: Lookup = (host) => dns.lookup(host, { all: true, verbatim: true });

/**
 * Sends requests to receivers that callers have named. Every address of a host is judged by the
 * rules, and the connection goes to those very addresses, so that a name can't mean another one by
 * then. Redirects aren't followed. Without rules, the operator has named the receivers.
 */
export class OutgoingClient {
  readonly #rules: OutgoingRules | undefined;
  readonly #system: Lookup;
  #lookups = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(rules: OutgoingRules | undefined, lookup: Lookup = systemLookup) {
    this.#rules = rules;
    this.#system = lookup;
  }

  /** Throws OutgoingError for a URL that nothing would ever be sent to. */
  check(url: string): void {
    this.#rules?.check(url);
  }

  /** Rejects with OutgoingError alone. */
  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const deadline = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    const url = this.#rules ? this.#rules.check(request.url) : new URL(request.url);
    const addresses = await this.#addressesOf(hostOf(url), deadline);
    for (const { address } of addresses) {
      const bytes = addressBytes(address);
      if (!bytes) throw new OutgoingError("its name leads to no address");
      this.#rules?.judge(bytes, url);
    }
    return exchange(request, url, addresses, deadline);
  }

  async #addressesOf(host: string, deadline: AbortSignal): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const found = await within(deadline, this.#lookup(host, deadline));
    if (found.length === 0) throw new OutgoingError("its name leads to no address");
    return found;
  }

  /** A lookup can't be called off: one that is given up keeps its place until it ends. */
  async #lookup(host: string, deadline: AbortSignal): Promise<readonly LookupAddress[]> {
    while (this.#lookups >= LOOKUPS_AT_ONCE_MAX) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (deadline.aborted) {
        this.#waiting.shift()?.();
        throw late();
      }
    }
    this.#lookups += 1;
    try {
      return await this.#system(host);
    } catch (error) {
      throw new OutgoingError(`its name can't be resolved (${errorClass(error)})`);
    } finally {
      this.#lookups -= 1;
      this.#waiting.shift()?.();
    }
  }
}

function exchange(
  { method, headers, body, answerBytesMax }: OutgoingRequest,
  url: URL,
  addresses: readonly LookupAddress[],
  deadline: AbortSignal,
): Promise<OutgoingAnswer> {
  const host = hostOf(url);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      stopConnecting();
      request?.destroy();
      if (error instanceof OutgoingError) reject(error);
      else if (deadline.aborted) reject(late());
      else reject(new OutgoingError(`it can't be reached (${errorClass(error)})`));
    };
    const stopConnecting = after(CONNECT_TIMEOUT_MS, () => fail(late()));
    let request: http.ClientRequest | undefined;
    try {
      request = (url.protocol === "https:" ? https : http).request({
        host,
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { host: url.host, ...encoded(headers), ...lengthOf(body) },
        agent: false,
        lookup: lookupOf(addresses),
        maxHeaderSize: HEADER_BYTES_MAX,
        signal: deadline,
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });
    } catch (error) {
      return fail(error);
    }
    const connected = url.protocol === "https:" ? "secureConnect" : "connect";
    request.once("socket", (socket) => socket.once(connected, () => stopConnecting()));
    request.once("error", fail);
    request.once("response", (response) => {
      inBackground(
        readAnswer(response, answerBytesMax).then((read) => {
          stopConnecting();
          resolve({ status: response.statusCode ?? 0, body: read });
        }, fail),
      );
    });
    request.end(body);
  });
}

async function readAnswer(response: http.IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (bytesMax === 0) {
    response.once("error", () => undefined);
    response.destroy();
    return Buffer.alloc(0);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new OutgoingError("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Text beyond Latin-1 as its bytes in UTF-8, which a header can carry. */
function encoded(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Buffer.from(value, "utf8").toString("latin1"),
    ]),
  );
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
}

/** Connects to the addresses that were judged, without another lookup. */
function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, done) => {
    if (all) return done(null, [...addresses]);
    const [first] = addresses;
    return done(null, first?.address ?? "", first?.family);
  };
}

function within<Value>(deadline: AbortSignal, promise: Promise<Value>): Promise<Value> {
  if (deadline.aborted) return Promise.reject(late());
  return new Promise((resolve, reject) => {
    const end = () => reject(late());
    deadline.addEventListener("abort", end, { once: true });
    inBackground(
      promise.then(resolve, reject).finally(() => deadline.removeEventListener("abort", end)),
    );
  });
}

function late(): OutgoingError {
  return new OutgoingError("it didn't answer in time");
}
