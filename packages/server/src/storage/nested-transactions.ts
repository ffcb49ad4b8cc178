import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";

interface Running {
  isOver: boolean;
}

/** Node follows calls for nothing since then; before, each promise pays for it. */
const FOLLOWS_CALLS_SINCE = 24;

/**
 * Left out where it costs: requests took 4 to 8 % more processor time on Node 20, no more on 24.
 * There `TransactionWatch` ends what waits for itself, a few seconds later.
 */
let running: AsyncLocalStorage<Running> | undefined =
  Number.parseInt(process.versions.node, 10) >= FOLLOWS_CALLS_SINCE
    ? new AsyncLocalStorage()
    : undefined;

/** From now on a transaction that is opened inside another one fails, at any price; for tests. */
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
