import type { ContextValue, DecisionRequest, Explanation } from "@rolecast/policy";
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
  switch (principal.kind) {
    case "user":
      return { id: principal.id, name: principal.userName, arn: principal.arn };
    case "role-session":
      return { id: `${principal.roleId}:${principal.sessionName}`, arn: principal.arn };
    case "federated-user":
      return { id: `${principal.accountId}:${principal.name}`, arn: principal.arn };
    case "root":
      return { id: principal.accountId, arn: principal.arn };
    default:
      return { id: accountId };
  }
}

function listOf(value: ContextValue): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
