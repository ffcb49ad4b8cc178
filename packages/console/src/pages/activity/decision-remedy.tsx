import Box from "@cloudscape-design/components/box";
import { remedyFor } from "../simulator/remedy.ts";
import type { Decision } from "./decision.ts";

/** The simulator's words for the same. */
const DECISIONS = {
  ALLOW: "allowed",
  EXPLICIT_DENY: "explicitDeny",
  IMPLICIT_DENY: "implicitDeny",
} as const;

/** The statement that would allow a denied request; nothing when it was allowed. */
export function DecisionRemedy(props: {
  readonly action: string;
  readonly resource: string;
  readonly effect: Decision["effect"];
  /** AWS's phrase, which names the layer that doesn't allow. */
  readonly reason: string;
  /** Those in which a statement matched. */
  readonly policies: readonly string[];
}) {
  const { reason } = props;
  const remedy = remedyFor({
    EvalActionName: props.action,
    EvalResourceName: props.resource,
    EvalDecision: DECISIONS[props.effect],
    OrganizationsDecisionDetail: { AllowedByOrganizations: !/control policy/.test(reason) },
    PermissionsBoundaryDecisionDetail: {
      AllowedByPermissionsBoundary: !/permissions boundary/.test(reason),
    },
    MatchedStatements: props.policies.map((uri) => ({ SourcePolicyId: uri })),
  });
  if (!remedy) return null;
  return (
    <div>
      <Box variant="h4">{remedy.sentence}</Box>
      {remedy.statement !== undefined && <pre className="document">{remedy.statement}</pre>}
    </div>
  );
}
