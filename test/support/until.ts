import { inspect } from "node:util";

/**
 * Below the tests' own time limit, so that what is missing is said and not only that time is up.
 */
const WITHIN_MS = 45_000;

export interface Waiting {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks until there is an answer and returns it. `undefined`, `false` and a rejection are none.
 * After the deadline it throws an error that names what was waited for and the last outcome, also
 * when a question is never answered.
 */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  what: string,
  { withinMs = WITHIN_MS, everyMs = 50 }: Waiting = {},
): Promise<Exclude<Answer, undefined | false>> {
  let last = "no answer at all";
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs);
  }).then(() => {
    isOver = true;
  });
  const outcome = async () => {
    try {
      const answer = await ask();
      last = inspect(answer);
      return answer;
    } catch (error) {
      last = String(error);
      return undefined;
    }
  };
  try {
    while (!isOver) {
      const answer = await Promise.race([outcome(), deadline]);
      if (answer !== undefined && answer !== false)
        return answer as Exclude<Answer, undefined | false>;
      const pause = new Promise<void>((resolve) => setTimeout(resolve, everyMs));
      await Promise.race([pause, deadline]);
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`Waited ${withinMs / 1_000} s in vain for ${what}; last seen: ${last}`);
}
