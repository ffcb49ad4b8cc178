import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { EventFunction } from "../../../kernel/ports/event-function.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after } from "../../../kernel/work/timers.ts";
import { isJson } from "../target-input/target-json.ts";
import { settingNeed } from "./left-deliveries.ts";
import { type Delivered, type Failed, sendRequest } from "./send-request.ts";

export interface FunctionTargetParts {
  readonly clock: Clock;
  /** The operator has named the functions' addresses. */
  readonly trusted: OutgoingClient;
  readonly settings: {
    /** The URL, or a function of this process, by the Lambda function's ARN. */
    readonly eventFunctions: Readonly<Record<string, string | EventFunction>>;
    readonly eventFunctionTimeoutMs: number;
  };
}

/** A call of a function. */
interface Invocation {
  readonly arn: string;
  readonly input: string;
  readonly timeoutMs: number;
  /** Ends the call: the event is delivered by the next process. */
  readonly closing: AbortSignal;
}

/** Calls Lambda functions where the operator has put them. */
export class FunctionTargets {
  readonly #parts: FunctionTargetParts;

  constructor(parts: FunctionTargetParts) {
    this.#parts = parts;
  }

  async deliver(invocation: Invocation): Promise<Delivered> {
    const { arn, input, closing } = invocation;
    const called = ownValue(this.#parts.settings.eventFunctions, arn);
    // As on AWS, where a function that doesn't exist isn't tried again.
    if (called === undefined)
      return {
        ...failed(`the setting eventFunctions has no URL for ${arn}`, false),
        need: settingNeed(arn),
      };
    if (!isJson(input)) return failed("a function's input must be JSON", false);
    const outcome =
      typeof called === "string"
        ? await this.#post(called, invocation)
        : await call(called, invocation);
    if (outcome.delivered || !closing.aborted) return outcome;
    return { ...outcome, notBeforeMs: this.#parts.clock.nowMs() };
  }

  #post(url: string, { input, timeoutMs, closing }: Invocation): Promise<Delivered> {
    const headers = {
      "content-type": "application/json",
      "user-agent": "Rolecast",
      // Source: Lambda API reference, Invoke: EventBridge's kind.
      "x-amz-invocation-type": "Event",
    };
    const request = { url, method: "POST", headers, body: input };
    return sendRequest(this.#parts.trusted, request, { timeoutMs, signal: closing });
  }
}

function call(
  called: EventFunction,
  { input, timeoutMs, closing }: Invocation,
): Promise<Delivered> {
  return new Promise((resolve) => {
    const fail = (reason: string) => resolve(failed(reason, true));
    const callOff = after(timeoutMs, () => fail("it didn't answer in time"));
    const stop = () => fail("the server is stopping");
    closing.addEventListener("abort", stop, { once: true });
    inBackground(
      Promise.resolve()
        .then(() => called(JSON.parse(input)))
        .then(
          () => resolve({ delivered: true }),
          (error: unknown) => fail(`it failed (${errorClass(error)})`),
        )
        .finally(() => {
          callOff();
          closing.removeEventListener("abort", stop);
        }),
    );
  });
}

function failed(reason: string, retry: boolean): Failed {
  return { delivered: false, retry, reason };
}
