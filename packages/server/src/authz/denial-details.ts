import type {
  ContextValue,
  DecisionRequest,
  Explanation,
  MatchedStatement,
} from "@rolecast/policy";
import { userIdOf } from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import type { ConditionContext } from "./condition-context.ts";

/** Keys that describe a resource: its tags, its account and organization. */
const OF_RESOURCE = /^(?:aws:resource|s3:existingobjecttag|[a-z0-9-]+:resourcetag)/i;

/**
 * Explains a refusal in the form of DecodeAuthorizationMessage's answer. The caller sees statements
 * that its own account wrote and tags of its own resources; another account's and the
 * organization's stay hidden.
 * Source: its API reference and the examples there.
 */
export function denialDetails(
  request: DecisionRequest & { readonly context: ConditionContext },
  explanation: Explanation,
  context: RequestContext,
): object {
  const isForeign = request.resourceAccountId !== context.accountId;
  const onCaller = explanation.matched.filter(({ layer }) => !(isForeign && isOfResource(layer)));
  const denied = onCaller.some(({ effect }) => effect === "Deny");
  const matched = onCaller.filter(
    ({ layer, effect }) => !isOfOrganization(layer) && denied === (effect === "Deny"),
  );
  const conditions = request.context
    .entries()
    .filter(([key]) => !(isForeign && OF_RESOURCE.test(key)));
  return {
    allowed: false,
    explicitDeny: denied,
    matchedStatements: {
      items: matched.map(({ sid = "", effect, layer, policy }) => ({
        statementId: sid,
        effect: effect.toUpperCase(),
        sourcePolicyId: policy.id,
        sourcePolicyType: layer,
      })),
    },
    failures: { items: [] },
    context: {
      principal: principalOf(request, context),
      action: request.action,
      resource: request.resource,
      conditions: {
        items: conditions.map(([key, value]) => ({
          key,
          values: { items: listOf(value).map((each) => ({ value: each })) },
        })),
      },
    },
  };
}

function isOfOrganization(layer: MatchedStatement["layer"]): boolean {
  return layer === "scp" || layer === "rcp";
}

/** Whether the layer is the resource account's, or applies to that account. */
function isOfResource(layer: MatchedStatement["layer"]): boolean {
  return !["identity", "boundary", "session", "scp"].includes(layer);
}

function principalOf({ principal }: DecisionRequest, { accountId }: RequestContext): object {
  const id = userIdOf(principal) ?? accountId;
  if (principal.kind === "user") return { id, name: principal.userName, arn: principal.arn };
  return "arn" in principal ? { id, arn: principal.arn } : { id };
}

function listOf(value: ContextValue): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
