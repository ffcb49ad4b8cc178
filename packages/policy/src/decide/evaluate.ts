import { NAMED, type Named } from "../compile/principal-matcher.ts";
import { accountOf } from "../principal.ts";
import type { DecisionRequest } from "../request.ts";
import {
  boundaryOf,
  hasRootRights,
  identityOf,
  rcpLevelsOf,
  scpLevelsOf,
  sessionOf,
} from "./applicable-layers.ts";
import { type StackedCandidates, stackedCandidates } from "./level-stack.ts";
import { anyAllows, anyDenies, setAllows, setDenies, setStrength } from "./match-statements.ts";
import type { PolicyLayers } from "./policy-layers.ts";
import { ALLOW, ALLOW_ROOT, EXPLICIT_DENY, IMPLICIT_DENY, type Verdict } from "./verdict.ts";

/**
 * Evaluates one (action, resource) pair in AWS's order: IAM User Guide, "Policy evaluation logic".
 * Any explicit deny ends it; then organization policies, the resource-based policy, and what is
 * attached to the caller must allow as far as each has a say. Throws what `context` throws.
 */
export function evaluate(request: DecisionRequest, layers: PolicyLayers): Verdict {
  const { principal, action } = request;
  const rcp = stackedCandidates(rcpLevelsOf(principal, layers), action);
  const scp = stackedCandidates(scpLevelsOf(principal, layers), action);
  return (
    explicitDeny(request, layers, rcp, scp) ??
    organizationDeny(request, rcp, scp) ??
    rest(request, layers)
  );
}

function explicitDeny(
  request: DecisionRequest,
  layers: PolicyLayers,
  rcp: StackedCandidates | undefined,
  scp: StackedCandidates | undefined,
): Verdict | undefined {
  const { principal } = request;
  const boundary = boundaryOf(principal, layers);
  const bounded = boundary !== undefined;
  if (stackDenies(rcp, request, bounded)) {
    return EXPLICIT_DENY.rcp;
  }
  if (stackDenies(scp, request, bounded)) {
    return EXPLICIT_DENY.scp;
  }
  if (setDenies(layers.resource, request, bounded)) {
    return EXPLICIT_DENY[layers.resourceKind ?? "resource"];
  }
  if (setDenies(identityOf(principal, layers), request, bounded)) {
    return EXPLICIT_DENY.identity;
  }
  if (setDenies(boundary, request, bounded)) {
    return EXPLICIT_DENY.boundary;
  }
  if (setDenies(sessionOf(principal, layers), request, bounded)) {
    return EXPLICIT_DENY.session;
  }
  return setDenies(layers.endpoint, request, bounded) ? EXPLICIT_DENY.endpoint : undefined;
}

function stackDenies(
  stack: StackedCandidates | undefined,
  request: DecisionRequest,
  hasBoundary: boolean,
): boolean {
  if (stack === undefined) {
    return false;
  }
  for (const { guard, statements } of stack.deny) {
    if (guard?.holds(request.context) !== false && anyDenies(statements, request, hasBoundary)) {
      return true;
    }
  }
  return false;
}

/** Policies of one level are united, levels are intersected. */
function organizationDeny(
  request: DecisionRequest,
  rcp: StackedCandidates | undefined,
  scp: StackedCandidates | undefined,
): Verdict | undefined {
  if (!everyLevelAllows(rcp, request)) {
    return IMPLICIT_DENY.rcp;
  }
  return everyLevelAllows(scp, request) ? undefined : IMPLICIT_DENY.scp;
}

function everyLevelAllows(stack: StackedCandidates | undefined, request: DecisionRequest): boolean {
  if (stack === undefined) {
    return true;
  }
  for (const level of stack.allow) {
    if (!anyAllows(level, request)) {
      return false;
    }
  }
  return true;
}

function rest(request: DecisionRequest, layers: PolicyLayers): Verdict {
  const kind = layers.resourceKind ?? "resource";
  const named = setStrength(layers.resource, request);
  const accountId = accountOf(request.principal);
  const crossAccount =
    request.resourceAccountId !== undefined && request.resourceAccountId !== accountId;
  const resourceMustAllow = accountId === undefined || crossAccount || kind !== "resource";
  if (resourceMustAllow && named === NAMED.not) {
    return IMPLICIT_DENY[kind];
  }
  const verdict =
    accountId === undefined
      ? ALLOW[kind]
      : callerSide(request, layers, crossAccount ? NAMED.byAccount : named);
  if (verdict.effect !== "allow" || layers.endpoint === undefined) {
    return verdict;
  }
  return setAllows(layers.endpoint, request) ? verdict : IMPLICIT_DENY.endpoint;
}

/**
 * The policies that are attached to the caller. A resource-based policy of the same account that
 * names the caller directly stands in for all of it; one that names the role or user behind the
 * session stands in for identity-based policies only; one that names the account only delegates.
 */
function callerSide(request: DecisionRequest, layers: PolicyLayers, named: Named): Verdict {
  const { principal } = request;
  const root = hasRootRights(principal);
  if (named < NAMED.behindSession && !root && !setAllows(layers.identity, request)) {
    return IMPLICIT_DENY.identity;
  }
  const boundary = boundaryOf(principal, layers);
  if (named < NAMED.directly && boundary !== undefined && !setAllows(boundary, request)) {
    return IMPLICIT_DENY.boundary;
  }
  if (!sessionAllows(request, layers, named)) {
    return IMPLICIT_DENY.session;
  }
  if (named >= NAMED.behindSession) {
    return ALLOW[layers.resourceKind ?? "resource"];
  }
  return root ? ALLOW_ROOT : ALLOW.identity;
}

/**
 * The session policies, where one has a say. A GetFederationToken session has no rights but those
 * of its session policies; the task policy of an AssumeRoot session always counts.
 */
function sessionAllows(request: DecisionRequest, layers: PolicyLayers, named: Named): boolean {
  const { kind } = request.principal;
  if (named === NAMED.directly && kind !== "root") {
    return true;
  }
  const session = sessionOf(request.principal, layers);
  return session === undefined ? kind !== "federated-user" : setAllows(session, request);
}
