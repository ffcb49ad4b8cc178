import type { Authorization } from "../../kernel/authorization.ts";
import type { Invoke } from "../../kernel/invoke.ts";
import type { OperationHandler } from "../../kernel/operations.ts";
import { EXPLAIN, type ExplainableResult } from "../../kernel/ports/simulations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";

/** The members of SimulatePrincipalPolicy, or without the source's ARN of SimulateCustomPolicy. */
interface SimulationQuestion {
  readonly PolicySourceArn?: string;
  readonly PolicyInputList?: readonly string[];
  readonly ActionNames?: readonly string[];
  readonly ResourceArns?: readonly string[];
  readonly ContextEntries?: readonly object[];
}

interface Answer {
  readonly EvaluationResults: readonly (ExplainableResult & { readonly EvalActionName: string })[];
}

/**
 * Explains the denials of a simulation, whose own answers are AWS's. IAM simulates again for the
 * caller, by the caller's permissions.
 */
export function explainSimulation(invoke: Invoke): OperationHandler<SimulationQuestion, object> {
  return {
    authorize: (question) => authorizationOf(question),
    handle: async (question, context) => {
      const operation = operationOf(question);
      const { EvaluationResults } = await invoke<Answer>(
        ...(["iam", operation, question] as const),
        sameCaller(context),
      );
      const denials = EvaluationResults.map((result) => ({
        action: result.EvalActionName,
        denials: result[EXPLAIN](),
      }));
      const { headers } = context.response;
      headers["content-type"] = "application/json";
      headers["cache-control"] = "no-store";
      return { Body: JSON.stringify(denials) };
    },
  };
}

function operationOf({ PolicySourceArn }: SimulationQuestion): string {
  return PolicySourceArn === undefined ? "SimulateCustomPolicy" : "SimulatePrincipalPolicy";
}

function authorizationOf(question: SimulationQuestion): Authorization {
  const { PolicySourceArn: resource = "*" } = question;
  return { action: `iam:${operationOf(question)}`, resource };
}

function sameCaller(context: RequestContext) {
  const { caller, sourceIp, userAgent, referer, secure } = context;
  return { as: caller, region: context.region, sourceIp, userAgent, referer, secure };
}
