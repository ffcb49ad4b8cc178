import type { CompiledStatement } from "../compile/compile-policy.ts";
import { NAMED } from "../compile/principal-matcher.ts";
import { boundaryOf } from "../decide/applicable-layers.ts";
import { evaluate } from "../decide/evaluate.ts";
import { allowStrength, denyApplies } from "../decide/match-statements.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import type { PolicySet } from "../decide/policy-set.ts";
import { FAILED, type Verdict } from "../decide/verdict.ts";
import { accountOf } from "../principal.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import { allowReason, explicitDenyReason, implicitDenyReason } from "./denial-reason.ts";
import { describeStatement } from "./describe-statement.ts";
import type { Explanation, LayerOutcome, MatchedStatement } from "./explanation.ts";
import { setsInOrder } from "./layers-in-order.ts";

type Layer = PolicySource["kind"];

/**
 * Decides again, by the same evaluation, and says why. Slower than `decide` by two orders of
 * magnitude: for denials, simulations and audit.
 */
export function explain(
  request: DecisionRequest,
  layers: PolicyLayers,
  onError?: (error: unknown) => void,
): Explanation {
  try {
    return explainVerdict(evaluate(request, layers), request, layers);
  } catch (error) {
    onError?.(error);
    const reason = "because the policies could not be evaluated";
    return { ...FAILED, reason, matched: [], layers: [] };
  }
}

interface MatchOfSet {
  layer: Layer;
  matches: readonly CompiledStatement[];
}

function explainVerdict(
  verdict: Verdict,
  request: DecisionRequest,
  layers: PolicyLayers,
): Explanation {
  const sets = setsInOrder(request, layers).map(({ layer, set }): MatchOfSet => {
    return { layer, matches: matchesOf(set, request, layers) };
  });
  const decisive = decisiveStatement(verdict, sets, request);
  return {
    effect: verdict.effect,
    layer: verdict.layer,
    ...(decisive && { statement: describeStatement(decisive) }),
    reason: reasonOf(verdict, decisive, request),
    matched: sets.flatMap(({ layer, matches }) =>
      matches.map((statement): MatchedStatement => {
        return { ...describeStatement(statement), layer, effect: statement.effect };
      }),
    ),
    layers: sets.map(outcomeOf),
  };
}

function matchesOf(
  set: PolicySet,
  request: DecisionRequest,
  layers: PolicyLayers,
): readonly CompiledStatement[] {
  const bounded = boundaryOf(request.principal, layers) !== undefined;
  const { deny, allow } = set.candidates(request.action);
  return [
    ...deny.filter((statement) => denyApplies(statement, request, bounded)),
    ...allow.filter((statement) => allowStrength(statement, request) !== NAMED.not),
  ];
}

/** The first statement that denies, or the one that allows most directly. */
function decisiveStatement(
  { effect, layer }: Verdict,
  sets: readonly MatchOfSet[],
  request: DecisionRequest,
): CompiledStatement | undefined {
  if (effect === "implicitDeny") {
    return undefined;
  }
  const wanted = effect === "allow" ? "Allow" : "Deny";
  const decisive = sets
    .filter((set) => set.layer === layer)
    .flatMap((set) => set.matches)
    .filter((statement) => statement.effect === wanted);
  return effect === "allow"
    ? decisive.sort((one, other) => allowStrength(other, request) - allowStrength(one, request))[0]
    : decisive[0];
}

function outcomeOf({ layer, matches }: MatchOfSet): LayerOutcome {
  if (matches.some((statement) => statement.effect === "Deny")) {
    return { layer, effect: "explicitDeny" };
  }
  return { layer, effect: matches.length > 0 ? "allow" : "implicitDeny" };
}

function reasonOf(
  { effect, layer }: Verdict,
  decisive: CompiledStatement | undefined,
  request: DecisionRequest,
): string {
  if (layer === undefined) {
    return "because the root user may do everything in its own account";
  }
  switch (effect) {
    case "allow":
      return allowReason(layer, request.action);
    case "explicitDeny":
      return explicitDenyReason(layer, sameAccount(request) ? decisive?.policy.source : undefined);
    case "implicitDeny":
      return implicitDenyReason(layer, request.action);
    default:
      return effect satisfies never;
  }
}

/** Only within one account does AWS show whose policy denied. */
function sameAccount({ principal, resourceAccountId }: DecisionRequest): boolean {
  return resourceAccountId === undefined || resourceAccountId === accountOf(principal);
}
