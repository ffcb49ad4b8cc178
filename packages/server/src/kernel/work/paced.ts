import { after } from "./timers.ts";

/**
 * Runs `run` at once when asked, but not again within `everyMs`: all that ask meanwhile share one
 * run at the end of that time. For what shows the latest of something that may change at any rate.
 * The process may end before a run that waits.
 */
export class Paced {
  readonly #everyMs: number;
  readonly #run: () => void;
  #isResting = false;
  #isAsked = false;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  ask(): void {
    if (this.#isResting) this.#isAsked = true;
    else this.#runAndRest();
  }

  #runAndRest(): void {
    this.#isAsked = false;
    this.#isResting = true;
    after(this.#everyMs, () => {
      this.#isResting = false;
      if (this.#isAsked) this.#runAndRest();
    });
    this.#run();
  }
}
