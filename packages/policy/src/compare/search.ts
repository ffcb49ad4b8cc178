import { type CoordinateValue, findPair, findValue, type RequestSpace } from "./coordinates.ts";
import { ACTION, type Coordinate, type Guard, type Literal, RESOURCE } from "./guard.ts";
import { type Found, NOTHING, UNKNOWN } from "./string-search.ts";

/** Branches that one search may take. A longer search is given up. */
const BRANCHES_MAX = 2_000;

/** So many times a search looks for an action and a resource that go together. */
const PAIRS_MAX = 5;

export type Values = ReadonlyMap<Coordinate, CoordinateValue>;
/** The guards of a statement that must not apply: at least one of them must not hold. */
export type Clause = readonly Guard[];

type Known = ReadonlyMap<Coordinate, readonly Literal[]>;

/**
 * A search for a request for which some guards hold and, of each clause, at least one doesn't. It
 * is the procedure of Davis, Putnam, Logemann and Loveland over guards: each coordinate by itself
 * says whether its guards are possible together.
 */
export class Search<T> {
  readonly #space: RequestSpace;
  /** Makes what is looked for of the values; undefined if they don't go together. */
  readonly #confirm: (values: Values) => T | undefined;
  readonly #possible = new Map<string, Found<CoordinateValue>>();
  readonly #numbers = new Map<string, number>();
  #branches = 0;
  #pairsLeft = PAIRS_MAX;
  #isOpen = false;

  constructor(space: RequestSpace, confirm: (values: Values) => T | undefined) {
    this.#space = space;
    this.#confirm = confirm;
  }

  find(guards: readonly Guard[], clauses: readonly Clause[]): Found<T> {
    let known: Known = new Map();
    for (const guard of guards) {
      known = withLiteral(known, { guard, holds: true });
    }
    for (const [coordinate, literals] of known) {
      if (beginsTwice(literals)) {
        return NOTHING;
      }
      if (!isPossible(literals) && this.#findValue(coordinate, literals).kind === "nothing") {
        return NOTHING;
      }
    }
    this.#branches = 0;
    this.#isOpen = false;
    const value = this.#descend(known, clauses);
    if (value !== undefined) {
      return { kind: "found", value };
    }
    return this.#isOpen ? UNKNOWN : NOTHING;
  }

  #descend(known: Known, clauses: readonly Clause[]): T | undefined {
    this.#branches += 1;
    this.#space.budget.left -= 1;
    if (this.#branches > BRANCHES_MAX || this.#space.budget.left < 0) {
      this.#isOpen = true;
      return undefined;
    }
    const open: Clause[] = [];
    for (const clause of clauses) {
      const left = this.#choicesLeft(known, clause);
      if (left === "met") {
        continue;
      }
      if (left.length === 0) {
        return undefined;
      }
      open.push(left);
    }
    open.sort((one, other) => one.length - other.length);
    const [next, ...others] = open;
    if (next === undefined) {
      return this.#conclude(known);
    }
    let before = known;
    for (const guard of next) {
      const found = this.#descend(withLiteral(before, { guard, holds: false }), others);
      if (found !== undefined) {
        return found;
      }
      // The other choices needn't look again at requests for which this guard doesn't hold.
      before = withLiteral(before, { guard, holds: true });
      if (this.#isImpossible(before, guard.coordinate)) {
        return undefined;
      }
    }
    return undefined;
  }

  /** The guards that may still fail; "met": one of them fails in any case. */
  #choicesLeft(known: Known, clause: Clause): Clause | "met" {
    const left: Guard[] = [];
    for (const guard of clause) {
      const literals = known.get(guard.coordinate) ?? [];
      const same = literals.find((literal) => literal.guard.id === guard.id);
      if (same === undefined) {
        if (literals.some((literal) => literal.holds && beginDifferently(literal.guard, guard))) {
          return "met";
        }
        left.push(guard);
      } else if (!same.holds) {
        return "met";
      }
    }
    const possible: Guard[] = [];
    for (const guard of left) {
      const literals = known.get(guard.coordinate) ?? [];
      const can = (holds: boolean) =>
        this.#findValue(guard.coordinate, [...literals, { guard, holds }]).kind !== "nothing";
      if (!can(true)) {
        return "met";
      }
      if (can(false)) {
        possible.push(guard);
      }
    }
    return possible;
  }

  #isImpossible(known: Known, coordinate: Coordinate): boolean {
    return this.#findValue(coordinate, known.get(coordinate) ?? []).kind === "nothing";
  }

  #findValue(coordinate: Coordinate, literals: readonly Literal[]): Found<CoordinateValue> {
    const key = literals
      .map(({ guard, holds }) => this.#numberOf(guard) * 2 + (holds ? 1 : 0))
      .sort((one, other) => one - other)
      .join();
    const found = this.#possible.get(key) ?? findValue(coordinate, literals, this.#space);
    this.#possible.set(key, found);
    return found;
  }

  /** Guards that mean the same have one number. */
  #numberOf({ id }: Guard): number {
    const number = this.#numbers.get(id) ?? this.#numbers.size;
    this.#numbers.set(id, number);
    return number;
  }

  #conclude(known: Known): T | undefined {
    const values = new Map<Coordinate, CoordinateValue>();
    for (const [coordinate, literals] of known) {
      const found = this.#findValue(coordinate, literals);
      if (found.kind === "nothing") {
        return undefined;
      }
      if (found.kind === "found") {
        values.set(coordinate, found.value);
      }
    }
    const request = this.#confirmPlausible(known, values) ?? this.#confirm(values);
    if (request === undefined) {
      this.#isOpen = true;
    }
    return request;
  }

  /** The same with an action and a resource that go together, if there are any. */
  #confirmPlausible(known: Known, values: Values): T | undefined {
    if (this.#pairsLeft === 0) {
      return undefined;
    }
    this.#pairsLeft -= 1;
    const pair = findPair(known.get(ACTION) ?? [], known.get(RESOURCE) ?? [], this.#space);
    return (
      pair && this.#confirm(new Map([...values, [ACTION, pair.action], [RESOURCE, pair.resource]]))
    );
  }
}

function withLiteral(known: Known, literal: Literal): Known {
  const { coordinate } = literal.guard;
  return new Map(known).set(coordinate, [...(known.get(coordinate) ?? []), literal]);
}

/** Whether two guards can't hold together, seen by the beginnings of what they name. */
function beginDifferently(one: Guard, other: Guard): boolean {
  return (
    namesTexts(one) &&
    namesTexts(other) &&
    !one.patterns.prefixes.some((mine) =>
      other.patterns.prefixes.some((theirs) => mine.startsWith(theirs) || theirs.startsWith(mine)),
    )
  );
}

function namesTexts(guard: Guard): boolean {
  return guard.kind === "text" && !guard.negated;
}

/** Whether two of the literals can't hold together, seen by their beginnings. */
function beginsTwice(literals: readonly Literal[]): boolean {
  return literals.some(({ guard }, index) =>
    literals.slice(index + 1).some((other) => beginDifferently(guard, other.guard)),
  );
}

/** Whether it is seen without a search that the literals are possible together. */
function isPossible([only, ...others]: readonly Literal[]): boolean {
  return (
    only !== undefined &&
    others.length === 0 &&
    namesTexts(only.guard) &&
    only.guard.patterns.prefixes.length > 0
  );
}
