import {
  accountOf,
  compilePolicy,
  type DecisionRequest,
  explain,
  type Obstacle,
  obstaclesOf,
  type PolicyLayers,
  PolicySet,
  type PolicySource,
} from "@rolecast/policy";
import type { GuardrailTest } from "@rolecast/server";
import { CommandError, EXIT } from "../command-error.ts";
import { principalOf } from "../simulated-request.ts";
import type { GuardedAccount, GuardedOrganization } from "./guarded-organization.ts";

/** A try of a test: one principal, action and resource. */
export interface GuardrailResult {
  readonly name: string;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly expected: "allow" | "deny";
  readonly decision: "allow" | "deny";
  /** The policy that denies with its place, or the level at which none allows; empty if allowed. */
  readonly decidedBy: string;
}

const EVERYTHING = { Effect: "Allow", Action: "*", Resource: "*" };
const allowing = (kind: "identity" | "resource", more: object) =>
  new PolicySet([
    compilePolicy(
      JSON.stringify({ Version: "2012-10-17", Statement: [{ ...EVERYTHING, ...more }] }),
      { kind, id: "everything", managed: false },
    ),
  ]);
/** All other policies allow, so that the organization's alone decide. */
const OTHERS: PolicyLayers = {
  identity: allowing("identity", {}),
  resource: allowing("resource", { Principal: "*" }),
};

/** Decides each combination of a test. @throws CommandError for a principal that is none */
export function runTest(
  test: GuardrailTest,
  organization: GuardedOrganization,
): readonly GuardrailResult[] {
  return test.principal.flatMap((principal) =>
    test.action.flatMap((action) =>
      test.resource.map((resource) => tryOne(test, { principal, action, resource }, organization)),
    ),
  );
}

type Tried = Pick<GuardrailResult, "principal" | "action" | "resource">;

function tryOne(
  test: GuardrailTest,
  tried: Tried,
  organization: GuardedOrganization,
): GuardrailResult {
  const { request, callers, owners } = requestOf(test, tried, organization);
  const layers = {
    ...OTHERS,
    scpLevels: callers?.scpLevels ?? [],
    rcpLevels: owners?.rcpLevels ?? [],
  };
  const isAllowed = explain(request, layers).effect === "allow";
  const [obstacle] = isAllowed ? [] : obstaclesOf(request, layers);
  return {
    name: test.name ?? `${tried.action} on ${tried.resource}`,
    ...tried,
    expected: test.expect,
    decision: isAllowed ? "allow" : "deny",
    decidedBy: obstacle ? deciderOf(obstacle) : "",
  };
}

function requestOf(test: GuardrailTest, tried: Tried, organization: GuardedOrganization) {
  if (!/^[a-z0-9-]+:\w+$/i.test(tried.action))
    throw new CommandError(`${tried.action} is no action, such as s3:PutObject.`, EXIT.usage);
  const principal = principalOf(tried.principal);
  const accountId = accountOf(principal) ?? "";
  const owner = test.resourceAccount ?? (tried.resource.split(":")[4] || accountId);
  const callers = organization.get(accountId);
  const owners = organization.get(owner);
  const context = new Map<string, string | string[]>([
    ["aws:principalarn", tried.principal],
    ["aws:principalaccount", accountId],
    ["aws:resourceaccount", owner],
    ...orgKeys("principal", callers),
    ...orgKeys("resource", owners),
  ]);
  for (const [key, value] of Object.entries(test.context)) context.set(key.toLowerCase(), value);
  const { action, resource } = tried;
  const request: DecisionRequest = {
    ...{ principal, action, resource, resourceAccountId: owner, context },
  };
  return { request, callers, owners };
}

function orgKeys(whose: "principal" | "resource", account: GuardedAccount | undefined) {
  if (!account) return [];
  return [
    [`aws:${whose}orgid`, account.organizationId],
    [`aws:${whose}orgpaths`, [account.orgPath]],
  ] as const satisfies readonly (readonly [string, string | string[]])[];
}

function deciderOf(obstacle: Obstacle): string {
  if (obstacle.kind === "deny") {
    const { policy, sid, index } = obstacle.statement;
    return `${policyText(policy)}, statement ${sid ?? index + 1}`;
  }
  const [first] = obstacle.policies;
  const kind = obstacle.layer.toUpperCase();
  return first?.target ? `no ${kind} on ${first.target.title} allows it` : `no ${kind} of a level`;
}

function policyText({ id, target }: PolicySource): string {
  return target ? `${id} on ${target.title}` : id;
}
