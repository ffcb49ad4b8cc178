import { sameValue, type Value } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import { modelViolations } from "../../../kernel/resource-types/model-violations.ts";
import { typedModel } from "../../../kernel/resource-types/typed-model.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { ResourceRow } from "../tables.ts";
import type { EngineType } from "../types/engine-types.ts";
import { type DetectedDrift, detectDrift } from "../values/detect-drift.ts";
import { withDynamicReferences } from "../values/dynamic-values.ts";
import { isAllowedByPolicy } from "../values/stack-policies.ts";
import { withStackTags } from "../values/stack-tags.ts";
import { beforeOf, pendingOf, propertiesOf } from "../values/stored-json.ts";
import { violationText } from "../values/validation-findings.ts";
import { finishForward } from "./finish-forward.ts";
import { foreseenFailures, missingExport } from "./foreseen-failures.ts";
import { giveUp } from "./give-up.ts";
import {
  changeOf,
  createResource,
  fail,
  importResource,
  newRow,
  updateResource,
  type Wanted,
} from "./put-resource.ts";
import { failureOf, isRetried } from "./resource-steps.ts";
import { type Advance, AGAIN, type Run } from "./run.ts";

/** Takes the stack one step towards its new version. */
export async function advanceForward(run: Run): Promise<Advance> {
  const pending = [...run.resources.values()].filter((row) => row.wait !== null);
  const stop = run.failures.length > 0 ? "failed" : await stopReason(run);
  if (stop && stop !== "failed") {
    // What goes back later goes back from a state that is known.
    const unsettled = pending.filter((row) => !canBeCancelled(row));
    return unsettled.length > 0 ? goOn(run, unsettled) : giveUp(run, stop);
  }
  if (stop) return pending.length > 0 ? settlePending(run, pending) : giveUp(run, undefined);
  if (!run.isValidated) {
    run.isValidated = true;
    const missing = await missingExport(run);
    if (missing !== undefined)
      return giveUp(run, `No export named ${missing} found. Rollback requested by user.`);
    if (run.options.validatesEarly && (await refuseEarly(run))) return AGAIN;
  }
  const { graph } = await run.evaluation();
  let isComplete = true;
  for (const logicalId of graph.order) {
    if (isDone(run, logicalId)) continue;
    isComplete = false;
    if (run.resources.get(logicalId)?.wait) continue;
    const needs = graph.dependencies.get(logicalId) ?? new Set();
    if ([...needs].some((name) => !isDone(run, name))) continue;
    return begin(run, logicalId, [...needs]);
  }
  if (!isComplete) return goOn(run, pending);
  const restMs = run.triggers.restMs();
  if (restMs > 0) return { kind: "wait", ms: restMs };
  if (run.operation.kind === "update") {
    const { resources } = await run.evaluation();
    for (const row of run.resources.values()) {
      const denied = resources.has(row.logical_id) ? undefined : deniedByPolicy(run, row, "delete");
      if (denied !== undefined) return refuse(run, row.logical_id, row, denied);
    }
  }
  return finishForward(run);
}

/** Fails the resources that are bound to fail before anything is done. True: there are such. */
async function refuseEarly(run: Run): Promise<boolean> {
  const failures = await foreseenFailures(run);
  for (const [logicalId, reason] of failures) await refuse(run, logicalId, undefined, reason);
  return failures.size > 0;
}

/** The reason why an operation stops although nothing of it failed. */
async function stopReason(run: Run): Promise<string | undefined> {
  const { timeout_minutes: minutes } = run.stack;
  const endMs = Number(run.operation.started_ms) + (minutes ?? 0) * 60_000;
  if (run.operation.kind === "create" && minutes !== null && run.nowMs >= endMs)
    return "Stack creation time exceeded the specified timeout. Rollback requested by user.";
  if (await run.stopped()) return "User Initiated";
  return run.triggers.reason();
}

function isDone(run: Run, logicalId: string): boolean {
  if (run.done.has(logicalId)) return true;
  const row = run.resources.get(logicalId);
  const hasVersion = row?.version === run.stack.version && row.wait === null;
  if (!hasVersion || !row.status.endsWith("_COMPLETE") || row.status === "DELETE_COMPLETE")
    return false;
  run.done.add(logicalId);
  return true;
}

