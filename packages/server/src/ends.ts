import { pause } from "./kernel/work/timers.ts";

/**
 * Steps have so long together. Compositions (3 s) and recordings (8 s) whose bucket fails wait
 * within it. Whoever stops a server waits for 10 s (Docker) to 90 s (systemd) before ending it by
 * force, and what is done then is found by the next start as after a crash.
 */
const END_MS_MAX = 12_000;
/** All that come after a step that hung have so long together. */
const REST_MS_MAX = 1_500;

/** Parts of a server didn't end in time. The process may end all the same. */
export class HungEndError extends Error {
  override readonly name = "HungEndError";
  readonly parts: readonly string[];

  constructor(parts: readonly string[]) {
    super(`not everything ended in time: ${parts.join(", ")}. The next start goes on from here.`);
    this.parts = parts;
  }
}

interface Step {
  readonly part: string;
  readonly run: () => Promise<void> | void;
}

/** The steps that end what a server has begun; the last is taken first. */
export class Ends {
  readonly #limits: { readonly allMs: number; readonly restMs: number };
  readonly #steps: Step[] = [];

  constructor(limits = { allMs: END_MS_MAX, restMs: REST_MS_MAX }) {
    this.#limits = limits;
  }

  /** `part` names it where it hangs. */
  push(part: string, run: Step["run"]): void {
    this.#steps.push({ part, run });
  }

  /**
   * Takes all steps, whatever becomes of one. Rejects with the first error; with HungEndError where
   * some took too long, which are left as they are.
   */
  async run(): Promise<void> {
    const { allMs, restMs } = this.#limits;
    let endMs = performance.now() + allMs;
    const hung: string[] = [];
    const errors: unknown[] = [];
    for (const { part, run } of this.#steps.splice(0).reverse()) {
      try {
        if (await inTime(run, endMs - performance.now())) continue;
        if (hung.length === 0) endMs = performance.now() + restMs;
        hung.push(part);
      } catch (error) {
        errors.push(error);
      }
    }
    if (hung.length > 0) throw new HungEndError(hung);
    if (errors.length > 0) throw errors[0];
  }
}

/** False: it goes on. Nobody hears of its error then. */
async function inTime(run: Step["run"], ms: number): Promise<boolean> {
  const over = new AbortController();
  const ended = Promise.resolve(run()).then(() => true);
  const late = pause(Math.max(0, ms), { signal: over.signal }).then(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    over.abort();
    ended.catch(() => {});
  }
}
