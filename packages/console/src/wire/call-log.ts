import { ownValue } from "../shared/own-value.ts";

/** A call that a page made, as "Copy as AWS CLI" shows it. */
export interface RecordedCall {
  readonly id: number;
  /** The AWS CLI's name of the service: `s3api`. */
  readonly service: string;
  readonly region: string;
  /** `ListChannels`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The error's code when the call failed. */
  readonly errorCode: string | undefined;
}

/** Calls are remembered until the page is left, at most this many. */
const CALLS_MAX = 50;

/** The calls of the page that is open, the latest first. */
export class CallLog {
  readonly #listeners = new Set<() => void>();
  #calls: readonly RecordedCall[] = [];
  #lastId = 0;

  readonly calls = (): readonly RecordedCall[] => this.#calls;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A poll repeats itself: only its latest call stays. */
  add(call: Omit<RecordedCall, "id">): void {
    const key = keyOf(call);
    const others = this.#calls.filter((known) => keyOf(known) !== key);
    this.#calls = [{ ...call, id: ++this.#lastId }, ...others].slice(0, CALLS_MAX);
    this.#notify();
  }

  /** Without notice: the page that shows the calls is leaving too. */
  clear(): void {
    this.#calls = [];
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ service, region, operation, input }: Omit<RecordedCall, "id">): string {
  // A poll asks about another time each time.
  function replacer(this: Readonly<Record<string, unknown>>, name: string, value: unknown) {
    return ownValue(this, name) instanceof Date ? "(time)" : value;
  }
  return `${service} ${region} ${operation} ${JSON.stringify(input, replacer)}`;
}
