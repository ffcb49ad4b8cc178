import type { ContextValue, DecisionRequest, Explanation } from "@rolecast/policy";
import { userIdOf } from "../kernel/principal.ts";
import type { RequestContext } from "../kernel/request-context.ts";
import type { ConditionContext } from "./condition-context.ts";

/**
 * Why a request was refused, in the form that DecodeAuthorizationMessage answers.
 * Source: its API reference and the examples there.
 */
export function denialDetails(
  request: DecisionRequest & { readonly context: ConditionContext },
  explanation: Explanation,
  context: RequestContext,
): object {
  const denied = explanation.effect === "explicitDeny";
  const matched = explanation.matched.filter(({ effect }) => denied === (effect === "Deny"));
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
        items: request.context.entries().map(([key, value]) => ({
          key,
          values: { items: listOf(value).map((each) => ({ value: each })) },
        })),
      },
    },
  };
}

function principalOf({ principal }: DecisionRequest, { accountId }: RequestContext): object {
  const id = userIdOf(principal) ?? accountId;
  if (principal.kind === "user") return { id, name: principal.userName, arn: principal.arn };
  return "arn" in principal ? { id, arn: principal.arn } : { id };
}

function listOf(value: ContextValue): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
