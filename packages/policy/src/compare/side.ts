import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";
import { allowedBy, deniedBy, NAMED } from "../compile/principal-matcher.ts";
import type { Caller } from "./callers.ts";
import type { Guard } from "./guard.ts";
import { guardsOf } from "./guards-of.ts";
import type { Clause, Search } from "./search.ts";
import { type Found, firstFound, NOTHING } from "./string-search.ts";
import type { Variables } from "./variables.ts";

type Policies = readonly CompiledPolicy[];

/** The statements of both sides as one caller meets them, with variables settled. */
export class Side<T> {
  readonly #caller: Caller;
  readonly #variables: Variables;
  readonly #search: Search<T>;
  readonly #guards = new Map<CompiledStatement, readonly Guard[] | undefined>();
  readonly #mustFail: readonly Clause[];
  readonly #allowsOfExisting: readonly Clause[];
  readonly #deniesOfExisting: readonly Clause[];
  /** Allows of the existing side, to pass over those that stand unchanged on both. */
  readonly #signatures: ReadonlySet<string>;

  constructor(
    candidate: Policies,
    existing: Policies,
    caller: Caller,
    variables: Variables,
    search: Search<T>,
  ) {
    this.#caller = caller;
    this.#variables = variables;
    this.#search = search;
    this.#mustFail = this.#applying(candidate, "Deny");
    this.#allowsOfExisting = this.#applying(existing, "Allow");
    this.#deniesOfExisting = this.#applying(existing, "Deny");
    this.#signatures = new Set(this.#allowsOfExisting.map(signatureOf));
  }

  /** The existing side doesn't allow because no Allow applies, or because a Deny does. */
  find(statement: CompiledStatement): Found<T> {
    const guards = this.#guardsOf(statement);
    if (guards === undefined) {
      return NOTHING;
    }
    const own = [...guards, ...this.#caller.guards];
    const unallowed = this.#signatures.has(signatureOf(guards))
      ? NOTHING
      : this.#search.find(own, [...this.#mustFail, ...this.#allowsOfExisting]);
    if (unallowed.kind === "found") {
      return unallowed;
    }
    const denied = firstFound(this.#deniesOfExisting, (deny) =>
      this.#search.find([...own, ...deny], this.#mustFail),
    );
    return denied.kind === "nothing" ? unallowed : denied;
  }

  #applying(policies: Policies, effect: "Allow" | "Deny"): readonly Clause[] {
    return policies
      .flatMap(({ statements }) => statements)
      .filter((statement) => statement.effect === effect)
      .map((statement) => this.#guardsOf(statement))
      .filter((guards) => guards !== undefined);
  }

  /** Undefined: the statement never applies to this caller. */
  #guardsOf(statement: CompiledStatement): readonly Guard[] | undefined {
    if (!this.#guards.has(statement)) {
      const reached = reaches(statement, this.#caller);
      this.#guards.set(statement, reached ? guardsOf(statement, this.#variables) : undefined);
    }
    return this.#guards.get(statement);
  }
}

/** Statements with the same guards allow the same. */
function signatureOf(guards: readonly Guard[]): string {
  return guards
    .map(({ id }) => id)
    .sort()
    .join("\n");
}

function reaches({ principal, effect }: CompiledStatement, { example }: Caller): boolean {
  if (principal === undefined) {
    return true;
  }
  return effect === "Allow"
    ? allowedBy(principal, example) !== NAMED.not
    : deniedBy(principal, example, false);
}
