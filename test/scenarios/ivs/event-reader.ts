import { type ClientRequest, get } from "node:http";
import { sign } from "../../support/signed-request.ts";
import { type Key, ROOT } from "../../support/test-server.ts";

const PATH = "/_rolecast/events";
/** Below the tests' own time limit, so that what is missing is said. */
const WITHIN_MS = 50_000;

/** An event as it comes out of `/_rolecast/events`. */
export interface ReadEvent {
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Reads the default account's events from the server's start and waits for those that a test is
 * about.
 */
export class EventReader {
  readonly seen: ReadEvent[] = [];
  #request: ClientRequest | undefined;
  #isClosed = false;
  #rest = "";
  #waiting: (() => void)[] = [];
  /** Why nothing comes. */
  #failure: string | undefined;

  constructor(endpoint: string, key?: Key) {
    void this.#open(endpoint, key);
  }

  async #open(endpoint: string, key = ROOT): Promise<void> {
    const signing = { service: "rolecast", key };
    const headers = await sign(endpoint, { method: "GET", path: PATH }, signing);
    if (this.#isClosed) return;
    this.#request = get(endpoint + PATH, { agent: false, headers }, (response) => {
      if (response.statusCode !== 200) this.#fail(`the server answered ${response.statusCode}`);
      response.setEncoding("utf8").on("data", (chunk: string) => this.#take(chunk));
      // The server stops while it is being read, or the reader is closed.
      response.on("error", () => this.#wake());
    });
  }

  #fail(reason: string): void {
    this.#failure = reason;
    this.#wake();
  }

  /** The name of an event: `Stream Start`, `Recording End`. */
  static nameOf({ detail }: ReadEvent): unknown {
    return detail.event_name ?? detail.recording_status ?? detail.limit_name;
  }

  /** Resolves when an event with this name about this channel has come. */
  async wait(channelArn: string, name: string): Promise<ReadEvent> {
    const late = AbortSignal.timeout(WITHIN_MS);
    late.addEventListener("abort", () => this.#wake());
    for (;;) {
      const found = this.seen.find(
        (event) => event.resources.includes(channelArn) && EventReader.nameOf(event) === name,
      );
      if (found) return found;
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (late.aborted) {
        const names = this.seen.map(EventReader.nameOf).join(", ");
        throw new Error(`Waited in vain for ${name} of ${channelArn}; there were ${names}.`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#request?.destroy();
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines)
      if (line.startsWith("data: ")) this.seen.push(JSON.parse(line.slice(6)) as ReadEvent);
    this.#wake();
  }
}
