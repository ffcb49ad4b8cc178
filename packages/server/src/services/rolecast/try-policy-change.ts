import type { OperationHandler } from "../../kernel/operations.ts";
import type { DecideAgain, DecisionRecord } from "../../kernel/ports/decisions.ts";
import { requireAccount } from "../../kernel/request-context.ts";

export interface DecisionTrials {
  readonly keptDecision: (accountId: string, authorizationId: string) => Promise<DecisionRecord>;
  readonly decideAgain: DecideAgain;
}

/** The gateway has checked that id and document are there. */
interface TryInput {
  readonly AuthorizationId: string;
  readonly PolicyDocument: string;
  /** The policy that the document takes the place of. */
  readonly PolicyUri?: string;
  /** Without PolicyUri: the document is one more policy of this type. */
  readonly PolicyType?: string;
}

/**
 * Decides a denied request again with one policy edited, without saving it. It shows no more than
 * the details of the denial and a simulation do, and needs the permissions for both.
 */
export function tryPolicyChange(trials: DecisionTrials): OperationHandler<TryInput, object> {
  return {
    authorize: () => [
      { action: "iam:GetRequestAuthorizationDetails", resource: "*" },
      { action: "iam:SimulateCustomPolicy", resource: "*" },
    ],
    handle: async ({ AuthorizationId, ...change }, context) => {
      const kept = await trials.keptDecision(requireAccount(context), AuthorizationId);
      const tried = trials.decideAgain(kept, {
        policyUri: change.PolicyUri,
        type: change.PolicyType,
        document: change.PolicyDocument,
      });
      const { headers } = context.response;
      headers["content-type"] = "application/json";
      headers["cache-control"] = "no-store";
      return { Body: JSON.stringify(tried) };
    },
  };
}
