import { AwsError } from "../../../kernel/aws-error.ts";
import { isoSeconds } from "../../../kernel/clock.ts";
import type { OperationHandler, OperationTable } from "../../../kernel/operations.ts";
import type { DecisionRecord } from "../../../kernel/ports/decisions.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { notFound, unknownDecision } from "../errors.ts";
import type { AuthorizationDetails } from "./authorization-details.ts";

/** The gateway has checked that these are there. */
interface DetailsInput {
  /** Ours beside AWS's: the id of a request stands for all of its denials (DeleteObjects). */
  readonly authorizationId: string;
}

interface DetailsPageInput extends DetailsInput {
  /** The number of denials on the pages before. */
  readonly nextToken?: string | undefined;
}

interface PolicyInput extends DetailsInput {
  readonly policyUri: string;
}

const EVALUATIONS_PER_PAGE = 50;

/** Answers why a request was refused, by its authorization id. */
export function authorizationDetailOperations(kept: AuthorizationDetails): OperationTable {
  const GetRequestAuthorizationDetails: OperationHandler<DetailsPageInput, unknown> = {
    authorize: () => ({ action: "iam:GetRequestAuthorizationDetails", resource: "*" }),
    handle: async (input, context) => {
      const from = offsetOf(input.nextToken);
      const all = await requireDecisions(input, context, kept);
      const to = from + EVALUATIONS_PER_PAGE;
      const page = all.slice(from, to);
      return { ...detailsOf(page, input), ...(to < all.length && { nextToken: String(to) }) };
    },
  };
  const GetRequestAuthorizationPolicy: OperationHandler<PolicyInput, unknown> = {
    authorize: () => ({ action: "iam:GetRequestAuthorizationPolicy", resource: "*" }),
    handle: async (input, context) => {
      const decisions = await requireDecisions(input, context, kept);
      const policies = decisions.flatMap((decision) => decision.policies);
      const policy = policies.find(({ uri, isOthers }) => uri === input.policyUri && !isOthers);
      if (!policy) throw notFound(`The policy ${input.policyUri} had no part in the decision.`);
      return { policyDocument: policy.document };
    },
  };
  return { GetRequestAuthorizationDetails, GetRequestAuthorizationPolicy };
}

async function requireDecisions(
  { authorizationId }: DetailsInput,
  context: RequestContext,
  kept: AuthorizationDetails,
): Promise<readonly DecisionRecord[]> {
  const found = await kept.find(authorizationId, requireAccount(context));
  if (found.length === 0) throw unknownDecision(authorizationId);
  return found;
}

function offsetOf(nextToken: string | undefined): number {
  if (nextToken === undefined) return 0;
  if (/^\d{1,4}$/.test(nextToken)) return Number(nextToken);
  throw new AwsError("ValidationException", "The nextToken is none of this operation.", {
    status: 400,
  });
}

function detailsOf(page: readonly DecisionRecord[], { authorizationId }: DetailsInput) {
  const [first] = page;
  if (!first) throw unknownDecision(authorizationId);
  const { principalArn, accountId, region, service, operation, requestId, reason } = first;
  const time = isoSeconds(first.atMs);
  const request = { accountId, region, service, operation, requestId, time, reason };
  const shown = page.flatMap(({ policies }) => policies).filter(({ isOthers }) => !isOthers);
  return {
    requestContext: { principal: principalArn, ...request },
    evaluations: page.map(
      ({
        action,
        resource,
        context,
        evaluatedEffect,
        matchedPolicies,
        obstacles = [],
        layers = [],
        ...each
      }) => ({
        ...{ action, resource, context, evaluatedEffect, matchedPolicies, obstacles, layers },
        reason: each.reason,
      }),
    ),
    policies: [...new Map(shown.map((policy) => [policy.uri, policy])).values()].map(
      ({ uri, type, inline, attachedTo }) => ({ uri, type, inline, attachedTo }),
    ),
  };
}
