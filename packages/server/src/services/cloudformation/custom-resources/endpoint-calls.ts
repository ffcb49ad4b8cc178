import { errorClass } from "../../../kernel/error-class.ts";
import { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { pause } from "../../../kernel/work/timers.ts";

/** As often as Lambda tries an asynchronous invocation. */
const TRIES = 3;
const PAUSE_MS = 1_000;
const TIMEOUT_MS = 30_000;
/** Requests of which this process remembers that they were sent. */
const REMEMBERED_MAX = 10_000;

interface Sent {
  /** Why it can't be delivered; undefined while it may be, and after it was. */
  failure?: string;
}

/**
 * Sends custom resources' requests to the endpoints that the operator has named. A request is
 * sent once by a process; the one that goes on after it sends it again, under the same id.
 */
export class EndpointCalls {
  readonly #client = new OutgoingClient(undefined);
  readonly #sent = new Map<string, Sent>();
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  /** Returns at once. */
  send(requestId: string, url: string, body: string): void {
    if (this.#sent.has(requestId) || this.#closing.signal.aborted) return;
    const sent: Sent = {};
    this.#sent.set(requestId, sent);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > REMEMBERED_MAX && oldest !== undefined) this.#sent.delete(oldest);
    const running = this.#deliver(sent, url, body).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  failureOf(requestId: string): string | undefined {
    return this.#sent.get(requestId)?.failure;
  }

  /** The request's step has ended. */
  forget(requestId: string): void {
    this.#sent.delete(requestId);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #deliver(sent: Sent, url: string, body: string): Promise<void> {
    const { signal } = this.#closing;
    for (let left = TRIES - 1; !signal.aborted; left--) {
      const outcome = await this.#post(url, body);
      if (outcome === undefined) return;
      if (left === 0 || outcome.isFinal) {
        sent.failure = outcome.reason;
        return;
      }
      await pause(PAUSE_MS * (TRIES - left), { signal, background: true });
    }
  }

  async #post(url: string, body: string) {
    try {
      const headers = { "content-type": "application/json" };
      const request = { url, method: "POST", headers, body, timeoutMs: TIMEOUT_MS };
      const { status } = await this.#client.send({ ...request, answerBytesMax: 0 });
      if (status < 300) return undefined;
      return { reason: `it answered ${status}`, isFinal: status < 500 };
    } catch (error) {
      const isOutside = error instanceof OutgoingError;
      const reason = isOutside ? error.message : `it couldn't be called (${errorClass(error)})`;
      return { reason, isFinal: !isOutside };
    }
  }
}
