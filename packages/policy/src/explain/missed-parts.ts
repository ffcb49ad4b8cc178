import type { CompiledStatement } from "../compile/compile-policy.ts";
import { allowedBy, NAMED, type Named } from "../compile/principal-matcher.ts";
import { resourceMatches } from "../compile/resource-matcher.ts";
import type { DecisionRequest, RequestContextValues } from "../request.ts";
import { nameOfCaller } from "./caller-name.ts";
import { ANOTHER_OF_SERVICE, FAR, nearestAction, nearestResource } from "./nearest-pattern.ts";
import type { ComparedCondition, MissedPart } from "./obstacle.ts";

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
  const distance = missAction(statement, request, parts);
  // Another action of the service is near only if nothing else is missing. A policy of AWS's has
  // thousands of actions: what the rest lacks isn't looked for in vain.
  if (distance >= FAR || (distance >= ANOTHER_OF_SERVICE && lacksMore(statement, request, named))) {
    return { parts, distance: FAR };
  }
  const further =
    missPrincipal(statement, request, named, parts) +
    missResource(statement, request, parts) +
    missConditions(statement, request, parts);
  const isAnother = parts.length > 1 && parts[0]?.part === "action";
  return { parts, distance: (distance + further) * (isAnother ? 2 : 1) };
}

/** Whether a statement lacks something beside the action. */
function lacksMore(
  { principal: matcher, resource, conditions }: CompiledStatement,
  { principal, resource: asked, context }: DecisionRequest,
  wanted: Named,
): boolean {
  return (
    (matcher !== undefined && allowedBy(matcher, principal) < wanted) ||
    !resourceMatches(resource, asked, context) ||
    !conditions.every((condition) => condition.holds(context))
  );
}

function missAction(
  { action: matcher, written: { action: element } }: CompiledStatement,
  { action }: DecisionRequest,
  parts: MissedPart[],
): number {
  if (matcher.matches(action)) {
    return 0;
  }
  const { distance, ...nearest } = nearestAction(element, action);
  parts.push({ part: "action", ...nearest, negated: element.negated, actual: action });
  return distance;
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
