import { PassThrough } from "node:stream";
import type { EventLog } from "../kernel/event-log.ts";
import { isLoopback } from "../kernel/loopback.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import { LOCALSTACK_PREFIX, type LocalStackRoutes } from "./localstack-routes.ts";
import { plainJson } from "./plain-json.ts";

/** Readers of the event stream at the same time. */
const EVENT_READERS_MAX = 100;
/** Bytes a reader may lag behind before it is dropped: it can resume with Last-Event-ID. */
const EVENT_BACKLOG_BYTES_MAX = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const RESET_PATHS: readonly string[] = [
  "/_rolecast/state/reset",
  `${LOCALSTACK_PREFIX}state/reset`,
];

/** Lines for whoever reads now: `read` gets each as JSON; returns the way to stop. */
export type TextFeed = (read: (json: string) => void) => () => void;

export interface InternalRoutesOptions {
  readonly events: EventLog;
  /** Server-sent events below `/_rolecast/`, by name. */
  readonly feeds: ReadonlyMap<string, TextFeed>;
  readonly ready: () => boolean;
  readonly health: () => Promise<Readonly<Record<string, unknown>>>;
  /** Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  readonly localStack: LocalStackRoutes;
  /** Absent without `allowReset`. */
  readonly reset: (() => Promise<void>) | undefined;
}

/** What the server answers below `/_rolecast`, and LocalStack's paths. */
export class InternalRoutes {
  readonly #options: InternalRoutesOptions;
  readonly #streams = new Set<PassThrough>();

  constructor(options: InternalRoutesOptions) {
    this.#options = options;
  }

  async handle(request: PlainRequest): Promise<PlainResponse | undefined> {
    const { path } = request;
    // What nodes ask of each other is the services' business.
    if (path.startsWith("/_rolecast/node/")) return undefined;
    const forLocalStack = path.startsWith(LOCALSTACK_PREFIX);
    if (!path.startsWith("/_rolecast/") && !forLocalStack) return undefined;
    const feed = this.#options.feeds.get(path.slice("/_rolecast/".length));
    const isReset = RESET_PATHS.includes(path);
    if (feed || path.startsWith("/_rolecast/events") || isReset) {
      const refusal = refuseStrangers(request);
      if (refusal) return refusal;
    }
    if (feed && request.method === "GET") return this.#feedStream(feed);
    if (request.method === "POST" && isReset) return this.#reset();
    const answer = forLocalStack
      ? await this.#options.localStack.handle(request)
      : await this.#answer(request);
    return (
      answer ?? plainJson(404, { message: `Rolecast has nothing at ${request.method} ${path}.` })
    );
  }

  async #answer(request: PlainRequest): Promise<PlainResponse | undefined> {
    switch (`${request.method} ${request.path}`) {
      case "GET /_rolecast/health/live":
        return plainJson(200, { status: "live" });
      case "GET /_rolecast/health/ready":
        return this.#options.ready()
          ? plainJson(200, { status: "ready" })
          : plainJson(503, { status: "starting" });
      case "GET /_rolecast/health":
        return plainJson(200, await this.#options.health());
      case "GET /_rolecast/metrics":
        return {
          status: 200,
          headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
          body: await this.#options.metrics(),
        };
      case "GET /_rolecast/events":
        return this.#eventStream(request);
      default:
        return undefined;
    }
  }

  /** Ends the event streams, so that the server can close. */
  close(): void {
    for (const stream of this.#streams) stream.end();
  }

  async #reset(): Promise<PlainResponse> {
    if (!this.#options.reset) {
      return plainJson(403, { message: "Resetting is off. Start the server with --allow-reset." });
    }
    await this.#options.reset();
    return plainJson(200, { status: "reset" });
  }

  /** One AWS event each; readers resume behind the one that they name. */
  #eventStream(request: PlainRequest): PlainResponse {
    const after = Number(request.headers["last-event-id"] ?? request.query.get("after") ?? 0);
    return this.#stream("events of AWS services, one JSON object each", (write) =>
      this.#options.events.read(Number.isFinite(after) ? after : 0, (read) =>
        write(`id: ${read.sequence}\ndata: ${JSON.stringify(read.event)}\n\n`),
      ),
    );
  }

  #feedStream(feed: TextFeed): PlainResponse {
    return this.#stream("one JSON object each", (write) =>
      feed((json) => write(`data: ${json}\n\n`)),
    );
  }

  /** Server-sent events (HTML standard, section 9.2). */
  #stream(title: string, subscribe: (write: (text: string) => void) => () => void): PlainResponse {
    if (this.#streams.size >= EVENT_READERS_MAX) {
      return plainJson(503, {
        message: `At most ${EVENT_READERS_MAX} readers of events at a time.`,
      });
    }
    const stream = new PassThrough();
    this.#streams.add(stream);
    stream.write(`: ${title}\n\n`);
    const stop = subscribe((text) => {
      if (stream.readableLength > EVENT_BACKLOG_BYTES_MAX) return void stream.destroy();
      stream.write(text);
    });
    const heartbeat = setInterval(() => stream.write(": \n\n"), HEARTBEAT_MS);
    stream.once("close", () => {
      clearInterval(heartbeat);
      stop();
      this.#streams.delete(stream);
    });
    return {
      status: 200,
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      body: stream,
    };
  }
}

/**
 * These routes know no credentials: only this machine may use them, and no page of another site,
 * which could otherwise make a browser on this machine do it.
 */
function refuseStrangers(request: PlainRequest): PlainResponse | undefined {
  if (!isLoopback(request.remoteAddress)) {
    return plainJson(403, { message: "Only for clients on the server's own machine." });
  }
  const site = request.headers["sec-fetch-site"];
  const foreign = site === "cross-site" || site === "same-site";
  if (foreign || (request.method === "POST" && request.headers.origin !== undefined)) {
    return plainJson(403, { message: "Not for pages of other sites." });
  }
  return undefined;
}
