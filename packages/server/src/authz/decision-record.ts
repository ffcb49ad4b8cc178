import type {
  DecisionRequest,
  Effect,
  Explanation,
  PolicyLayers,
  PolicySet,
  PolicySource,
  Principal,
} from "@rolecast/policy";
import type { Authorization } from "../kernel/authorization.ts";
import type {
  DecidingPolicy,
  DecisionLayer,
  DecisionRecord,
  MatchedPolicy,
} from "../kernel/ports/decisions.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import type { ConditionContext } from "./condition-context.ts";
import { decisionObstacles } from "./decision-obstacles.ts";
import { isOwners, POLICY_TYPES, uriOf } from "./policy-names.ts";

/** AWS's names of the effects. */
export const EFFECTS = {
  allow: "ALLOW",
  explicitDeny: "EXPLICIT_DENY",
  implicitDeny: "IMPLICIT_DENY",
} as const satisfies Record<Effect, string>;

export interface Decided {
  readonly authorizationId: string;
  /** See DecisionRecord. */
  readonly accountId: string;
  readonly isOutsider: boolean;
  readonly request: DecisionRequest & { readonly context: ConditionContext };
  readonly authorization: Authorization;
  readonly layers: PolicyLayers;
  readonly explanation: Explanation;
  readonly principalArn: string;
  readonly context: RequestContext;
  /** The group through which the caller has a policy. */
  readonly groupArns: ReadonlyMap<PolicySource, string> | undefined;
  readonly onError: (error: unknown) => void;
}

/** Converts a decision to the form of GetRequestAuthorizationDetails. */
export function decisionRecord(decided: Decided): DecisionRecord {
  const { accountId, request, authorization, explanation, context, layers } = decided;
  const { resourceAccountId = accountId } = authorization;
  const ownResource = resourceAccountId === accountId;
  const policies = policiesOf(layers).map(({ policy: { source, text }, level }) => ({
    ...decidingPolicy(source, text, decided),
    ...{ source, level },
    // No account may read another's policies.
    isOthers: !ownResource && isOwners(source.kind),
  }));
  const known = new Set(policies.filter(({ isOthers }) => !isOthers).map(({ uri }) => uri));
  const entries = request.context.entries();
  return {
    authorizationId: decided.authorizationId,
    atMs: context.nowMs,
    accountId,
    ...(decided.isOutsider && { isOutsider: true }),
    region: context.region,
    service: context.service,
    operation: context.operation,
    requestId: context.requestId,
    ...(context.isConsole && { client: "console" }),
    principalArn: decided.principalArn,
    action: request.action,
    resource: request.resource,
    evaluatedEffect: EFFECTS[explanation.effect],
    reason: explanation.reason,
    context: Object.fromEntries(
      entries.map(([key, value]) => [key, [value].flat() as readonly string[]]),
    ),
    matchedPolicies: matchedPolicies(explanation).filter(({ uri }) => known.has(uri)),
    policies,
    layers: layersOf(explanation, ownResource),
    ...(explanation.effect !== "allow" && { obstacles: decisionObstacles(decided, ownResource) }),
    request: {
      principal: request.principal,
      resourceAccountId: request.resourceAccountId,
      resourceKind: layers.resourceKind,
      multivalued: entries.filter(([, value]) => typeof value !== "string").map(([key]) => key),
      scpLevels: layers.scpLevels?.length ?? 0,
      rcpLevels: layers.rcpLevels?.length ?? 0,
    },
  };
}

function policiesOf(layers: PolicyLayers) {
  const of = (set: PolicySet | undefined, level?: number) =>
    (set?.policies ?? []).map((policy) => ({ policy, level }));
  return [
    ...of(layers.identity),
    ...of(layers.boundary),
    ...of(layers.session),
    ...of(layers.resource),
    ...(layers.scpLevels ?? []).flatMap(of),
    ...(layers.rcpLevels ?? []).flatMap(of),
    ...of(layers.endpoint),
  ];
}

function decidingPolicy(
  source: PolicySource,
  document: string,
  { request, authorization, groupArns }: Decided,
): DecidingPolicy {
  const { kind, managed } = source;
  const arn = source.target
    ? source.target.arn
    : isOwners(source.kind)
      ? (authorization.resourcePolicy ?? authorization.grants)?.id
      : kind === "scp" || kind === "endpoint"
        ? undefined
        : (groupArns?.get(source) ?? attachedArn(request.principal));
  return {
    uri: uriOf(source),
    type: POLICY_TYPES[kind],
    inline: !managed,
    attachedTo: arn === undefined ? undefined : { arn },
    document,
  };
}

/** The ARN that a caller's policies are attached to: its role's, for a session. */
function attachedArn(principal: Principal): string | undefined {
  if (principal.kind === "role-session") return principal.roleArn;
  return "arn" in principal ? principal.arn : undefined;
}

/** Leaves the answers of another account's policies out, but for one that the reason names. */
function layersOf(
  { layers, layer: deciding }: Explanation,
  ownResource: boolean,
): readonly DecisionLayer[] {
  const byType = new Map<string, DecisionLayer>();
  for (const { layer, effect } of layers) {
    const decides = layer === deciding;
    if (!ownResource && isOwners(layer) && !decides) continue;
    const type = POLICY_TYPES[layer];
    const before = byType.get(type);
    const worst =
      before && SEVERITY[before.effect] > SEVERITY[EFFECTS[effect]]
        ? before.effect
        : EFFECTS[effect];
    byType.set(type, { type, effect: worst, decides });
  }
  return [...byType.values()];
}

/** A Deny of any level denies, and every level must allow. */
const SEVERITY = { ALLOW: 0, IMPLICIT_DENY: 1, EXPLICIT_DENY: 2 } as const;

function matchedPolicies({ matched }: Explanation): readonly MatchedPolicy[] {
  const byUri = new Map<string, MatchedPolicy["matchedStatements"][number][]>();
  for (const { policy, sid, index, effect } of matched) {
    const uri = uriOf(policy);
    const statements = byUri.get(uri) ?? [];
    byUri.set(uri, statements);
    const evaluatedEffect = effect === "Allow" ? "ALLOW" : "DENY";
    statements.push({ sid: sid ?? `#${index + 1}`, evaluatedEffect });
  }
  return [...byUri].map(([uri, matchedStatements]) => ({ uri, matchedStatements }));
}
