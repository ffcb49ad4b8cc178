import { performance } from "node:perf_hooks";
import { after } from "../../../kernel/work/timers.ts";
import { timeoutError } from "./store-connection.ts";
import type { OpenRequest } from "./store-connections.ts";
import { type Failure, failureOf } from "./store-failure.ts";

/** Longer bodies are sent in parts. */
export const STREAMED_BYTES_MAX = 64 * 1024 * 1024;
/** A body that comes more slowly is better gathered than sent while it comes. */
const BYTES_PER_SECOND_MIN = 2 * 1024 * 1024;
/** The time that a body may take beside that. */
const PAUSE_MS_MAX = 2_000;
/** The end of a body, which isn't sent before all of it was compared with the client's digests. */
const HELD_BACK_BYTES = 1024;
/** From the end of a body to the head of its answer; and for the store to take some bytes of it. */
const ANSWER_MS_MAX = 15_000;

export type PutOutcome = Failure | { readonly kind: "written"; readonly etag: string };

/** One attempt to write an object while its bytes come. */
export class StreamedPut {
  readonly #request: OpenRequest;
  readonly #outcome: Promise<PutOutcome>;
  #callOff: () => void;
  #isOpen = true;

  /**
   * `onOver` is called when the store has answered, or the attempt failed or was broken off, as it
   * is where the body takes longer than `bodyMsMax`.
   */
  constructor(
    request: OpenRequest,
    bodyMsMax: number | undefined,
    onOver: (outcome: PutOutcome) => void,
  ) {
    this.#request = request;
    this.#callOff = bodyMsMax === undefined ? () => {} : after(bodyMsMax, () => this.breakOff());
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

  /**
   * Sends bytes, which may change once this has resolved, and waits for a store that is slow. The
   * outcome where that is known already.
   */
  async pass(bytes: Buffer): Promise<PutOutcome | undefined> {
    if (bytes.byteLength === 0) return undefined;
    const request = this.#request;
    const callOff = after(ANSWER_MS_MAX, () => request.breakOff(timeoutError()));
    const sent = new Promise<undefined>((resolve) => {
      request.send([bytes], false, () => resolve(undefined));
    });
    return Promise.race([this.#outcome, sent]).finally(callOff);
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

/** The time that a body of this size may take. */
export function bodyMsMax(sizeBytes: number): number {
  return PAUSE_MS_MAX + (sizeBytes / BYTES_PER_SECOND_MIN) * 1_000;
}

/** Whether a body has come too slowly, of which there are so many bytes. */
export function isTooSlow(bytes: number, startedMs: number): boolean {
  const seconds = (performance.now() - startedMs) / 1_000;
  return bytes < seconds * BYTES_PER_SECOND_MIN;
}

/** How many of a body's last bytes aren't sent before its end. */
export function heldBack({ byteLength }: Buffer): number {
  return Math.min(HELD_BACK_BYTES, byteLength);
}

/** The entity tag of a body. */
export function tagOf(md5: Buffer): string {
  return `"${md5.toString("hex")}"`;
}
