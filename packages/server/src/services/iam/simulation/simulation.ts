import type * as iam from "@aws-sdk/client-iam";
import {
  type ContextValue,
  type DecisionRequest,
  type Effect,
  type Explanation,
  explain,
  obstaclesOf,
  obstacleText,
  type PolicyLayers,
  type Principal,
} from "@rolecast/policy";
import { splitArn } from "../../../kernel/arn.ts";
import {
  EXPLAIN,
  type ExplainableResult,
  type SimulatedDenial,
} from "../../../kernel/ports/simulations.ts";
import { accountOf } from "../../../kernel/principal.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";

/** A simulation without its actions. */
export interface Simulation {
  readonly principal: Principal;
  readonly layers: PolicyLayers;
  readonly known: ReadonlyMap<string, ContextValue>;
  /** ARNs; `*` alone stands for all resources. */
  readonly resources: readonly string[];
  /** The account of resources whose ARN doesn't name it; undefined: the caller's. */
  readonly resourceOwner: string | undefined;
  /** Characters of all policies together, at least 1: the cost of a decision grows with them. */
  readonly policiesLength: number;
  /** The context keys that policies look at and the request doesn't give, as they spell them. */
  readonly missing: readonly string[];
}

/** The denials of one action that are explained: each is compared with every statement. */
const EXPLAINED_MAX = 20;

type Decision = iam.PolicyEvaluationDecisionType;

/** One action on one resource. */
interface Outcome {
  readonly resource: string;
  readonly decision: Decision;
  readonly statements: readonly iam.Statement[];
  readonly missing: readonly string[];
  readonly details: Readonly<Record<string, Decision>>;
  /** Undefined if there is no boundary or no service control policy. */
  readonly boundaryAllows: boolean | undefined;
  readonly organizationAllows: boolean | undefined;
}

const DECISIONS: Readonly<Record<Effect, Decision>> = {
  allow: "allowed",
  explicitDeny: "explicitDeny",
  implicitDeny: "implicitDeny",
};
const MOST_RESTRICTIVE_FIRST: readonly Decision[] = ["explicitDeny", "implicitDeny", "allowed"];

/**
 * AWS answers these as `SourcePolicyType` and as keys of `EvalDecisionDetails`, though the model
 * has other values: AWS CLI reference, simulate-custom-policy. SCPs aren't shown.
 */
const POLICY_TYPES: Readonly<Record<string, string | undefined>> = {
  identity: "IAM Policy",
  resource: "Resource Policy",
  boundary: "Permissions Boundary Policy",
};

/**
 * Decides one action of the caller with the engine that decides real requests.
 * Other requests are served between two resources: policies here are the caller's, and large.
 */
export async function simulate(
  simulation: Simulation,
  action: string,
): Promise<iam.EvaluationResult & ExplainableResult> {
  const outcomes: Outcome[] = [];
  for (const resource of simulation.resources) {
    outcomes.push(decideOne(simulation, action, resource));
    await nextTurn();
  }
  const decision = mostRestrictive(outcomes.map((outcome) => outcome.decision));
  const [only] = outcomes.length === 1 ? outcomes : [];
  const everything = only?.resource === "*";
  return {
    EvalActionName: action,
    EvalResourceName: only?.resource ?? "*",
    EvalDecision: decision,
    MatchedStatements: distinct(outcomes.flatMap((each) => each.statements)),
    MissingContextValues: [...new Set(outcomes.flatMap((outcome) => outcome.missing))],
    ...organizationDetail(outcomes),
    ...boundaryDetail(outcomes),
    ...(everything
      ? {}
      : {
          EvalDecisionDetails: mergeDetails(outcomes.map((outcome) => outcome.details)),
          ResourceSpecificResults: outcomes.map(resourceResult),
        }),
    [EXPLAIN]: () =>
      outcomes
        .filter((outcome) => outcome.decision !== "allowed")
        .slice(0, EXPLAINED_MAX)
        .map(({ resource }) => simulatedDenial(simulation, action, resource)),
  };
}

function simulatedDenial(
  simulation: Simulation,
  action: string,
  resource: string,
): SimulatedDenial {
  const obstacles = obstaclesOf(requestOf(simulation, action, resource), simulation.layers);
  return {
    resource,
    sentences: obstacles.flatMap((obstacle) => obstacleText(obstacle)),
    proposals: obstacles.flatMap((obstacle) => {
      const proposal = obstacle.kind === "deny" ? undefined : obstacle.proposal;
      if (!proposal) return [];
      return [{ statement: proposal.text, sentence: proposal.sentence }];
    }),
  };
}

