import type { CompiledStatement } from "../compile/compile-policy.ts";
import { allowedBy, NAMED, type Named } from "../compile/principal-matcher.ts";
import { resourceMatches } from "../compile/resource-matcher.ts";
import type { DecisionRequest, RequestContextValues } from "../request.ts";
import { nameOfCaller } from "./caller-name.ts";
import { FAR, misspelling, nearestResource } from "./nearest-pattern.ts";
import type { ComparedCondition, MissedPart } from "./obstacle.ts";

const MISSPELLED = 1;
const UNNAMED = 3;
const UNNAMED_BY_DELEGATION = 2;
const OTHER_VALUE = 2;
const NO_VALUE = 1;

/** All that keeps an Allow from applying to a request, and how much that is. */
export interface Missed {
  parts: readonly MissedPart[];
  /** FAR or more: the statement is about something else. */
  distance: number;
}

/**
 * Compares an Allow with a request. `named` is how directly the statement must name the caller for
 * its Allow to count.
 */
export function missedParts(
  statement: CompiledStatement,
  request: DecisionRequest,
  named: Named,
): Missed {
  const parts: MissedPart[] = [];
  // A policy of AWS's has thousands of actions: what else it lacks isn't looked for in vain.
  if (!statement.action.matches(request.action)) {
    const written = misspelling(statement.written.action, request.action);
    if (written === undefined) {
      return { parts, distance: FAR };
    }
    parts.push({ part: "action", written, actual: request.action });
  }
  const distance =
    parts.length * MISSPELLED +
    missPrincipal(statement, request, named, parts) +
    missResource(statement, request, parts) +
    missConditions(statement, request, parts);
  return { parts, distance };
}

function missPrincipal(
  { principal: matcher, written: { principal: element } }: CompiledStatement,
  { principal }: DecisionRequest,
  wanted: Named,
  parts: MissedPart[],
): number {
  if (matcher === undefined || element === undefined) {
    return 0;
  }
  const named = allowedBy(matcher, principal);
  if (named >= wanted) {
    return 0;
  }
  const delegates = named !== NAMED.not;
  const written = element.entries.map(({ type, value }) => `${type}:${value}`);
  const { negated } = element;
  parts.push({ part: "principal", written, negated, actual: nameOfCaller(principal), delegates });
  return delegates ? UNNAMED_BY_DELEGATION : UNNAMED;
}

function missResource(
  { resource: matcher, written: { resource: element }, policy }: CompiledStatement,
  { resource, context }: DecisionRequest,
  parts: MissedPart[],
): number {
  if (element === undefined || resourceMatches(matcher, resource, context)) {
    return 0;
  }
  const variables = policy.version === "2012-10-17";
  const { distance, ...nearest } = nearestResource(element, variables, resource, context);
  parts.push({ part: "resource", ...nearest, negated: element.negated, actual: resource });
  return distance;
}

function missConditions(
  statement: CompiledStatement,
  { context }: DecisionRequest,
  parts: MissedPart[],
): number {
  let distance = 0;
  for (const [index, condition] of statement.conditions.entries()) {
    if (condition.holds(context)) {
      continue;
    }
    const compared = compareCondition(statement, index, context);
    parts.push({ part: "condition", ...compared });
    distance += compared.actual === undefined ? NO_VALUE : OTHER_VALUE;
  }
  return distance;
}

/** A statement's conditions beside the request's values. */
export function comparedConditions(
  statement: CompiledStatement,
  context: RequestContextValues,
): readonly ComparedCondition[] {
  return statement.conditions.map((_, index) => compareCondition(statement, index, context));
}

function compareCondition(
  { written: { conditions } }: CompiledStatement,
  index: number,
  context: RequestContextValues,
): ComparedCondition {
  const { operator = "", key = "", values = [] } = conditions[index] ?? {};
  const value = context.get(key.toLowerCase());
  const single = value === undefined || typeof value === "string";
  const actual = value === undefined ? undefined : [value].flat();
  return { operator, key, written: values, actual, single };
}
