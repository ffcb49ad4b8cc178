import { errorClass } from "../../../kernel/error-class.ts";
import { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
import { pause } from "../../../kernel/work/timers.ts";
import { StepRuns } from "./step-runs.ts";

/** As often as Lambda tries an asynchronous invocation. */
const TRIES = 3;
const PAUSE_MS = 1_000;
const TIMEOUT_MS = 30_000;
/** Requests under way at the same time; an endpoint that hangs has one for a minute and a half. */
const AT_ONCE_MAX = 256;

/**
 * Sends custom resources' requests to the endpoints that the operator has named. A request is
 * sent once by a process; the one that goes on after it sends it again, under the same id.
 */
export class EndpointCalls {
  readonly #client = new OutgoingClient(undefined);
  readonly #runs = new StepRuns(AT_ONCE_MAX);

  /** Returns at once. */
  send(resource: string, requestId: string, url: string, body: string): void {
    this.#runs.begin(resource, requestId, (signal) => this.#deliver(url, body, signal));
  }

  /** Why it can't be delivered; undefined while it may be, and after it was. */
  failureOf(resource: string, requestId: string): string | undefined {
    const outcome = this.#runs.outcomeOf(resource, requestId);
    if (!outcome || !("error" in outcome)) return undefined;
    if (outcome.error instanceof EndpointError) return outcome.error.message;
    throw outcome.error;
  }

  /** The request's step has ended. */
  forget(resource: string, requestId: string): void {
    this.#runs.forget(resource, requestId);
  }

  close(): Promise<void> {
    return this.#runs.close();
  }

  async #deliver(url: string, body: string, signal: AbortSignal): Promise<void> {
    for (let left = TRIES - 1; !signal.aborted; left--) {
      const outcome = await this.#post(url, body, signal);
      if (outcome === undefined) return;
      if (left === 0 || outcome.isFinal) throw new EndpointError(outcome.reason);
      await pause(PAUSE_MS * (TRIES - left), { signal, background: true });
    }
  }

  async #post(url: string, body: string, signal: AbortSignal) {
    try {
      const headers = { "content-type": "application/json" };
      const request = { url, method: "POST", headers, body, timeoutMs: TIMEOUT_MS, signal };
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

class EndpointError extends Error {
  override readonly name = "EndpointError";
}
