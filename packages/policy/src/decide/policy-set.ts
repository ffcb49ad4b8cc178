import type { CompiledPolicy, CompiledStatement } from "../compile/compile-policy.ts";

/**
 * Actions whose candidate lists a set keeps. Only names of real API actions reach it, a few hundred
 * here; a caller that invents names makes it start over rather than grow.
 */
const MAX_CACHED_ACTIONS = 2_048;

/** The statements of a set that speak about one action. */
export interface Candidates {
  deny: readonly CompiledStatement[];
  allow: readonly CompiledStatement[];
}

/** Policies that are united: one layer, or one level of an organization. Build anew on change. */
export class PolicySet {
  readonly policies: readonly CompiledPolicy[];
  readonly #byAction = new Map<string, Candidates>();

  constructor(policies: readonly CompiledPolicy[]) {
    this.policies = policies;
  }

  /** How many actions have a list; never more than MAX_CACHED_ACTIONS. */
  get cachedActions(): number {
    return this.#byAction.size;
  }

  /** The statements that speak about an action, found on its first use. */
  candidates(action: string): Candidates {
    return this.#byAction.get(action) ?? this.#findCandidates(action);
  }

  #findCandidates(action: string): Candidates {
    const deny: CompiledStatement[] = [];
    const allow: CompiledStatement[] = [];
    for (const policy of this.policies) {
      for (const statement of policy.statements) {
        if (statement.action.matches(action)) {
          (statement.effect === "Deny" ? deny : allow).push(statement);
        }
      }
    }
    allow.sort((one, other) => costOf(one) - costOf(other));
    if (this.#byAction.size >= MAX_CACHED_ACTIONS) {
      this.#byAction.clear();
    }
    const candidates = { deny, allow };
    this.#byAction.set(action, candidates);
    return candidates;
  }
}

/** Allows are tried cheapest first; which one allows doesn't matter to the decision. */
function costOf(statement: CompiledStatement): number {
  return statement.conditions.length * 2 + (statement.resource.everything ? 0 : 1);
}
