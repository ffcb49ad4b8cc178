import type { CompiledStatement } from "../compile/compile-policy.ts";
import { NAMED, type Named } from "../compile/principal-matcher.ts";
import {
  boundaryOf,
  hasRootRights,
  identityOf,
  rcpLevelsOf,
  scpLevelsOf,
  sessionOf,
} from "../decide/applicable-layers.ts";
import { denyApplies, setAllows, setStrength } from "../decide/match-statements.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import type { PolicySet } from "../decide/policy-set.ts";
import { accountOf } from "../principal.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import { allowsAbout } from "./allows-about.ts";
import { nameOfCaller } from "./caller-name.ts";
import { describeStatement } from "./describe-statement.ts";
import { setsInOrder } from "./layers-in-order.ts";
import { comparedConditions, missedParts } from "./missed-parts.ts";
import type {
  DenyObstacle,
  MissingAllow,
  NearMiss,
  Obstacle,
  UnlistedElement,
} from "./obstacle.ts";
import { proposedStatement } from "./proposal.ts";

type Layer = PolicySource["kind"];

/** Beyond this distance a statement is about something else. */
const NEAR_MAX = 9;
/** A statement that lacks more is written for other requests. */
const MISSED_MAX = 2;
const NEAR_MISSES_MAX = 3;

/**
 * Everything that keeps a request from being allowed, in the order of evaluation: statements that
 * deny it, and layers in which nothing allows it with the statements that nearly do. Empty for a
 * request that is allowed, and for one whose evaluation fails; `onError` hears of that.
 */
export function obstaclesOf(
  request: DecisionRequest,
  layers: PolicyLayers,
  onError?: (error: unknown) => void,
): readonly Obstacle[] {
  try {
    const denying = denies(request, layers);
    return [...denying, ...missingAllows(request, layers, denying.length > 0)];
  } catch (error) {
    onError?.(error);
    return [];
  }
}

function denies(request: DecisionRequest, layers: PolicyLayers): readonly DenyObstacle[] {
  const bounded = boundaryOf(request.principal, layers) !== undefined;
  return setsInOrder(request, layers).flatMap(({ layer, set }) =>
    set
      .candidates(request.action)
      .deny.filter((statement) => denyApplies(statement, request, bounded))
      .map((statement): DenyObstacle => {
        const held = comparedConditions(statement, request.context);
        const unlisted = unlistedIn(statement, request);
        return { kind: "deny", layer, statement: describeStatement(statement), held, unlisted };
      }),
  );
}

function unlistedIn(
  { written }: CompiledStatement,
  { action, resource, principal }: DecisionRequest,
): readonly UnlistedElement[] {
  const elements: readonly (UnlistedElement & { negated: boolean | undefined })[] = [
    { element: "NotAction", actual: action, negated: written.action.negated },
    { element: "NotResource", actual: resource, negated: written.resource?.negated },
    {
      element: "NotPrincipal",
      actual: nameOfCaller(principal),
      negated: written.principal?.negated,
    },
  ];
  return elements
    .filter(({ negated }) => negated === true)
    .map(({ element, actual }) => ({ element, actual }));
}

/** One alternative: a set of policies, and how directly its Allows must name the caller. */
interface Alternative {
  layer: Layer;
  set: PolicySet | undefined;
  named: Named;
}

function missingAllows(
  request: DecisionRequest,
  layers: PolicyLayers,
  isDenied: boolean,
): readonly MissingAllow[] {
  const { principal } = request;
  const kind = layers.resourceKind ?? "resource";
  const accountId = accountOf(principal);
  const crossAccount =
    request.resourceAccountId !== undefined && request.resourceAccountId !== accountId;
  const found = setStrength(layers.resource, request);
  const ofResource = (named: Named): Alternative => ({ layer: kind, set: layers.resource, named });
  const missing: MissingAllow[] = [];
  const mustAllow = (layer: Layer, set: PolicySet | undefined, ...others: Alternative[]): void => {
    if (!setAllows(set, request)) {
      const alternatives = [{ layer, set, named: NAMED.byAccount }, ...others];
      const nearMisses = isDenied ? [] : nearest(alternatives, request);
      const policies = (set?.policies ?? []).map(({ source }) => source);
      const isFar = !isDenied && nearMisses.length === 0;
      const proposal = isFar ? proposedStatement(layer, request, policies) : undefined;
      missing.push({
        ...{ kind: "noAllow", layer, nearMisses, policies },
        ...(proposal && { proposal }),
      });
    }
  };
  for (const level of rcpLevelsOf(principal, layers)) {
    mustAllow("rcp", level);
  }
  for (const level of scpLevelsOf(principal, layers)) {
    mustAllow("scp", level);
  }
  if (accountId === undefined || crossAccount || kind !== "resource") {
    mustAllow(kind, layers.resource);
  }
  if (accountId !== undefined) {
    // In another account a resource-based policy never stands in for the caller's own.
    const named = crossAccount ? NAMED.byAccount : found;
    const others = (wanted: Named) => (crossAccount ? [] : [ofResource(wanted)]);
    if (named < NAMED.behindSession && !hasRootRights(principal)) {
      mustAllow("identity", identityOf(principal, layers), ...others(NAMED.behindSession));
    }
    const boundary = boundaryOf(principal, layers);
    if (named < NAMED.directly && boundary !== undefined) {
      mustAllow("boundary", boundary, ...others(NAMED.directly));
    }
    const session = sessionOf(principal, layers);
    const isRoot = principal.kind === "root";
    const isLimited = session !== undefined || principal.kind === "federated-user";
    if (isLimited && (named < NAMED.directly || isRoot)) {
      mustAllow("session", session, ...(isRoot ? [] : others(NAMED.directly)));
    }
  }
  if (layers.endpoint !== undefined) {
    mustAllow("endpoint", layers.endpoint);
  }
  return missing;
}

function nearest(
  alternatives: readonly Alternative[],
  request: DecisionRequest,
): readonly NearMiss[] {
  const near = alternatives
    .flatMap(({ layer, set, named }) =>
      allowsAbout(set, request.action).map((statement) => ({
        layer,
        statement,
        ...missedParts(statement, request, named),
      })),
    )
    .filter(({ parts: { length }, distance }) => {
      return length > 0 && length <= MISSED_MAX && distance <= NEAR_MAX;
    })
    .sort((one, other) => one.distance - other.distance);
  return near.slice(0, NEAR_MISSES_MAX).map(({ layer, statement, parts }): NearMiss => {
    return { layer, statement: describeStatement(statement), missed: parts };
  });
}
