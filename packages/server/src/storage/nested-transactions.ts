import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";

interface Running {
  isOver: boolean;
}

/** Undefined unless tests ask for the check: following calls costs every promise on Node 20. */
let running: AsyncLocalStorage<Running> | undefined;

/** From now on a transaction that is opened inside another one fails; for tests. */
export function refuseNestedTransactions(): void {
  running ??= new AsyncLocalStorage();
}

/**
 * Guards a transaction's `run` as it is opened. One inside another would wait for it for ever, as
 * the other waits for it: an operation that is called within a transaction joins it.
 */
export function outermost<Args extends readonly unknown[], R>(
  run: (...args: Args) => Promise<R>,
): (...args: Args) => Promise<R> {
  const calls = running;
  if (!calls) return run;
  const isInside = calls.getStore()?.isOver === false;
  assert(!isInside, "a transaction is opened inside another one, which it would wait for");
  return async (...args) => {
    const one: Running = { isOver: false };
    try {
      return await calls.run(one, () => run(...args));
    } finally {
      one.isOver = true;
    }
  };
}
