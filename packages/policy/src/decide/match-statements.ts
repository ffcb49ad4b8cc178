import { type CompiledStatement, statementApplies } from "../compile/compile-policy.ts";
import { allowedBy, deniedBy, NAMED, type Named } from "../compile/principal-matcher.ts";
import type { DecisionRequest } from "../request.ts";
import type { PolicySet } from "./policy-set.ts";

/** Whether a Deny of the request's action applies to the request. */
export function denyApplies(
  statement: CompiledStatement,
  request: DecisionRequest,
  hasBoundary: boolean,
): boolean {
  return (
    (statement.principal === undefined ||
      deniedBy(statement.principal, request.principal, hasBoundary)) &&
    statementApplies(statement, request.resource, request.context)
  );
}

/** How directly an Allow of the request's action allows the request; NAMED.not: it doesn't. */
export function allowStrength(statement: CompiledStatement, request: DecisionRequest): Named {
  const named =
    statement.principal === undefined
      ? NAMED.directly
      : allowedBy(statement.principal, request.principal);
  return named !== NAMED.not && statementApplies(statement, request.resource, request.context)
    ? named
    : NAMED.not;
}

/** Whether any Deny of the set applies to the request. */
export function setDenies(
  set: PolicySet | undefined,
  request: DecisionRequest,
  hasBoundary: boolean,
): boolean {
  return set !== undefined && anyDenies(set.candidates(request.action).deny, request, hasBoundary);
}

/** Whether one of these Denies of the request's action applies to the request. */
export function anyDenies(
  statements: readonly CompiledStatement[],
  request: DecisionRequest,
  hasBoundary: boolean,
): boolean {
  for (const statement of statements) {
    if (denyApplies(statement, request, hasBoundary)) {
      return true;
    }
  }
  return false;
}

/** The most direct way in which the set allows the request. */
export function setStrength(set: PolicySet | undefined, request: DecisionRequest): Named {
  let best: Named = NAMED.not;
  if (set === undefined) {
    return best;
  }
  for (const statement of set.candidates(request.action).allow) {
    const strength = allowStrength(statement, request);
    if (strength === NAMED.directly) {
      return strength;
    }
    if (strength > best) {
      best = strength;
    }
  }
  return best;
}

/** Whether the set allows the request. */
export function setAllows(set: PolicySet | undefined, request: DecisionRequest): boolean {
  if (set === undefined) {
    return false;
  }
  return anyAllows(set.candidates(request.action).allow, request);
}

/** Whether one of these Allows of the request's action allows the request. */
export function anyAllows(
  statements: readonly CompiledStatement[],
  request: DecisionRequest,
): boolean {
  for (const statement of statements) {
    if (allowStrength(statement, request) !== NAMED.not) {
      return true;
    }
  }
  return false;
}
