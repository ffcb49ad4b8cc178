import Box from "@cloudscape-design/components/box";
import { Sentences } from "../../shared/why.tsx";
import { type Obstacle, sentencesOf } from "../../wire/authorization-details.ts";
import { remedyFor } from "../simulator/remedy.ts";
import type { Decision } from "./decision.ts";

/** The simulator's words for the same. */
const DECISIONS = {
  ALLOW: "allowed",
  EXPLICIT_DENY: "explicitDeny",
  IMPLICIT_DENY: "implicitDeny",
} as const;

/**
 * The statements that deny a request or nearly allow it. A statement that would allow it is
 * proposed only if nothing comes near: a new one may allow what an old one was written to exclude.
 */
export function DecisionRemedy(props: {
  readonly action: string;
  readonly resource: string;
  readonly effect: Decision["effect"];
  /** AWS's phrase, which names the layer that doesn't allow. */
  readonly reason: string;
  /** Those in which a statement matched. */
  readonly policies: readonly string[];
  readonly obstacles: readonly Obstacle[];
}) {
  const { reason, obstacles } = props;
  const isNamed = obstacles.some(({ statements }) => statements.length > 0);
  if (isNamed) return <Sentences of={sentencesOf(obstacles)} />;
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
