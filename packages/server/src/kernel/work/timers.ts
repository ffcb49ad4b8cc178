/** Calls a timer off. Calling off one that has fired, or was called off before, changes nothing. */
export type CallOff = () => void;

/** Node begins at once what is further away than this. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Runs `run` once, after `ms`. The process may end before that. */
export function after(ms: number, run: () => void): CallOff {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const isFar = leftMs > TIMER_MS_MAX;
    const next = isFar ? () => wait(leftMs - TIMER_MS_MAX) : run;
    timer = setTimeout(next, Math.min(leftMs, TIMER_MS_MAX)).unref();
  };
  wait(ms);
  return () => clearTimeout(timer);
}

/**
 * Runs `run` every `ms`, whether or not it has anything to wait for: for short, synchronous looks.
 * Work that takes time is a `Periodic`. The process may end between two runs.
 */
export function every(ms: number, run: () => void): CallOff {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
}

export interface PauseOptions {
  /** Ends the pause early when it aborts. */
  readonly signal?: AbortSignal;
  /** The process may end during the pause. */
  readonly background?: boolean;
}

/** Resolves after `ms`, or as soon as the signal aborts. Never rejects. */
export function pause(
  ms: number,
  { signal, background = false }: PauseOptions = {},
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (background) timer.unref();
    signal?.addEventListener("abort", end, { once: true });
  });
}
