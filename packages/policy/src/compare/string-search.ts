import {
  type AutomatonPattern,
  accepts,
  acceptsForEver,
  afterChar,
  literalStart,
  type ReachedPositions,
  startOf,
} from "./pattern-automaton.ts";

/** A text matches one of the patterns, or none of them. */
export interface StringConstraint {
  patterns: readonly AutomatonPattern[];
  matches: boolean;
}

/** A text, the proof that there is none, or that looking for it took too long. */
export type Found<T> =
  | { kind: "found"; value: T }
  | { kind: "nothing" }
  /** The search was given up: there may be one. */
  | { kind: "unknown" };

export const NOTHING = { kind: "nothing" } as const;
export const UNKNOWN = { kind: "unknown" } as const;

/** The first search that finds something. Nothing is sure only if all say so. */
export function firstFound<T, Of>(all: Iterable<Of>, find: (one: Of) => Found<T>): Found<T> {
  let answer: Found<T> = NOTHING;
  for (const one of all) {
    const found = find(one);
    if (found.kind === "found") {
      return found;
    }
    if (found.kind === "unknown") {
      answer = found;
    }
  }
  return answer;
}

/** Sets of positions that one search may reach. A longer search is given up. */
const NODES_MAX = 20_000;

/** The steps of patterns that a whole comparison may still take; then searches are given up. */
export interface Budget {
  left: number;
}
/** Characters for what no pattern names, best first. */
const FREE_CHARS = "xyzabcdefghijklmnopqrstuvw0123456789-_.";
const PRIVATE_USE = 0xe000;

interface Node {
  reached: readonly (readonly ReachedPositions[])[];
  before: Node | undefined;
  char: string;
}

/**
 * A shortest text that meets all constraints. It walks through the product of the patterns'
 * automata, breadth first, and makes only the sets of positions that texts reach. Characters that
 * no pattern names are alike, so one of them stands for all.
 */
export function findString(
  constraints: readonly StringConstraint[],
  budget: Budget,
): Found<string> {
  if (prefixesDiffer(constraints)) {
    return NOTHING;
  }
  const cost = constraints.reduce((sum, { patterns }) => sum + patterns.length, 0);
  const free = freeChar(constraints);
  const first = afterCommonStart(constraints);
  const seen = new Set([keyOf(first)]);
  const queue = [first];
  for (let index = 0; index < queue.length; index += 1) {
    const node = queue[index];
    if (node === undefined || isHopeless(constraints, node)) {
      continue;
    }
    if (isMet(constraints, node)) {
      return { kind: "found", value: textOf(node) };
    }
    for (const char of nextChars(constraints, node, free)) {
      const reached = constraints.map(({ patterns }, unit) =>
        patterns.map((pattern, at) => afterChar(pattern, node.reached[unit]?.[at] ?? [], char)),
      );
      const next = { reached, before: node, char };
      const key = keyOf(next);
      if (!seen.has(key)) {
        seen.add(key);
        queue.push(next);
      }
    }
    budget.left -= cost;
    if (seen.size > NODES_MAX || budget.left < 0) {
      return UNKNOWN;
    }
  }
  return NOTHING;
}

/** The texts' beginning that a constraint with one pattern demands: nothing else is worth a try. */
function afterCommonStart(constraints: readonly StringConstraint[]): Node {
  let start = "";
  for (const { patterns, matches } of constraints) {
    const [only, ...others] = patterns;
    if (matches && only && others.length === 0) {
      const own = literalStart(only);
      start = own.length > start.length ? own : start;
    }
  }
  let reached = constraints.map(({ patterns }) => patterns.map(startOf));
  for (const char of start) {
    reached = reached.map((unit, index) =>
      unit.map((positions, at) => {
        const pattern = constraints[index]?.patterns[at];
        return pattern ? afterChar(pattern, positions, char) : positions;
      }),
    );
  }
  return { reached, before: undefined, char: start };
}

/** Whether a text meets all constraints. */
export function meets(constraints: readonly StringConstraint[], text: string): boolean {
  return constraints.every(
    ({ patterns, matches }) =>
      matches ===
      patterns.some((pattern) => {
        let reached = startOf(pattern);
        for (let at = 0; at < text.length; at += 1) {
          reached = afterChar(pattern, reached, text.charAt(at));
        }
        return accepts(pattern, reached);
      }),
  );
}

function isMet(constraints: readonly StringConstraint[], { reached }: Node): boolean {
  return constraints.every(
    ({ patterns, matches }, unit) =>
      matches === patterns.some((pattern, at) => accepts(pattern, reached[unit]?.[at] ?? [])),
  );
}

/** Whether no longer text meets the constraints either. */
function isHopeless(constraints: readonly StringConstraint[], { reached }: Node): boolean {
  return constraints.some(({ patterns, matches }, unit) =>
    matches
      ? patterns.every((_, at) => reached[unit]?.[at]?.length === 0)
      : patterns.some((pattern, at) => acceptsForEver(pattern, reached[unit]?.[at] ?? [])),
  );
}

/**
 * The characters that are worth a try. Where a constraint that must match reads only certain ones,
 * these are all; else those that any pattern names, and one for all others.
 */
function nextChars(
  constraints: readonly StringConstraint[],
  { reached }: Node,
  free: string,
): Iterable<string> {
  const all = new Set([free]);
  for (const [unit, { patterns, matches }] of constraints.entries()) {
    const chars = new Set<string>();
    let readsOthers = false;
    for (const [index, pattern] of patterns.entries()) {
      for (const at of reached[unit]?.[index] ?? []) {
        const position = pattern[at];
        readsOthers ||= position?.negated === true;
        for (const char of position?.chars ?? "") {
          chars.add(char);
        }
      }
    }
    if (matches && !readsOthers) {
      return chars;
    }
    for (const char of chars) {
      all.add(char);
    }
  }
  return all;
}

function keyOf({ reached }: Node): string {
  return reached.map((unit) => unit.map((positions) => positions.join(",")).join(";")).join("|");
}

function textOf(node: Node): string {
  const chars: string[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.before) {
    chars.push(at.char);
  }
  return chars.reverse().join("");
}

function freeChar(constraints: readonly StringConstraint[]): string {
  const named = new Set<string>();
  for (const { patterns } of constraints) {
    for (const pattern of patterns) {
      for (const { chars } of pattern) {
        for (const char of chars) {
          named.add(char);
        }
      }
    }
  }
  for (const char of FREE_CHARS) {
    if (!named.has(char)) {
      return char;
    }
  }
  for (let code = PRIVATE_USE; ; code += 1) {
    const char = String.fromCharCode(code);
    if (!named.has(char)) {
      return char;
    }
  }
}

/** Whether two constraints begin so differently that no text can meet both. */
function prefixesDiffer(constraints: readonly StringConstraint[]): boolean {
  const wanted = constraints.filter(({ matches }) => matches);
  return wanted.some((one, index) =>
    wanted
      .slice(index + 1)
      .some((other) =>
        one.patterns.every((pattern) =>
          other.patterns.every((another) => differAtStart(pattern, another)),
        ),
      ),
  );
}

function differAtStart(one: AutomatonPattern, other: AutomatonPattern): boolean {
  for (let at = 0; ; at += 1) {
    const [mine, theirs] = [one[at], other[at]];
    if (mine === undefined || theirs === undefined) {
      return mine !== theirs && !(mine ?? theirs)?.repeated;
    }
    if (mine.negated || theirs.negated || mine.repeated || theirs.repeated) {
      return false;
    }
    if (![...mine.chars].some((char) => theirs.chars.includes(char))) {
      return true;
    }
  }
}
