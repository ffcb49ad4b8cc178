import type { CompiledStatement } from "../compile/compile-policy.ts";
import type { ConditionTest } from "../compile/condition-test.ts";

/** Denials that have a condition in common. */
export interface GuardedDenials {
  /** None of the statements applies where it doesn't hold. Undefined: they share nothing. */
  readonly guard: ConditionTest | undefined;
  readonly statements: readonly CompiledStatement[];
}

/** A condition of a statement, with a text that equal conditions of other statements have too. */
interface Candidate {
  readonly identity: string;
  readonly test: ConditionTest;
}

/**
 * Groups denials by a condition that many of them have. An organization's guard rails tend to
 * exempt the same roles or Regions, so that one look rules out most of what is denied.
 */
export function guardDenials(statements: readonly CompiledStatement[]): readonly GuardedDenials[] {
  const conditions = new Map(statements.map((one) => [one, candidatesOf(one)]));
  const counts = new Map<string, number>();
  for (const candidates of conditions.values())
    for (const { identity } of candidates) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  const groups = new Map<
    string,
    { guard: ConditionTest | undefined; statements: CompiledStatement[] }
  >();
  for (const [statement, candidates] of conditions) {
    const best = bestOf(candidates, counts);
    const key = best?.identity ?? "";
    const group = groups.get(key) ?? { guard: best?.test, statements: [] };
    group.statements.push(statement);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function candidatesOf(statement: CompiledStatement): readonly Candidate[] {
  return statement.conditions.map((test, index) => ({
    identity: JSON.stringify([statement.policy.version, statement.written.conditions[index]]),
    test,
  }));
}

/** The one that most statements share, and of those the cheapest to look at. */
function bestOf(
  candidates: readonly Candidate[],
  counts: ReadonlyMap<string, number>,
): Candidate | undefined {
  const rank = ({ identity, test }: Candidate) =>
    2 * (counts.get(identity) ?? 0) + (isCheap(test) ? 1 : 0);
  return candidates.toSorted((one, other) => rank(other) - rank(one))[0];
}

function isCheap({ operator }: ConditionTest): boolean {
  return ["stringEquals", "bool", "null"].includes(operator.family) && operator.set === undefined;
}
