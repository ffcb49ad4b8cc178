import assert from "node:assert/strict";

/** A computed name, which stays as it is when code is made compact. */
const WORK = "work of a transaction";
/** Operations that are called by operations lie some 30 calls deep. */
const CALLS_MAX = 100;

const named = {
  /** Runs `work` so that all that it calls and waits for is known as a transaction's work. */
  async [WORK]<R>(work: () => Promise<R>): Promise<R> {
    return await work();
  },
};

export const runAsTransaction = named[WORK];

/**
 * Throws when a transaction's work is what waits for the caller: another transaction would wait
 * for that one for ever, as that one waits for it. An operation that is called within a transaction
 * joins it. Asks the engine for the calls that wait for this one, which it knows by their promises:
 * 4 to 8 µs, and nothing for those who don't ask, as AsyncLocalStorage costs every promise before
 * Node 24. What it doesn't see, `TransactionWatch` ends a few seconds later.
 */
export function assertOutermost(): void {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let isInside = false;
  Error.stackTraceLimit = CALLS_MAX;
  Error.prepareStackTrace = (_error, calls) => {
    isInside = calls.some((call) => call.getFunctionName() === WORK);
    return "";
  };
  try {
    // Read, for the engine prepares it then.
    void new Error().stack;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  assert(!isInside, "a transaction is opened inside another one, which it would wait for");
}
