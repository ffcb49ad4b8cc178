import {
  type CompiledPolicy,
  type ContextValue,
  compilePolicy,
  type DecisionRequest,
  droppedConditions,
  explain,
  findNewAccess,
  PolicyCompileError,
  type PolicyLayers,
  PolicySet,
  type PolicySource,
  proposedStatement,
} from "@rolecast/policy";
import { AwsError } from "../kernel/aws-error.ts";
import { errorClass } from "../kernel/error-class.ts";
import type {
  DecidedRequest,
  DecidingPolicy,
  DecisionRecord,
  PolicyChange,
  TriedDecision,
} from "../kernel/ports/decisions.ts";
import type { Log } from "../kernel/ports/log.ts";
import { conditionKeyName } from "./condition-key-names.ts";
import { decisionObstacles } from "./decision-obstacles.ts";
import { EFFECTS } from "./decision-record.ts";
import { POLICY_TYPES } from "./policy-names.ts";

/** So many condition keys of an example are named. */
const WITNESS_KEYS_MAX = 10;

/** A policy that takes part, compiled, with what its record knows of it. */
interface Part {
  readonly policy: CompiledPolicy;
  readonly level: number | undefined;
  readonly groupArn: string | undefined;
}

/** Decides a request again that was decided before, with one policy changed (see `DecideAgain`). */
export function decideAgain(
  decision: DecisionRecord,
  change: PolicyChange,
  log: Log,
): TriedDecision {
  const { request: decided } = decision;
  if (!decided) throw notFound("An earlier version decided this: it can't be decided again.");
  const before = decision.policies.map(partOf);
  const { parts, old, now } = changed(before, decision, decided, change);
  const request = requestOf(decision, decided);
  const layers = layersOf(parts, decided);
  const onError = (error: unknown) =>
    log.error({ error: errorClass(error) }, "a policy couldn't be evaluated");
  const explanation = explain(request, layers, onError);
  const groupArns = new Map(
    parts.flatMap(({ policy, groupArn }) => (groupArn ? [[policy.source, groupArn] as const] : [])),
  );
  const owner = decided.resourceAccountId ?? decision.accountId;
  const denied = { request, layers, groupArns, onError };
  return {
    evaluatedEffect: EFFECTS[explanation.effect],
    reason: explanation.reason,
    obstacles: decisionObstacles(denied, owner === decision.accountId),
    droppedConditions: droppedConditions(old, now),
    ...newAccess(old, now, request, explanation.effect === "allow"),
  };
}

/** The request, if it is allowed, and an example of what else the change newly allows. */
function newAccess(
  old: CompiledPolicy,
  now: CompiledPolicy,
  request: DecisionRequest,
  isAllowed: boolean,
): Pick<TriedDecision, "newlyAllowed" | "nothingElse"> {
  const { kind } = now.source;
  const { statement } = proposedStatement(kind, request, []);
  const exact = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const known = [old, compilePolicy(exact, now.source)];
  const beyond = findNewAccess([now], known, { knownActions: [request.action] });
  const asked = isAllowed ? [`${request.action} on ${request.resource}`] : [];
  const found = beyond.kind === "found" ? [witnessText(beyond.request)] : [];
  return { newlyAllowed: [...asked, ...found], nothingElse: beyond.kind === "none" };
}

function witnessText({ action, resource, context }: DecisionRequest): string {
  const keys = [...(context as ReadonlyMap<string, ContextValue>)]
    .slice(0, WITNESS_KEYS_MAX)
    .map(([key, value]) => `${conditionKeyName(key)} ${[value].flat().join(", ")}`);
  return `${action} on ${resource}${keys.length === 0 ? "" : ` with ${keys.join("; ")}`}`;
}

