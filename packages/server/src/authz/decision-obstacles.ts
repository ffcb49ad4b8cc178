import {
  type DecisionRequest,
  type ExplainedStatement,
  heldText,
  missText,
  type Obstacle,
  obstaclesOf,
  obstacleText,
  type PolicyLayers,
  type PolicySource,
  type ProposedStatement,
} from "@rolecast/policy";
import type {
  DecisionObstacle,
  ObstacleStatement,
  ProposedPolicy,
} from "../kernel/ports/decisions.ts";
import { isOwners, POLICY_TYPES, policyTitle, uriOf } from "./policy-names.ts";

export interface Denied {
  readonly request: DecisionRequest;
  readonly layers: PolicyLayers;
  readonly groupArns: ReadonlyMap<PolicySource, string> | undefined;
  readonly onError: (error: unknown) => void;
}

/** Statements may have hundreds of conditions; a record names the first that are missing. */
const PARTS_MAX = 10;

/**
 * Lists what keeps a request from being allowed. Of another account's policies, which the caller
 * may not read, it says only that none allows.
 */
export function decisionObstacles(
  { request, layers, groupArns, onError }: Denied,
  ownResource: boolean,
): readonly DecisionObstacle[] {
  const titleOf = (source: PolicySource) => policyTitle(source, groupArns?.get(source));
  return obstaclesOf(request, layers, onError).flatMap((obstacle): readonly DecisionObstacle[] => {
    if (ownResource || !isOwners(obstacle.layer)) return [shown(obstacle, titleOf)];
    const type = POLICY_TYPES[obstacle.layer];
    const sentence = "No policy of the resource's account allows this.";
    return obstacle.kind === "deny" ? [] : [{ type, effect: "NO_ALLOW", statements: [], sentence }];
  });
}

function shown(obstacle: Obstacle, titleOf: (source: PolicySource) => string): DecisionObstacle {
  const type = POLICY_TYPES[obstacle.layer];
  const sentences = obstacleText(obstacle, titleOf);
  if (obstacle.kind === "deny") {
    const held = obstacle.held.slice(0, PARTS_MAX);
    const parts = held.map((each) => ({ part: "condition", text: heldText(each) }));
    const statements = [{ ...nameOf(obstacle.statement), parts, sentence: sentences[0] ?? "" }];
    return { type, effect: "DENY", statements };
  }
  const statements = obstacle.nearMisses.map(({ statement, missed }, index): ObstacleStatement => {
    const parts = missed
      .slice(0, PARTS_MAX)
      .map((miss) => ({ part: miss.part, text: missText(miss) }));
    return { ...nameOf(statement), parts, sentence: sentences[index] ?? "" };
  });
  const sentence = statements.length === 0 ? sentences[0] : undefined;
  return {
    ...{ type, effect: "NO_ALLOW", statements, sentence },
    ...(obstacle.proposal && { proposal: proposedPolicy(obstacle.proposal) }),
  };
}

function proposedPolicy({ statement, text, sentence }: ProposedStatement): ProposedPolicy {
  const policy = { Version: "2012-10-17", Statement: [statement] };
  return { document: JSON.stringify(policy, null, 2), text, sentence };
}

function nameOf({ policy, sid, index }: ExplainedStatement) {
  return { uri: uriOf(policy), sid: sid ?? `#${index + 1}`, index };
}
