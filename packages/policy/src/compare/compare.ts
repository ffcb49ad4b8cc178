import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";
import { setAllows, setDenies } from "../decide/match-statements.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { ContextValue, DecisionRequest } from "../request.ts";
import { anyIdentity, type Caller, callersOf } from "./callers.ts";
import { ACTION, RESOURCE } from "./guard.ts";
import type { Multiplicity } from "./key-values.ts";
import type { ResourceFormsOf } from "./plausible.ts";
import { Search, type Values } from "./search.ts";
import { Side } from "./side.ts";
import { type Found, firstFound, NOTHING, UNKNOWN } from "./string-search.ts";
import { assignmentsOf, type Variables } from "./variables.ts";

export interface CompareOptions {
  /** Actions that exist, as AWS spells them. A witness names one of them where that is possible. */
  knownActions?: readonly string[];
  /** The resources that these are about. A witness has such a one where that is possible. */
  resourceFormsOf?: ResourceFormsOf;
  /** Whether a condition key, lower-cased, has one value or several; left out, it may be either. */
  multiplicityOf?: (key: string) => Multiplicity;
}

/** A request that one policy allows and another doesn't, and the statement that allows it. */
export interface Witness {
  request: DecisionRequest;
  statement: CompiledStatement;
}

/**
 * "none": proven. "found": the evaluator allows the witness by the one and not by the other.
 * "unknown": no witness was found, and no proof that there is none.
 */
export type NewAccess =
  | { kind: "none" }
  | ({ kind: "found" } & Witness)
  | { kind: "unknown"; statement: CompiledStatement };

export type Relation = "equal" | "less" | "more" | "incomparable";

export interface PolicyComparison {
  /** What `candidate` allows beside `existing`; what is unknown counts as more, or as less. */
  relation: Relation;
  exact: boolean;
  more: NewAccess;
  less: NewAccess;
}

type Policies = readonly CompiledPolicy[];

/** Steps of patterns in one direction: some tenths of a second. */
const STEPS_MAX = 100_000;

/** Compares what two lists of policies allow, each by itself, whatever else decides. */
export function comparePolicies(
  candidate: Policies,
  existing: Policies,
  options: CompareOptions = {},
): PolicyComparison {
  const more = findNewAccess(candidate, existing, options);
  const less = findNewAccess(existing, candidate, options);
  return {
    relation: relationOf(more.kind !== "none", less.kind !== "none"),
    exact: more.kind !== "unknown" && less.kind !== "unknown",
    more,
    less,
  };
}

function relationOf(more: boolean, less: boolean): Relation {
  if (more) {
    return less ? "incomparable" : "more";
  }
  return less ? "less" : "equal";
}

/** Looks for a request that `candidate` allows and `existing` doesn't. */
export function findNewAccess(
  candidate: Policies,
  existing: Policies,
  options: CompareOptions = {},
): NewAccess {
  let open: NewAccess = { kind: "none" };
  for (const access of findAccess(candidate, existing, options)) {
    if (access.kind === "found") {
      return access;
    }
    open = access;
  }
  return open;
}

/** Each statement of `candidate` that allows something that `existing` doesn't, or may. */
export function* findAccess(
  candidate: Policies,
  existing: Policies,
  options: CompareOptions & { readonly callers?: readonly Caller[] },
): Generator<Exclude<NewAccess, { kind: "none" }>> {
  const problem = new Problem(candidate, existing, options);
  for (const statement of candidate.flatMap(({ statements }) => statements)) {
    if (statement.effect === "Allow") {
      const found = problem.accessBy(statement);
      if (found.kind === "found") {
        yield { kind: "found", request: found.value, statement };
      } else if (found.kind === "unknown") {
        yield { kind: "unknown", statement };
      }
    }
  }
}

/** Two lists of policies, and every kind of request that they may decide differently. */
class Problem {
  readonly #candidate: Policies;
  readonly #existing: Policies;
  readonly #options: CompareOptions;
  readonly #scenes: readonly Scene[];
  readonly #budget = { left: STEPS_MAX };
  readonly #sets: { readonly candidate: PolicySet; readonly existing: PolicySet };

  constructor(
    candidate: Policies,
    existing: Policies,
    options: CompareOptions & { readonly callers?: readonly Caller[] },
  ) {
    this.#candidate = candidate;
    this.#existing = existing;
    this.#options = options;
    this.#sets = { candidate: new PolicySet(candidate), existing: new PolicySet(existing) };
    const all = [...candidate, ...existing];
    const hasPrincipals = all.some(({ statements }) =>
      statements.some(({ principal }) => principal !== undefined),
    );
    const callers = options.callers ?? (hasPrincipals ? callersOf(all) : [anyIdentity()]);
    this.#scenes = callers.map((caller) => {
      const { proof, examples } = assignmentsOf(all, caller.settled);
      return {
        proof: proof && this.#side(caller, proof, () => "possible", undefined),
        examples: examples.map((variables) =>
          this.#side(
            caller,
            variables,
            (values) => this.#confirm(caller, variables, values),
            options.resourceFormsOf,
          ),
        ),
      };
    });
  }

  /** A request that this statement of the candidate allows newly. */
  accessBy(statement: CompiledStatement): Found<DecisionRequest> {
    return firstFound(this.#scenes, ({ proof, examples }) => {
      if (proof?.find(statement).kind === "nothing") {
        return NOTHING;
      }
      const found = firstFound(examples, (example) => example.find(statement));
      return found.kind === "nothing" && proof !== undefined ? UNKNOWN : found;
    });
  }

  #side<T>(
    caller: Caller,
    variables: Variables,
    confirm: (values: Values) => T | undefined,
    resourceFormsOf: ResourceFormsOf | undefined,
  ): Side<T> {
    const { knownActions = [], multiplicityOf = () => "either" as const } = this.#options;
    const settled = new Map<string, ContextValue | undefined>([
      ...variables.values,
      ...caller.settled,
    ]);
    return new Side(
      this.#candidate,
      this.#existing,
      caller,
      variables,
      new Search(
        { knownActions, resourceFormsOf, multiplicityOf, settled, budget: this.#budget },
        confirm,
      ),
    );
  }

  /** The request of these values, if the evaluator decides as it should. */
  #confirm(caller: Caller, variables: Variables, values: Values): DecisionRequest | undefined {
    const context = new Map<string, ContextValue>();
    for (const [key, value] of [...variables.values, ...caller.settled, ...values]) {
      if (value !== undefined && key !== ACTION && key !== RESOURCE) {
        context.set(key, value);
      }
    }
    const request = {
      principal: caller.principalOf(values),
      action: String(values.get(ACTION)),
      resource: String(values.get(RESOURCE) ?? "arn:aws:example:us-east-1:111122223333:example"),
      resourceAccountId: undefined,
      context,
    };
    const { candidate, existing } = this.#sets;
    return allows(candidate, request) && !allows(existing, request) ? request : undefined;
  }
}

function allows(set: PolicySet, request: DecisionRequest): boolean {
  return !setDenies(set, request, false) && setAllows(set, request);
}

interface Scene {
  /** Over all values of variables at once; left out where there are no variables. */
  proof: Side<"possible"> | undefined;
  examples: readonly Side<DecisionRequest>[];
}
