import { isoSeconds } from "../../../kernel/clock.ts";
import type { OperationHandler, OperationTable } from "../../../kernel/operations.ts";
import type { DecisionRecord } from "../../../kernel/ports/decisions.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { notFound, unknownDecision } from "../errors.ts";
import type { AuthorizationDetails } from "./authorization-details.ts";

/** The gateway has checked that these are there. */
interface DetailsInput {
  readonly authorizationId: string;
}

interface PolicyInput extends DetailsInput {
  readonly policyUri: string;
}

/** Answers why a request was refused, by its authorization id. */
export function authorizationDetailOperations(kept: AuthorizationDetails): OperationTable {
  const GetRequestAuthorizationDetails: OperationHandler<DetailsInput, unknown> = {
    authorize: () => ({ action: "iam:GetRequestAuthorizationDetails", resource: "*" }),
    handle: async (input, context) => detailsOf(await requireDecision(input, context, kept)),
  };
  const GetRequestAuthorizationPolicy: OperationHandler<PolicyInput, unknown> = {
    authorize: () => ({ action: "iam:GetRequestAuthorizationPolicy", resource: "*" }),
    handle: async (input, context) => {
      const { policies } = await requireDecision(input, context, kept);
      const policy = policies.find(({ uri, isOthers }) => uri === input.policyUri && !isOthers);
      if (!policy) throw notFound(`The policy ${input.policyUri} had no part in the decision.`);
      return { policyDocument: policy.document };
    },
  };
  return { GetRequestAuthorizationDetails, GetRequestAuthorizationPolicy };
}

async function requireDecision(
  { authorizationId }: DetailsInput,
  context: RequestContext,
  kept: AuthorizationDetails,
): Promise<DecisionRecord> {
  const found = await kept.find(authorizationId, requireAccount(context));
  if (!found) throw unknownDecision(authorizationId);
  return found;
}

function detailsOf(decision: DecisionRecord) {
  const { action, resource, context, evaluatedEffect, matchedPolicies, policies } = decision;
  const { obstacles = [] } = decision;
  const { principalArn, accountId, region, service, operation, requestId, reason } = decision;
  const time = isoSeconds(decision.atMs);
  const request = { accountId, region, service, operation, requestId, time, reason };
  return {
    requestContext: { principal: principalArn, ...request },
    evaluations: [{ action, resource, context, evaluatedEffect, matchedPolicies, obstacles }],
    policies: policies
      .filter(({ isOthers }) => !isOthers)
      .map(({ uri, type, inline, attachedTo }) => ({ uri, type, inline, attachedTo })),
  };
}
