import { answerInThread } from "../../../kernel/work/thread-program.ts";
import { KnownPatterns } from "../pattern/known-patterns.ts";

/*
 * A thread that holds events against patterns: `EventMatcher` asks it. A file of its own when
 * built.
 */

export interface MatchQuestion {
  /** The event's JSON. */
  readonly event: string;
  readonly patterns: readonly string[];
}

/** Fewer than the server keeps: a thread has little memory. */
const PATTERNS_MAX = 100;

const known = new KnownPatterns(PATTERNS_MAX);
/** The event of the last question: the next one is often about the same. */
let last: { readonly text: string; readonly parsed: unknown } | undefined;

answerInThread<MatchQuestion, readonly boolean[]>(({ event, patterns }) => {
  if (last?.text !== event) last = { text: event, parsed: JSON.parse(event) };
  const { parsed } = last;
  return patterns.map((pattern) => known.testOf(pattern)(parsed));
});
