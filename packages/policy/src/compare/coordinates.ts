import { tokenizePattern } from "../compile/pattern-tokens.ts";
import type { ContextValue } from "../request.ts";
import { ACTION, type Coordinate, type Literal, RESOURCE } from "./guard.ts";
import { constraint, findKeyValue, type KeyLiteral, type Multiplicity } from "./key-values.ts";
import { type AutomatonPattern, literalPosition } from "./pattern-automaton.ts";
import { ANY_ACTION, ANY_ARN, AS_IT_IS, arnAutomaton } from "./patterns-of.ts";
import { findPlausible, type Plausible, type ResourceFormsOf } from "./plausible.ts";
import {
  type Budget,
  type Found,
  findString,
  firstFound,
  meets,
  NOTHING,
  type StringConstraint,
} from "./string-search.ts";

/** The facts about requests that a search keeps to. */
export interface RequestSpace {
  /** Actions that exist, as AWS spells them; one of these is found where that is possible. */
  knownActions: readonly string[];
  /** The resources that these are about; left out, any ARN is as good as another. */
  resourceFormsOf?: ResourceFormsOf | undefined;
  multiplicityOf: (key: string) => Multiplicity;
  budget: Budget;
  /** Keys whose value is settled by the caller or by policy variables; undefined: absent. */
  settled: ReadonlyMap<string, ContextValue | undefined>;
}

/** A part of a request: its action, its resource, or the value of a condition key. */
export type CoordinateValue = ContextValue | undefined;

/** The forms of resources, best first: a usual ARN, any ARN, and that of actions without one. */
const RESOURCES: readonly AutomatonPattern[] = [
  usualArn("arn:aws:?*:*:*:?*"),
  ANY_ARN,
  [literalPosition("*")],
];

function usualArn(text: string): AutomatonPattern {
  const pattern = arnAutomaton(
    tokenizePattern(text, { variables: false, wildcards: true }),
    AS_IT_IS,
  );
  return pattern === "never" ? [] : pattern;
}

/** An action with a resource that it is about, for which the guards of both hold or don't. */
export function findPair(
  actions: readonly Literal[],
  resources: readonly Literal[],
  { knownActions, resourceFormsOf }: RequestSpace,
): Plausible | undefined {
  return (
    resourceFormsOf &&
    findPlausible(
      textConstraints(actions),
      textConstraints(resources),
      knownActions,
      resourceFormsOf,
    )
  );
}

/** A value of the coordinate for which its guards hold or don't, as asked. */
export function findValue(
  coordinate: Coordinate,
  literals: readonly Literal[],
  space: RequestSpace,
): Found<CoordinateValue> {
  switch (coordinate) {
    case ACTION:
      return findAction(textConstraints(literals), space);
    case RESOURCE: {
      const constraints = textConstraints(literals);
      return firstFound(RESOURCES, (pattern) =>
        findString([...constraints, { patterns: [pattern], matches: true }], space.budget),
      );
    }
    default: {
      const ofKey = literals.filter(
        (literal): literal is KeyLiteral => literal.guard.kind === "key",
      );
      return space.settled.has(coordinate)
        ? settledValue(ofKey, space.settled.get(coordinate))
        : findKeyValue(ofKey, space.multiplicityOf(coordinate), space.budget);
    }
  }
}

function textConstraints(literals: readonly Literal[]): readonly StringConstraint[] {
  return literals.flatMap(({ guard, holds }) =>
    guard.kind === "text" && !(guard.mayFail && !holds)
      ? [constraint(guard.patterns, holds !== guard.negated)]
      : [],
  );
}

/** Constraints are on lower-cased actions, since case doesn't count. */
function findAction(
  constraints: readonly StringConstraint[],
  { knownActions, budget }: RequestSpace,
): Found<string> {
  const any = findString([...constraints, { patterns: [ANY_ACTION], matches: true }], budget);
  if (any.kind !== "found") {
    return any;
  }
  const known = knownActions.find((action) => meets(constraints, action.toLowerCase()));
  return { kind: "found", value: known ?? any.value };
}

/** The settled value, if the guards hold or don't for it. A list is taken as it is. */
function settledValue(
  literals: readonly KeyLiteral[],
  value: ContextValue | undefined,
): Found<ContextValue | undefined> {
  return literals.every(({ guard, holds }) => guard.unsettled || guard.holdsFor(value) === holds)
    ? { kind: "found", value }
    : NOTHING;
}
