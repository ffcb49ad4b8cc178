import type { CompiledStatement } from "../compile/compile-policy.ts";
import { type GuardedDenials, guardDenials } from "./guarded-denials.ts";
import type { PolicySet } from "./policy-set.ts";

/** As for a set: a caller that invents names makes a stack start over rather than grow. */
const MAX_CACHED_ACTIONS = 2_048;

/** The statements of an organization's levels that speak about one action. */
export interface StackedCandidates {
  /** The denials of all levels: any that applies ends the decision. */
  readonly deny: readonly GuardedDenials[];
  /** One list a level, of which one statement must allow; levels that allow anyway are left out. */
  readonly allow: readonly (readonly CompiledStatement[])[];
}

/**
 * The levels of an organization as one: what they say about an action is looked up once, however
 * many they are, and a level with FullAWSAccess costs nothing.
 */
class LevelStack {
  readonly #levels: readonly PolicySet[];
  readonly #byAction = new Map<string, StackedCandidates>();

  constructor(levels: readonly PolicySet[]) {
    this.#levels = levels;
  }

  candidates(action: string): StackedCandidates {
    return this.#byAction.get(action) ?? this.#findCandidates(action);
  }

  #findCandidates(action: string): StackedCandidates {
    const found = this.#levels.map((level) => level.candidates(action));
    const candidates = {
      deny: guardDenials(found.flatMap(({ deny }) => deny)),
      allow: found.map(({ allow }) => allow).filter((allow) => !allow.some(allowsAnything)),
    };
    if (this.#byAction.size >= MAX_CACHED_ACTIONS) {
      this.#byAction.clear();
    }
    this.#byAction.set(action, candidates);
    return candidates;
  }
}

/** Whether a statement about an action allows it to everybody, on everything, at any time. */
export function allowsAnything({ principal, resource, conditions }: CompiledStatement): boolean {
  return (
    (principal === undefined || (principal.everyone && !principal.negated)) &&
    resource.everything &&
    conditions.length === 0
  );
}

const stacks = new WeakMap<readonly PolicySet[], LevelStack>();

/**
 * The statements of levels about an action; undefined if there are none. Their list never changes:
 * it is looked up by itself.
 */
export function stackedCandidates(
  levels: readonly PolicySet[],
  action: string,
): StackedCandidates | undefined {
  if (levels.length === 0) {
    return undefined;
  }
  let stack = stacks.get(levels);
  if (stack === undefined) {
    stack = new LevelStack(levels);
    stacks.set(levels, stack);
  }
  return stack.candidates(action);
}