function partOf({ document, source, level, attachedTo }: DecidingPolicy): Part {
  const kept: PolicySource = source ?? { kind: "identity", id: "", managed: false };
  const arn = kept.kind === "identity" ? attachedTo?.arn : undefined;
  return {
    policy: compilePolicy(document, kept),
    level,
    groupArn: arn !== undefined && /:group\//.test(arn) ? arn : undefined,
  };
}

interface Changed {
  readonly parts: readonly Part[];
  readonly old: CompiledPolicy;
  readonly now: CompiledPolicy;
}

function changed(
  before: readonly Part[],
  { policies }: DecisionRecord,
  decided: DecidedRequest,
  { policyUri, type, document }: PolicyChange,
): Changed {
  if (policyUri === undefined) return added(before, decided, type ?? "", document);
  const place = policies.findIndex(({ uri, isOthers }) => uri === policyUri && !isOthers);
  const part = before[place];
  if (!part) throw notFound(`The policy ${policyUri} had no part in the decision.`);
  const now = compiled(document, part.policy.source);
  const parts = before.map((each, index) => (index === place ? { ...part, policy: now } : each));
  return { parts, old: part.policy, now };
}

/** A new policy of a type; of an organization's, on each of its levels. */
function added(
  before: readonly Part[],
  { resourceKind, scpLevels, rcpLevels }: DecidedRequest,
  type: string,
  document: string,
): Changed {
  const kinds = Object.keys(POLICY_TYPES) as PolicySource["kind"][];
  const found = kinds.find((each) => POLICY_TYPES[each] === type);
  if (!found) throw invalid(`There is no type of policies "${type}".`);
  const kind = found === "resource" ? (resourceKind ?? found) : found;
  const now = compiled(document, { kind, id: "the new policy", managed: false });
  const levels = kind === "scp" ? scpLevels : kind === "rcp" ? rcpLevels : undefined;
  const news: readonly Part[] =
    levels === undefined
      ? [{ policy: now, level: undefined, groupArn: undefined }]
      : Array.from({ length: levels }, (_, level) => ({ policy: now, level, groupArn: undefined }));
  return { parts: [...before, ...news], old: compilePolicy(NOTHING, now.source), now };
}

const NOTHING = JSON.stringify({ Version: "2012-10-17", Statement: [] });

function compiled(document: string, source: PolicySource): CompiledPolicy {
  try {
    return compilePolicy(document, source);
  } catch (error) {
    if (error instanceof PolicyCompileError) throw invalid(error.message);
    throw error;
  }
}

function requestOf(
  { action, resource, context }: DecisionRecord,
  { principal, resourceAccountId, multivalued }: DecidedRequest,
): DecisionRequest {
  const lists = new Set(multivalued);
  const values = new Map<string, ContextValue>(
    Object.entries(context).map(([key, given]) => [
      key.toLowerCase(),
      lists.has(key) ? given : (given[0] ?? ""),
    ]),
  );
  return { principal, action, resource, resourceAccountId, context: values };
}

function layersOf(parts: readonly Part[], decided: DecidedRequest): PolicyLayers {
  const of = (...kinds: readonly PolicySource["kind"][]) => {
    const found = parts.filter(({ policy }) => kinds.includes(policy.source.kind));
    return found.length === 0 ? undefined : new PolicySet(found.map(({ policy }) => policy));
  };
  const levelsOf = (kind: PolicySource["kind"], count: number) =>
    count === 0
      ? undefined
      : Array.from({ length: count }, (_, at) => {
          const own = parts.filter(
            ({ policy, level }) => policy.source.kind === kind && level === at,
          );
          return new PolicySet(own.map(({ policy }) => policy));
        });
  return {
    identity: of("identity"),
    boundary: of("boundary"),
    session: of("session"),
    resource: of("resource", "trust", "key"),
    resourceKind: decided.resourceKind,
    scpLevels: levelsOf("scp", decided.scpLevels),
    rcpLevels: levelsOf("rcp", decided.rcpLevels),
    endpoint: of("endpoint"),
  };
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, { status: 404 });
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, { status: 400 });
}
