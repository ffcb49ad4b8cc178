import { inBackground } from "../../../kernel/work/in-background.ts";
import { SilentPeerError } from "./peer-calls.ts";

/** While a node says nothing it is asked again this often, if calls come. */
const ASK_EVERY_MS = 1_000;

/**
 * Knows whether another node answers. After one call without an answer, calls are refused at once
 * while a question in the background finds out whether it answers again: viewers, and what they
 * hold here, don't wait for a node that is cut off.
 */
export class PeerReach {
  readonly #ask: () => Promise<unknown>;
  #silence: SilentPeerError | undefined;
  #isAsking = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** `ask` is a small question to the node; it rejects with SilentPeerError if it isn't reached. */
  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
  }

  /** Rejects with SilentPeerError, or as `call` does. */
  async call<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.#silence) {
      if (performance.now() - this.#askedAtMs >= ASK_EVERY_MS) inBackground(this.#askAgain());
      throw this.#silence;
    }
    try {
      return await call();
    } catch (error) {
      if (error instanceof SilentPeerError) {
        this.#silence = error;
        inBackground(this.#askAgain());
      }
      throw error;
    }
  }

  async #askAgain(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#ask();
      this.#silence = undefined;
    } catch (error) {
      // A refusal is an answer, too.
      if (!(error instanceof SilentPeerError)) this.#silence = undefined;
    }
    this.#askedAtMs = performance.now();
    this.#isAsking = false;
  }
}
