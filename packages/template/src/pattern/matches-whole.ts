import { PatternError, type PatternNode, parsePattern } from "./pattern-syntax.ts";

/** Bounds the size of a pattern whose counted repeats are written out. */
const MAX_STEPS_IN_PROGRAM = 20_000;
/** Bounds the work for one request; a usual pattern takes some hundred steps of it. */
const MAX_WORK = 200_000;

/** The steps that patterns may still take, together. */
export class PatternBudget {
  #left = MAX_WORK;

  /** @throws PatternError if nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new PatternError("too much work");
  }
}

/**
 * Whether a regular expression matches a whole text. It goes through the text once with all
 * possible states, so that no pattern takes time without end, as backtracking does.
 *
 * @throws PatternError if the pattern isn't one, or takes too much work.
 */
export function matchesWhole(
  pattern: string,
  text: string,
  budget: PatternBudget = new PatternBudget(),
): boolean {
  const program = new Program();
  program.add(parsePattern(pattern));
  program.push({ kind: "done" });
  budget.spend(program.steps.length);
  return new Run(program.steps, text, budget).matches(0, 0, true);
}

type Step =
  | { readonly kind: "character"; readonly has: (character: string) => boolean }
  | { readonly kind: "fork"; to: readonly number[] }
  | { readonly kind: "look"; end: number; readonly negated: boolean }
  | Extract<PatternNode, { kind: "place" }>
  | { readonly kind: "done" };

/** A pattern as steps, each followed by the next one unless it says otherwise. */
class Program {
  readonly steps: Step[] = [];

  push<T extends Step>(step: T): T {
    if (this.steps.push(step) > MAX_STEPS_IN_PROGRAM) throw new PatternError("too large");
    return step;
  }

  add(node: PatternNode): void {
    switch (node.kind) {
      case "character":
      case "place":
        this.push(node);
        return;
      case "sequence":
        for (const part of node.of) this.add(part);
        return;
      case "choice":
        this.#addChoice(node.of);
        return;
      case "repeat":
        this.#addRepeat(node.of, node.min, node.max);
        return;
      case "look": {
        const look = this.push({ kind: "look", end: 0, negated: node.negated });
        this.add(node.of);
        this.push({ kind: "done" });
        look.end = this.steps.length;
      }
    }
  }

  #addChoice(parts: readonly PatternNode[]): void {
    const [only, ...others] = parts;
    if (only !== undefined && others.length === 0) {
      this.add(only);
      return;
    }
    const fork = this.push({ kind: "fork", to: [] as readonly number[] });
    const ends = parts.map((part) => {
      const start = this.steps.length;
      this.add(part);
      return { start, end: this.push({ kind: "fork", to: [] as readonly number[] }) };
    });
    fork.to = ends.map(({ start }) => start);
    for (const { end } of ends) end.to = [this.steps.length];
  }

  #addRepeat(part: PatternNode, min: number, max: number): void {
    for (let count = 0; count < min; count++) this.#addOnce(part);
    if (max === Number.POSITIVE_INFINITY) {
      const fork = this.push({ kind: "fork", to: [] as readonly number[] });
      const at = this.steps.length;
      this.add(part);
      this.push({ kind: "fork", to: [at - 1] });
      fork.to = [at, this.steps.length];
      return;
    }
    const forks = Array.from({ length: Math.min(max - min, MAX_STEPS_IN_PROGRAM) }, () => {
      const fork = this.push({ kind: "fork", to: [] as readonly number[] });
      const at = this.steps.length;
      this.#addOnce(part);
      return { fork, at };
    });
    for (const { fork, at } of forks) fork.to = [at, this.steps.length];
  }

  /** A part that makes no step would be repeated without end. */
  #addOnce(part: PatternNode): void {
    const before = this.steps.length;
    this.add(part);
    if (this.steps.length === before) this.push({ kind: "fork", to: [before + 1] });
  }
}

/** The way of a program through a text. */
class Run {
  readonly #steps: readonly Step[];
  readonly #text: string;
  readonly #looked = new Map<number, boolean>();
  readonly #budget: PatternBudget;

  constructor(steps: readonly Step[], text: string, budget: PatternBudget) {
    this.#budget = budget;
    this.#steps = steps;
    this.#text = text;
  }

  /** Whether the program from a step on matches the text from a place on, to its end or not. */
  matches(from: number, start: number, isWhole: boolean): boolean {
    let states = this.#reach([from], start);
    for (let at = start; ; at++) {
      const isDone = states.some((state) => this.#steps[state]?.kind === "done");
      if (isDone && (!isWhole || at === this.#text.length)) return true;
      const character = this.#text[at];
      if (character === undefined || states.length === 0) return false;
      const next: number[] = [];
      for (const state of states) {
        const step = this.#steps[state];
        if (step?.kind === "character" && step.has(character)) next.push(state + 1);
      }
      states = this.#reach(next, at + 1);
    }
  }

  /** The steps that wait for a character, or are the end, after those that take none. */
  #reach(from: readonly number[], at: number): readonly number[] {
    const seen = new Set<number>();
    const waiting: number[] = [];
    const open = [...from];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seen.has(state)) continue;
      seen.add(state);
      this.#budget.spend(1);
      const step = this.#steps[state];
      switch (step?.kind) {
        case "character":
        case "done":
          waiting.push(state);
          break;
        case "fork":
          open.push(...step.to);
          break;
        case "look":
          if (this.#looks(state, at) !== step.negated) open.push(step.end);
          break;
        case "place":
          if (this.#isAt(step.place, at)) open.push(state + 1);
          break;
        case undefined:
      }
    }
    return waiting;
  }

  #looks(state: number, at: number): boolean {
    const key = state * (this.#text.length + 1) + at;
    const known = this.#looked.get(key);
    if (known !== undefined) return known;
    const result = this.matches(state + 1, at, false);
    this.#looked.set(key, result);
    return result;
  }

  #isAt(place: "start" | "end" | "boundary" | "inside", at: number): boolean {
    switch (place) {
      case "start":
        return at === 0;
      case "end":
        return at === this.#text.length;
      default: {
        const isBoundary = isWord(this.#text[at - 1]) !== isWord(this.#text[at]);
        return isBoundary === (place === "boundary");
      }
    }
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}