/** Steps that wait go on as soon as they are due. */
async function goOn(run: Run, pending: readonly ResourceRow[]): Promise<Advance> {
  const due = pending.map((row) => ({ row, dueMs: pendingOf(row)?.dueMs ?? 0 }));
  const [next] = due.sort((one, other) => one.dueMs - other.dueMs);
  if (!next) return giveUp(run, "No resource can go on.");
  const restMs = next.dueMs - run.nowMs;
  if (restMs > 0) return { kind: "wait", ms: restMs };
  return begin(run, next.row.logical_id, undefined);
}

/** A creation whose resource is known: removing it is all there is to do. */
function canBeCancelled(row: ResourceRow): boolean {
  const isKnown = row.physical_id !== null && !isReplacing(row);
  return isKnown && pendingOf(row)?.action === "create";
}

/** After a failure, what is being made is finished first, so that it can be removed. */
async function settlePending(run: Run, pending: readonly ResourceRow[]): Promise<Advance> {
  for (const row of pending) {
    if (!canBeCancelled(row)) continue;
    const verb = row.status.startsWith("UPDATE") ? "update" : "creation";
    const failed = verb === "update" ? "UPDATE_FAILED" : "CREATE_FAILED";
    const reason = `Resource ${verb} cancelled`;
    await fail(run, { ...row, wait: null }, { reason }, [row.status, failed]);
    return AGAIN;
  }
  return goOn(run, pending);
}

async function begin(
  run: Run,
  logicalId: string,
  needs: readonly string[] | undefined,
): Promise<Advance> {
  const row = run.resources.get(logicalId);
  let wanted: Wanted;
  try {
    wanted = await wantedOf(run, logicalId, needs);
  } catch (error) {
    if (isRetried(error)) throw error;
    const { reason } = failureOf(error, undefined, { run, logicalId, token: run.newToken() });
    return refuse(run, logicalId, row, reason);
  }
  const type = await run.types.find(wanted.type);
  if (!type)
    return refuse(run, logicalId, row, `Unrecognized resource types: [${wanted.type}]`, wanted);
  const known = row && row.type === wanted.type ? row : undefined;
  const identifier = ownValue(run.options.imports, logicalId);
  if (identifier && !known?.physical_id)
    return importResource(run, newRow(run, logicalId, wanted), type, wanted, identifier);
  const pending = known && pendingOf(known);
  if (pending)
    return pending.action === "create"
      ? createResource(run, known, type, wanted, isReplacing(known))
      : updateResource(run, known, type, wanted);
  if (!known || known.physical_id === null || known.status === "DELETE_COMPLETE") {
    const invalid = invalidProperties(logicalId, type, wanted);
    if (invalid !== undefined) return refuse(run, logicalId, row, invalid, wanted);
    const fresh = { ...newRow(run, logicalId, wanted), ...keptBefore(known) };
    return createResource(run, fresh, type, wanted, false);
  }
  const drift = run.options.revertDrift ? await driftOf(run, known) : undefined;
  if (drift?.status === "DELETED")
    return createResource(run, newRow(run, logicalId, wanted), type, wanted, false);
  const actual = drift?.status === "MODIFIED" ? drift.actualProperties : undefined;
  const change = changeOf(type.schema, actual ?? propertiesOf(known), wanted.properties);
  const denied =
    change === "none"
      ? undefined
      : (deniedByPolicy(run, known, change) ?? invalidProperties(logicalId, type, wanted));
  if (denied !== undefined) return refuse(run, logicalId, row, denied, wanted);
  switch (change) {
    case "none":
      return type.updatesAlways
        ? updateResource(run, known, type, wanted)
        : keep(run, known, wanted);
    case "update":
      return updateResource(run, known, type, wanted, actual);
    case "replace":
      return createResource(run, known, type, wanted, true, actual);
    default:
      return change satisfies never;
  }
}

