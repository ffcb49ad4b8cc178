import type { EvaluationResult } from "@aws-sdk/client-iam";

export interface Remedy {
  readonly sentence: string;
  /** A statement to add to a policy. */
  readonly statement: string | undefined;
}

/** The statement that would allow a denied request; undefined when it is allowed. */
export function remedyFor(result: EvaluationResult): Remedy | undefined {
  const { EvalDecision, EvalActionName, EvalResourceName, MatchedStatements = [] } = result;
  if (EvalDecision === "allowed") return undefined;
  if (EvalDecision === "explicitDeny") {
    const policies = MatchedStatements.map(({ SourcePolicyId }) => SourcePolicyId).join(", ");
    return {
      sentence: `A Deny wins over every Allow: change the statement of ${policies}.`,
      statement: undefined,
    };
  }
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) {
    return {
      sentence: "The organization's service control policies have to allow it.",
      statement: undefined,
    };
  }
  if (result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false) {
    return { sentence: "The permissions boundary has to allow it.", statement: undefined };
  }
  const statement = { Effect: "Allow", Action: EvalActionName, Resource: EvalResourceName };
  return {
    sentence:
      "This statement, in one of the policies, would allow this one action on this one resource:",
    statement: JSON.stringify(statement, null, 2),
  };
}