function requestOf(simulation: Simulation, action: string, resource: string): DecisionRequest {
  const resourceAccountId = accountOfResource(simulation, resource);
  const { principal, known: context } = simulation;
  return { principal, action, resource, resourceAccountId, context };
}

function decideOne(simulation: Simulation, action: string, resource: string): Outcome {
  const { principal, layers } = simulation;
  const request = requestOf(simulation, action, resource);
  const { resourceAccountId } = request;
  const explanation = explain(request, layers);
  const decision = DECISIONS[explanation.effect];
  const organizationAllows = layerAllows(explanation, "scp");
  const crossAccount =
    resourceAccountId !== undefined && resourceAccountId !== accountOf(principal);
  return {
    resource,
    decision,
    statements: decidingStatements(explanation),
    // AWS doesn't ask for keys that would change nothing.
    missing: decision === "implicitDeny" && organizationAllows !== false ? simulation.missing : [],
    details: crossAccount ? decisionsByType(explanation) : {},
    boundaryAllows: layerAllows(explanation, "boundary"),
    organizationAllows,
  };
}

/** Without a resource policy only the caller's side is simulated, so the owner doesn't matter. */
function accountOfResource(
  { layers, resourceOwner }: Simulation,
  resource: string,
): string | undefined {
  if (layers.resource === undefined) return undefined;
  return splitArn(resource)?.accountId || resourceOwner;
}

/** An explicit deny shows the denying statements alone; an implicit one has none. */
function decidingStatements({ effect, matched }: Explanation): readonly iam.Statement[] {
  if (effect === "implicitDeny") return [];
  const wanted = effect === "allow" ? "Allow" : "Deny";
  return matched.flatMap(({ layer, effect: own, policy, position }) => {
    const type = POLICY_TYPES[layer];
    if (own !== wanted || type === undefined) return [];
    return [
      {
        SourcePolicyId: policy.id,
        SourcePolicyType: type as iam.PolicySourceType,
        StartPosition: { Line: position.start.line, Column: position.start.column },
        EndPosition: { Line: position.end.line, Column: position.end.column },
      },
    ];
  });
}

function decisionsByType({ layers }: Explanation): Record<string, Decision> {
  const details: Record<string, Decision> = {};
  for (const { layer, effect } of layers) {
    const type = POLICY_TYPES[layer];
    if (type !== undefined) details[type] = DECISIONS[effect];
  }
  return details;
}

function layerAllows({ layers }: Explanation, layer: "boundary" | "scp"): boolean | undefined {
  const outcomes = layers.filter((outcome) => outcome.layer === layer);
  return outcomes.length === 0 ? undefined : outcomes.every(({ effect }) => effect === "allow");
}

/** Leaves out empty members. */
function resourceResult(outcome: Outcome): iam.ResourceSpecificResult {
  const { statements, missing, details } = outcome;
  return {
    EvalResourceName: outcome.resource,
    EvalResourceDecision: outcome.decision,
    ...(statements.length > 0 ? { MatchedStatements: [...statements] } : {}),
    ...(missing.length > 0 ? { MissingContextValues: [...missing] } : {}),
    ...(Object.keys(details).length > 0 ? { EvalDecisionDetails: { ...details } } : {}),
    ...boundaryDetail([outcome]),
  };
}

function boundaryDetail(outcomes: readonly Outcome[]) {
  if (outcomes.every(({ boundaryAllows }) => boundaryAllows === undefined)) return {};
  const AllowedByPermissionsBoundary = outcomes.every(({ boundaryAllows }) => boundaryAllows);
  return { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary } };
}

function organizationDetail(outcomes: readonly Outcome[]) {
  if (outcomes.every(({ organizationAllows }) => organizationAllows === undefined)) return {};
  const AllowedByOrganizations = outcomes.every(({ organizationAllows }) => organizationAllows);
  return { OrganizationsDecisionDetail: { AllowedByOrganizations } };
}

function mergeDetails(
  each: readonly Readonly<Record<string, Decision>>[],
): Record<string, Decision> {
  const merged: Record<string, Decision> = {};
  for (const details of each)
    for (const [type, decision] of Object.entries(details))
      merged[type] = mostRestrictive([merged[type] ?? decision, decision]);
  return merged;
}

function mostRestrictive(decisions: readonly Decision[]): Decision {
  return MOST_RESTRICTIVE_FIRST.find((decision) => decisions.includes(decision)) ?? "implicitDeny";
}

function distinct(statements: readonly iam.Statement[]): iam.Statement[] {
  return [...new Map(statements.map((each) => [JSON.stringify(each), each])).values()];
}
