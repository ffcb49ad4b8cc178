import type {
  DecisionRequest,
  Effect,
  Explanation,
  PolicyLayers,
  PolicySet,
  PolicySource,
} from "@rolecast/policy";
import type { Authorization } from "../kernel/authorization.ts";
import type { DecidingPolicy, DecisionRecord, MatchedPolicy } from "../kernel/ports/decisions.ts";
import type { Principal } from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import type { ConditionContext } from "./condition-context.ts";

const EFFECTS = {
  allow: "ALLOW",
  explicitDeny: "EXPLICIT_DENY",
  implicitDeny: "IMPLICIT_DENY",
} as const satisfies Record<Effect, string>;

const TYPES: Readonly<Record<PolicySource["kind"], string>> = {
  identity: "IDENTITY_BASED_POLICY",
  boundary: "PERMISSIONS_BOUNDARY",
  session: "SESSION_POLICY",
  resource: "RESOURCE_BASED_POLICY",
  trust: "ROLE_TRUST_POLICY",
  key: "RESOURCE_BASED_POLICY",
  scp: "SERVICE_CONTROL_POLICY",
  rcp: "RESOURCE_CONTROL_POLICY",
  endpoint: "VPC_ENDPOINT_POLICY",
};

export interface Decided {
  readonly authorizationId: string;
  readonly request: DecisionRequest & { readonly context: ConditionContext };
  readonly authorization: Authorization;
  readonly layers: PolicyLayers;
  readonly explanation: Explanation;
  readonly principalArn: string;
  readonly context: RequestContext;
}

/** Converts a decision to the form of GetRequestAuthorizationDetails. */
export function decisionRecord(decided: Decided): DecisionRecord {
  const { request, authorization, explanation, context, layers } = decided;
  const { resourceAccountId = context.accountId } = authorization;
  const ownResource = resourceAccountId === context.accountId;
  const policies = policiesOf(layers)
    // The caller may not read another account's policies.
    .filter(({ source }) => ownResource || !isOwners(source))
    .map(({ source, text }) => decidingPolicy(source, text, decided));
  const known = new Set(policies.map(({ uri }) => uri));
  return {
    authorizationId: decided.authorizationId,
    atMs: context.nowMs,
    accountId: context.accountId,
    region: context.region,
    service: context.service,
    operation: context.operation,
    requestId: context.requestId,
    principalArn: decided.principalArn,
    action: request.action,
    resource: request.resource,
    evaluatedEffect: EFFECTS[explanation.effect],
    reason: explanation.reason,
    context: Object.fromEntries(
      request.context.entries().map(([key, value]) => [key, [value].flat() as readonly string[]]),
    ),
    matchedPolicies: matchedPolicies(explanation).filter(({ uri }) => known.has(uri)),
    policies,
  };
}

function policiesOf(layers: PolicyLayers) {
  const sets: readonly (PolicySet | undefined)[] = [
    layers.identity,
    layers.boundary,
    layers.session,
    layers.resource,
    ...(layers.scpLevels ?? []),
    ...(layers.rcpLevels ?? []),
    layers.endpoint,
  ];
  return sets.flatMap((set) => set?.policies ?? []);
}

function isOwners({ kind }: PolicySource): boolean {
  return kind === "resource" || kind === "trust" || kind === "key" || kind === "rcp";
}

function decidingPolicy(
  source: PolicySource,
  document: string,
  { request, authorization }: Decided,
): DecidingPolicy {
  const { kind, managed } = source;
  const arn = isOwners(source)
    ? (authorization.resourcePolicy ?? authorization.grants)?.id
    : kind === "scp" || kind === "endpoint"
      ? undefined
      : attachedArn(request.principal);
  return {
    uri: uriOf(source),
    type: TYPES[kind],
    inline: !managed,
    attachedTo: arn === undefined ? undefined : { arn },
    document,
  };
}

function uriOf({ kind, id, managed }: PolicySource): string {
  return managed ? id : `inline/${kind}/${id}`;
}

/** The ARN that a caller's policies are attached to: its role's, for a session. */
function attachedArn(principal: Principal): string | undefined {
  if (principal.kind === "role-session") return principal.roleArn;
  return "arn" in principal ? principal.arn : undefined;
}

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
