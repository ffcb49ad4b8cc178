import { isTrue } from "../compile/value-test.ts";
import type { ContextValue } from "../request.ts";
import type { KeyGuard } from "./guard.ts";
import type { PatternList } from "./pattern-list.ts";
import { ANY_ARN } from "./patterns-of.ts";
import {
  type Budget,
  type Found,
  findString,
  firstFound,
  meets,
  NOTHING,
  type StringConstraint,
  UNKNOWN,
} from "./string-search.ts";
import { isPointFamily, pointsOf } from "./value-points.ts";

export interface KeyLiteral {
  guard: KeyGuard;
  holds: boolean;
}

/** Whether a key has one value, several, or either. */
export type Multiplicity = "one" | "many" | "either";

/**
 * A value of one condition key (undefined: the key is absent) for which the guards hold or don't,
 * as asked. It tries absence, one value, and a list with elements, as the operators tell these
 * apart; a list without elements is absent.
 */
export function findKeyValue(
  literals: readonly KeyLiteral[],
  multiplicity: Multiplicity,
  budget: Budget,
): Found<ContextValue | undefined> {
  const settled = literals.filter(({ guard }) => !guard.unsettled);
  if (settled.every(({ guard, holds }) => holdsAbsent(guard) === holds)) {
    return { kind: "found", value: undefined };
  }
  const one = multiplicity === "many" ? NOTHING : findSingle(settled, budget);
  if (one.kind === "found" || multiplicity === "one") {
    return one;
  }
  const many = findList(settled, budget);
  return many.kind === "nothing" ? one : many;
}

function holdsAbsent({ operator, values }: KeyGuard): boolean {
  if (operator.family === "null") {
    return values.some(isTrue);
  }
  switch (operator.set) {
    case undefined:
      return operator.ifExists || operator.negated;
    case "all":
      return true;
    case "any":
      return operator.ifExists;
    default:
      return operator.set satisfies never;
  }
}

function findSingle(literals: readonly KeyLiteral[], budget: Budget): Found<string> {
  const present = literals.filter(({ guard }) => guard.operator.family === "null");
  if (present.some(({ guard, holds }) => holdsPresent(guard) !== holds)) {
    return NOTHING;
  }
  return findElement(
    literals.filter(({ guard }) => guard.operator.family !== "null"),
    budget,
  );
}

function holdsPresent({ values }: KeyGuard): boolean {
  return values.some((value) => !isTrue(value));
}

/**
 * All elements of a list must meet what is asked of all, and one each what is asked of some. So as
 * many elements as there are demands of the second kind are enough.
 */
function findList(literals: readonly KeyLiteral[], budget: Budget): Found<readonly string[]> {
  const ofAll: KeyLiteral[] = [];
  const ofSome: KeyLiteral[] = [];
  for (const literal of literals) {
    const { operator } = literal.guard;
    if (operator.family === "null") {
      if (holdsPresent(literal.guard) !== literal.holds) {
        return NOTHING;
      }
    } else if (operator.set === undefined) {
      // A list never matches such an operator, negated or not.
      if (literal.holds) {
        return NOTHING;
      }
    } else {
      ((operator.set === "all") === literal.holds ? ofAll : ofSome).push(literal);
    }
  }
  const elements: string[] = [];
  for (const some of ofSome.length === 0 ? [[]] : ofSome.map((literal) => [literal])) {
    const found = findElement([...ofAll, ...some], budget);
    if (found.kind !== "found") {
      return found;
    }
    elements.push(found.value);
  }
  return { kind: "found", value: elements };
}

/** One value for which the operators, without their sets, hold or don't. */
function findElement(literals: readonly KeyLiteral[], budget: Budget): Found<string> {
  const texts = literals.filter(({ guard }) => !isPointFamily(guard.operator.family));
  const points = literals.filter(({ guard }) => isPointFamily(guard.operator.family));
  const alternatives = combine(texts.map(constraintsOf));
  const candidates = pointCandidates(points);
  if (points.length === 0) {
    return firstFound(alternatives, (constraints) => findString(constraints, budget));
  }
  const fits = (text: string) =>
    points.every(({ guard, holds }) => guard.holdsFor(text) === holds) &&
    alternatives.some((constraints) => meets(constraints, text));
  const value = candidates.find(fits);
  if (value !== undefined) {
    return { kind: "found", value };
  }
  // Texts that are numbers, dates or addresses beside patterns of text: not all are looked at.
  const mixed =
    texts.length > 0 || new Set(points.map(({ guard }) => guard.operator.family)).size > 1;
  return mixed ? UNKNOWN : NOTHING;
}

function pointCandidates(points: readonly KeyLiteral[]): readonly string[] {
  const families = new Set(points.map(({ guard }) => guard.operator.family).filter(isPointFamily));
  return [...families].flatMap((family) =>
    pointsOf(
      family,
      points.flatMap(({ guard }) => (guard.operator.family === family ? guard.values : [])),
    ),
  );
}

type Alternatives = readonly (readonly StringConstraint[])[];

/** The constraints on a text for which the guard holds or doesn't: one list of them must be met. */
function constraintsOf({ guard, holds }: KeyLiteral): Alternatives {
  const { operator, patterns, brokenHolds } = guard;
  if (operator.family !== "arnLike") {
    return [[constraint(patterns, holds !== operator.negated)]];
  }
  const isArn = { patterns: [ANY_ARN], matches: true };
  const alternatives = [
    ...(holds ? [] : [[{ patterns: [ANY_ARN], matches: false }]]),
    ...(operator.negated === holds ? [] : [[isArn, constraint(patterns, true)]]),
    ...((brokenHolds ?? operator.negated) === holds ? [[isArn, constraint(patterns, false)]] : []),
  ];
  return alternatives;
}

export function constraint({ most, least }: PatternList, matches: boolean): StringConstraint {
  return { patterns: matches ? most : least, matches };
}

function combine(all: readonly Alternatives[]): Alternatives {
  return all.reduce<Alternatives>(
    (before, next) => before.flatMap((one) => next.map((other) => [...one, ...other])),
    [[]],
  );
}
