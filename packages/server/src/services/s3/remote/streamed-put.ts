import { after } from "../../../kernel/work/timers.ts";
import { timeoutError } from "./store-connection.ts";
import type { OpenRequest } from "./store-connections.ts";
import { type Failure, failureOf } from "./store-failure.ts";

/** A body that comes more slowly is better gathered than sent while it comes. */
export const STREAMED_BYTES_PER_SECOND_MIN = 2 * 1024 * 1024;
/** The time that a body may take beside that. */
const PAUSE_MS_MAX = 2_000;
/** From the end of a body to the head of its answer. */
const ANSWER_MS_MAX = 15_000;

export type PutOutcome = Failure | { readonly kind: "written"; readonly etag: string };

/** One attempt to write an object while its bytes come. */
export class StreamedPut {
  readonly #request: OpenRequest;
  readonly #outcome: Promise<PutOutcome>;
  #callOff: () => void;
  #isOpen = true;

  /** `onOver` is called when the store has answered, or the attempt failed or was broken off. */
  constructor(request: OpenRequest, sizeBytes: number, onOver: (outcome: PutOutcome) => void) {
    this.#request = request;
    const bodyMsMax = PAUSE_MS_MAX + (sizeBytes / STREAMED_BYTES_PER_SECOND_MIN) * 1_000;
    this.#callOff = after(bodyMsMax, () => this.breakOff());
    this.#outcome = request.answer
      .then(({ headers, body }): PutOutcome => {
        body.resume();
        return { kind: "written", etag: headers.etag ?? "" };
      }, failureOf)
      .then((outcome) => {
        this.#callOff();
        onOver(outcome);
        return outcome;
      });
  }

  /** False once it was broken off. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The bytes mustn't change before the outcome. */
  send(bytes: Buffer): void {
    if (this.#isOpen && bytes.byteLength > 0) this.#request.send([bytes], false);
  }

  /** Sends the last bytes, at least one: without them the store has no object. */
  end(bytes: Buffer): Promise<PutOutcome> {
    this.#callOff();
    this.#callOff = after(ANSWER_MS_MAX, () => this.#request.breakOff(timeoutError()));
    this.#request.send([bytes], true);
    return this.#outcome;
  }

  /** Nothing is written. Not to be called after the last bytes. */
  breakOff(): void {
    this.#isOpen = false;
    this.#request.breakOff(new Error("The body is sent later, or not at all."));
  }
}
