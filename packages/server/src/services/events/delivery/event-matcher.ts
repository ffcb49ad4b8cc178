import type { Log } from "../../../kernel/ports/log.ts";
import { ThreadError, Threads } from "../../../kernel/work/threads.ts";
import { TurnQueue } from "../../../kernel/work/turns.ts";
import { throttled } from "../errors.ts";
import { LARGE_BYTES_MIN } from "../in-flight-bytes.ts";
import { KnownPatterns } from "../pattern/known-patterns.ts";
import { type LongMatches, takesLong } from "../pattern/long-matches.ts";
import type { IncomingEvent } from "../put-event.ts";
import type { ArchiveRow, RuleRow } from "../tables.ts";
import { AccountQueues } from "./account-queues.ts";
import type { Watchers } from "./bus-watchers.ts";
import type { MatchQuestion } from "./match-thread.ts";

/** The server's thread isn't held any longer for rules. */
const SLICE_MS = 10;
/** Compiled patterns kept, by their text. */
const PATTERNS_MAX = 1_000;
/** Characters of the patterns in one question: two of the dearest take some seconds. */
const QUESTION_LENGTH_MAX = 8_192;
const DEADLINE_MS = 20_000;
/** Tests of patterns that wait, of an account. Events are bounded by their bytes. */
const TESTS_MAX = 16;

/** A rule or an archive, as an event is held against it. */
type Matched = Pick<RuleRow | ArchiveRow, "name" | "event_pattern">;

/** Rules and archives that an event is for. */
export interface Matching {
  readonly rules: readonly RuleRow[];
  readonly archives: readonly ArchiveRow[];
  readonly timeMs: number;
}

/**
 * Holds events against the patterns of rules and archives: by itself with pauses, and in a thread
 * where a single pattern may take long.
 */
export class EventMatcher implements LongMatches {
  readonly #log: Log;
  readonly #known = new KnownPatterns(PATTERNS_MAX);
  readonly #threads: Threads<MatchQuestion, readonly boolean[]>;
  /** Events that are held against patterns in a thread, or wait for it. */
  readonly #inThreads = new AccountQueues();
  /** Those that are held against them here. */
  readonly #here = new AccountQueues();
  /** No account's events wait for all of another's: each has a slice of time in its turn. */
  readonly #slices = new TurnQueue();

  constructor(log: Log) {
    this.#log = log;
    const program = new URL("./match-thread", import.meta.url);
    const what = "an event and patterns that take long";
    this.#threads = new Threads({ program, what, deadlineMs: DEADLINE_MS }, log);
  }

  /**
   * Those of its bus's rules and archives that match the event, and its time; `too-long` where too
   * many events wait for it. An account's events are parsed one after another, since each takes
   * many times its size meanwhile.
   */
  async matching(
    event: IncomingEvent,
    { rules, archives }: Watchers,
  ): Promise<Matching | "too-long"> {
    if (rules.length + archives.length === 0) return { rules: [], archives: [], timeMs: 0 };
    const longest = Math.max(
      ...[...rules, ...archives].map(({ event_pattern: pattern }) => pattern?.length ?? 0),
    );
    const account = event.bus.account_id;
    if (!takesLong(event.json.length, longest))
      return this.#here.inOrder(account, () => this.#inSlices(event, rules, archives));
    const found = this.#inThreads.inOrder(account, () => this.#inThread(event, rules, archives));
    return found.catch((error: unknown) => {
      if (isGivenUp(error)) return "too-long";
      throw error;
    });
  }

  async matches(pattern: string, event: string, account: string): Promise<boolean> {
    const question = { event, patterns: [pattern] };
    if (this.#inThreads.waiting(account) >= TESTS_MAX) throw throttled();
    try {
      const [result = false] = await this.#inThreads.inOrder(account, () =>
        this.#threads.ask(question, account),
      );
      return result;
    } catch (error) {
      throw isGivenUp(error) ? throttled() : error;
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #inSlices(
    event: IncomingEvent,
    rules: readonly RuleRow[],
    archives: readonly ArchiveRow[],
  ) {
    if (event.json.length >= LARGE_BYTES_MIN) await this.#slices.next();
    const parsed = JSON.parse(event.json.toString()) as { readonly time: string };
    return {
      rules: await this.#thatMatch(rules, parsed),
      archives: await this.#thatMatch(archives, parsed),
      timeMs: Date.parse(parsed.time),
    };
  }

  async #thatMatch<Row extends Matched>(rows: readonly Row[], parsed: unknown): Promise<Row[]> {
    const matching: Row[] = [];
    let sinceMs = performance.now();
    for (const row of rows) {
      if (row.event_pattern === null || this.#test(row.event_pattern, row.name)(parsed))
        matching.push(row);
      if (performance.now() - sinceMs < SLICE_MS) continue;
      await this.#slices.next();
      sinceMs = performance.now();
    }
    return matching;
  }

  #test(text: string, rule: string) {
    return this.#known.testOf(text, ({ message: error }) =>
      this.#log.warn({ rule, error }, "a rule matches no event: put it again"),
    );
  }

  async #inThread(
    event: IncomingEvent,
    rules: readonly RuleRow[],
    archives: readonly ArchiveRow[],
  ) {
    const text = event.json.toString();
    const account = event.bus.account_id;
    const texts = [...rules, ...archives].flatMap(({ event_pattern: p }) => p ?? []);
    const matching = new Set<string>();
    for (const patterns of questionsOf(new Set(texts))) {
      const results = await this.#threads.ask({ event: text, patterns }, account);
      for (const [index, pattern] of patterns.entries()) if (results[index]) matching.add(pattern);
    }
    const isMatched = ({ event_pattern: p }: Matched) => p === null || matching.has(p);
    const { time } = JSON.parse(text) as { readonly time: string };
    return {
      rules: rules.filter(isMatched),
      archives: archives.filter(isMatched),
      timeMs: Date.parse(time),
    };
  }
}

function isGivenUp(error: unknown): boolean {
  return error instanceof ThreadError && error.reason !== "closed";
}

function* questionsOf(patterns: Iterable<string>): Generator<readonly string[]> {
  let question: string[] = [];
  let length = 0;
  for (const pattern of patterns) {
    if (length + pattern.length > QUESTION_LENGTH_MAX && question.length > 0) {
      yield question;
      question = [];
      length = 0;
    }
    question.push(pattern);
    length += pattern.length;
  }
  if (question.length > 0) yield question;
}