/** A caller that can't look fails at the step itself, which says why. */
async function driftOf(run: Run, row: ResourceRow): Promise<DetectedDrift | undefined> {
  try {
    return await detectDrift(row, run.stack, await run.currentCaller(), run.deps);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** AWS's text for properties that the type's schema doesn't allow. */
function invalidProperties(
  logicalId: string,
  { schema }: EngineType,
  { properties }: Wanted,
): string | undefined {
  const violations = modelViolations(schema, properties);
  return violations.length > 0 ? violationText(logicalId, violations) : undefined;
}

const POLICY_ACTIONS = {
  update: "Update:Modify",
  replace: "Update:Replace",
  delete: "Update:Delete",
} as const;

/** The reason why the stack policy doesn't let an update do this to a resource. */
function deniedByPolicy(
  run: Run,
  { logical_id: logicalId, type }: ResourceRow,
  change: keyof typeof POLICY_ACTIONS,
): string | undefined {
  const policy = run.options.policy ?? run.stack.policy;
  const action = POLICY_ACTIONS[change];
  if (isAllowedByPolicy(policy, action, { logicalId, type })) return undefined;
  const resource = `LogicalResourceId/${logicalId}`;
  const what = `no statement allows [${action}] for resource [${resource}]`;
  return `Action denied by stack policy: ${what}`;
}

/** Whether the step that is under way makes a resource in another one's place. */
function isReplacing(row: ResourceRow): boolean {
  return beforeOf(row)?.kind === "present";
}

function keptBefore(row: ResourceRow | undefined) {
  return row?.before ? { before: row.before } : {};
}

/** The resource stays as it is; its policies change with the end of the forward phase. */
function keep(run: Run, row: ResourceRow, wanted: Wanted): Advance {
  const next: ResourceRow = {
    ...row,
    // Others than the row's only where what is there has come to be what is wanted.
    properties: JSON.stringify(wanted.properties),
    depends_on: JSON.stringify(wanted.dependsOn),
    deletion_policy: wanted.deletionPolicy,
    replace_policy: wanted.replacePolicy,
    metadata: wanted.metadata,
  };
  const isSame =
    sameValue(propertiesOf(row) as Value, wanted.properties as Value) &&
    next.depends_on === row.depends_on &&
    next.deletion_policy === row.deletion_policy &&
    next.replace_policy === row.replace_policy &&
    next.metadata === row.metadata;
  if (!isSame) run.later.set(row.logical_id, next);
  run.done.add(row.logical_id);
  return AGAIN;
}

async function wantedOf(
  run: Run,
  logicalId: string,
  needs: readonly string[] | undefined,
): Promise<Wanted> {
  const { evaluation, version } = await run.evaluated();
  const resolved = evaluation.resource(logicalId, run.attributes);
  const dependsOn = needs ?? [...(evaluation.graph.dependencies.get(logicalId) ?? [])];
  const own = (await withDynamicReferences(
    resolved.type,
    resolved.properties,
    run,
  )) as ResourceModel;
  const type = await run.types.find(resolved.type);
  const tags = JSON.parse(version.tags) as Readonly<Record<string, string>>;
  return {
    type: resolved.type,
    properties: type ? withStackTags(typedModel(type.schema, own), type.schema, tags) : own,
    dependsOn,
    deletionPolicy: resolved.deletionPolicy,
    replacePolicy: resolved.updateReplacePolicy,
    metadata: resolved.metadata === undefined ? null : JSON.stringify(resolved.metadata),
    version: version.number,
  };
}

async function refuse(
  run: Run,
  logicalId: string,
  row: ResourceRow | undefined,
  reason: string,
  wanted?: Wanted,
): Promise<Advance> {
  const { evaluation } = await run.evaluated();
  const type = evaluation.resources.get(logicalId)?.type ?? "";
  const unmade: Wanted = wanted ?? {
    ...{ type, properties: {}, dependsOn: [], deletionPolicy: "Delete", replacePolicy: "Delete" },
    ...{ metadata: null, version: run.stack.version },
  };
  const isThere = row !== undefined && row.physical_id !== null;
  const left = isThere ? row : newRow(run, logicalId, unmade);
  const statuses = isThere
    ? (["UPDATE_IN_PROGRESS", "UPDATE_FAILED"] as const)
    : (["CREATE_IN_PROGRESS", "CREATE_FAILED"] as const);
  await fail(run, left, { reason }, statuses);
  return AGAIN;
}
