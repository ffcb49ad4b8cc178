import { AwsError } from "../../../kernel/aws-error.ts";
import { compilePattern, type EventTest } from "./compile-pattern.ts";

/** Compiled patterns, by their texts. */
export class KnownPatterns {
  readonly #tests = new Map<string, EventTest>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * The test of a pattern that is stored. One that only an earlier build accepted matches no event,
   * and keeps none from other patterns; `refused` hears of it once.
   */
  testOf(text: string, refused?: (error: AwsError) => void): EventTest {
    const known = this.#tests.get(text);
    if (known) return known;
    if (this.#tests.size >= this.#max) this.#tests.clear();
    const test = compiled(text, refused);
    this.#tests.set(text, test);
    return test;
  }
}

function compiled(text: string, refused: ((error: AwsError) => void) | undefined): EventTest {
  try {
    return compilePattern(text);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    refused?.(error);
    return () => false;
  }
}
