import { isSame, type MapValue, replacementOf } from "@rolecast/template";
import {
  ResourceError,
  type ResourceModel,
  type ResourceSchema,
  type Step,
} from "../../../kernel/resources.ts";
import type { LeftoverRow, ResourceRow } from "../tables.ts";
import { type EngineType, physicalIdOf } from "../types/engine-types.ts";
import type { StackStepCalls } from "../types/own-type.ts";
import { withGeneratedName } from "../values/generated-names.ts";
import { holderOf } from "../values/resource-owners.ts";
import {
  type Before,
  beforeOf,
  modelOf,
  type PendingStep,
  pendingOf,
  propertiesOf,
} from "../values/stored-json.ts";
import { performStep, type StepFailure } from "./resource-steps.ts";
import { type Advance, AGAIN, type Run, type StepTools } from "./run.ts";

/** The state that a resource is to have. */
export interface Wanted {
  readonly type: string;
  readonly properties: ResourceModel;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string;
  readonly replacePolicy: string;
  readonly metadata: string | null;
  readonly version: number;
}

const REPLACES =
  "Requested update requires the creation of a new physical resource; hence creating one.";
const INITIATED = "Resource creation Initiated";

/** How `was` becomes `want`. An update that turns out impossible becomes a replacement. */
export function changeOf(
  schema: ResourceSchema,
  was: ResourceModel,
  want: ResourceModel,
): "none" | "update" | "replace" {
  const [before, after] = [was as MapValue, want as MapValue];
  if (isSame(before, after)) return "none";
  return replacementOf(schema, before, after) === "yes" ? "replace" : "update";
}

/** A row for a resource that isn't there yet. */
export function newRow(run: Run, logicalId: string, wanted: Wanted): ResourceRow {
  return {
    stack_id: run.stack.stack_id,
    logical_id: logicalId,
    type: wanted.type,
    physical_id: null,
    status: "CREATE_IN_PROGRESS",
    status_reason: null,
    changed_ms: run.nowMs,
    model: null,
    ...declared(wanted),
    version: run.stack.good_version,
    before: JSON.stringify({ kind: "absent" } satisfies Before),
    wait: null,
    drift: null,
  };
}

function declared(wanted: Wanted) {
  return {
    properties: JSON.stringify(wanted.properties),
    depends_on: JSON.stringify(wanted.dependsOn),
    deletion_policy: wanted.deletionPolicy,
    replace_policy: wanted.replacePolicy,
    metadata: wanted.metadata,
  };
}

/** The state to which a failed operation goes back: the first touch remembers it. */
function remembered(row: ResourceRow, actual?: ResourceModel): string {
  if (row.before !== null) return row.before;
  const { physical_id, type, model, properties, depends_on } = row;
  const { deletion_policy, replace_policy, metadata, version } = row;
  if (physical_id === null || model === null)
    return JSON.stringify({ kind: "absent" } satisfies Before);
  const before: Before = {
    kind: "present",
    ...{ physical_id, type, model, properties, depends_on },
    ...{ deletion_policy, replace_policy, metadata, version },
    ...(actual ? { actual: JSON.stringify(actual) } : {}),
  };
  return JSON.stringify(before);
}

/** Makes a resource, or goes on making it. */
export async function createResource(
  run: Run,
  row: ResourceRow,
  type: EngineType,
  wanted: Wanted,
  isReplacement: boolean,
  actual?: ResourceModel,
): Promise<Advance> {
  const pending = pendingOf(row);
  const token = pending?.token ?? run.newToken();
  const place = { stackName: run.stack.name, logicalId: row.logical_id };
  const want = pending?.want ?? withGeneratedName(type, wanted.properties, place, run.deps.ids);
  const [inProgress, complete, failed] = isReplacement
    ? (["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED"] as const)
    : (["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED"] as const);
  const base: ResourceRow = {
    ...row,
    type: wanted.type,
    ...declared(wanted),
    before: remembered(row, actual),
  };
  const begin = ({ changes, nowMs }: StepTools, physical_id: string | null) => {
    if (pending) return;
    const reason = isReplacement ? REPLACES : null;
    const begun = { ...base, status: inProgress, status_reason: reason, changed_ms: nowMs };
    changes.resource(begun);
    changes.resourceEvent(
      { ...begun, physical_id: physical_id ?? begun.physical_id },
      { reason: INITIATED },
    );
  };
  const failure = await performStep({
    run,
    logicalId: row.logical_id,
    schema: type.schema,
    token,
    pending,
    want,
    perform: (call, reveal) => type.create(reveal(want), call),
    done: (model, tools) => {
      const physical_id = physicalIdOf(type.schema, model);
      begin(tools, physical_id);
      if (isReplacement && row.physical_id !== null && row.model !== null)
        tools.changes.leftovers.push(replacedBy(run, row));
      const made = { ...base, physical_id, model: JSON.stringify(model), wait: null };
      const settled = { status: complete, status_reason: null, changed_ms: tools.nowMs };
      tools.changes.resource({ ...made, ...settled, version: wanted.version });
    },
    waits: (step, tools) => {
      const known = isReplacement ? {} : knownOf(type, step.model);
      begin(tools, known.physical_id ?? null);
      const waiting: ResourceRow = { ...base, ...known, status: inProgress };
      waitWith(tools, waiting, step, { action: "create", token, want });
    },
  });
  if (failure) {
    const left = isReplacement ? asBefore(base) : { ...base, wait: null };
    await fail(run, left, failure, [inProgress, failed], base.properties);
  }
  return AGAIN;
}

/** As much of a resource as is known while it is being made. */
function knownOf({ schema }: EngineType, model: ResourceModel | undefined): Partial<ResourceRow> {
  if (!model || !schema.ref.some((name) => model[name] !== undefined)) return {};
  return { physical_id: physicalIdOf(schema, model), model: JSON.stringify(model) };
}

/** A resource as it was before the operation: its replacement has come to nothing. */
function asBefore(row: ResourceRow): ResourceRow {
  const before = beforeOf(row);
  if (before?.kind !== "present") return { ...row, wait: null };
  const { kind: _kind, ...was } = before;
  return { ...row, ...was, wait: null };
}

function replacedBy(run: Run, row: ResourceRow): LeftoverRow {
  return {
    stack_id: row.stack_id,
    number: run.nextLeftover(),
    logical_id: row.logical_id,
    type: row.type,
    physical_id: row.physical_id ?? "",
    model: row.model ?? "{}",
    properties: row.properties,
    depends_on: row.depends_on,
    retain: row.replace_policy === "Delete" ? 0 : 1,
    wait: null,
  };
}

/**
 * Changes a resource in place, or goes on changing it. `actual`: its properties as they are there,
 * from which it is changed, and to which a rollback goes.
 */
export async function updateResource(
  run: Run,
  row: ResourceRow,
  type: EngineType,
  wanted: Wanted,
  actual?: ResourceModel,
): Promise<Advance> {
  const pending = pendingOf(row);
  const token = pending?.token ?? run.newToken();
  const was = pending?.was ?? actual ?? propertiesOf(row);
  const base: ResourceRow = { ...row, before: remembered(row, actual) };
  const begin = ({ changes, nowMs }: StepTools) => {
    if (pending) return;
    const begun = { ...base, ...declared(wanted), changed_ms: nowMs };
    changes.resource({ ...begun, status: "UPDATE_IN_PROGRESS", status_reason: null });
  };
  const failure = await performStep({
    run,
    logicalId: row.logical_id,
    schema: type.schema,
    token,
    pending,
    want: wanted.properties,
    perform: (call, reveal) =>
      type.update(modelOf(row), reveal(was), reveal(wanted.properties), call),
    done: (model, tools) => {
      begin(tools);
      const { nowMs } = tools;
      const settled = {
        status: "UPDATE_COMPLETE",
        status_reason: null,
        changed_ms: nowMs,
      } as const;
      const physical_id = physicalIdOf(type.schema, model);
      // A custom resource's provider may have made another one: the old one is cleaned up.
      if (physical_id !== row.physical_id) tools.changes.leftovers.push(replacedBy(run, row));
      const made = { ...base, ...declared(wanted), physical_id, wait: null };
      const next = { ...made, model: JSON.stringify(model) };
      tools.changes.resource({ ...next, ...settled, version: wanted.version });
    },
    waits: (step, tools) => {
      begin(tools);
      // The row keeps the properties that it had: an update that goes on compares with them.
      const waiting = { ...base, status: "UPDATE_IN_PROGRESS" as const };
      const want = wanted.properties;
      const start = actual ?? pending?.was;
      waitWith(tools, waiting, step, { action: "update", token, want, was: start });
    },
  });
  if (failure?.code === "NotUpdatable" && !pending)
    return createResource(run, row, type, wanted, true, actual);
  if (failure) {
    const { properties } = declared(wanted);
    const statuses = ["UPDATE_IN_PROGRESS", "UPDATE_FAILED"] as const;
    await fail(run, { ...base, wait: null }, failure, statuses, properties);
  }
  return AGAIN;
}

/** Leaves the rest of a step to a later one. */
export function waitWith(
  { changes, nowMs }: StepTools,
  row: ResourceRow,
  step: Extract<Step, { kind: "wait" }>,
  rest: Omit<PendingStep, "dueMs" | "state">,
): void {
  const wait: PendingStep = { ...rest, dueMs: nowMs + step.ms, state: step.state };
  const waiting = { ...row, changed_ms: nowMs, wait: JSON.stringify(wait) };
  const index = changes.resources.findIndex(({ logical_id }) => logical_id === row.logical_id);
  if (index >= 0) changes.resources[index] = waiting;
  else changes.resources.push(waiting);
}

/** Says that a step failed; the operation goes on with undoing. `row` is what is left. */
export async function fail(
  run: Run,
  row: ResourceRow,
  { reason }: Pick<StepFailure, "reason">,
  [inProgress, failed]: readonly [ResourceRow["status"], ResourceRow["status"]],
  properties = row.properties,
): Promise<void> {
  await run.commit(({ changes, nowMs }) => {
    const isBegun = run.resources.get(row.logical_id)?.wait != null;
    const at = { ...row, changed_ms: nowMs };
    if (!isBegun)
      changes.resource({ ...at, status: inProgress, status_reason: null }, { properties });
    changes.resource({ ...at, status: failed, status_reason: reason }, { properties });
    changes.operation = { failures: JSON.stringify([...run.failures, row.logical_id]) };
  });
}

/** AWS's events of a resource that is imported. */
const TAKEN_OVER = [
  ["IMPORT_IN_PROGRESS", "Resource import started."],
  ["IMPORT_COMPLETE", "Resource import completed."],
  ["UPDATE_IN_PROGRESS", "Apply stack-level tags to imported resource if applicable."],
  ["UPDATE_COMPLETE", null],
] as const;

/** Gives an imported resource its stack's tags. Nothing else of it changes. */
async function giveTags(
  { schema, update }: EngineType,
  model: ResourceModel,
  properties: ResourceModel,
  call: StackStepCalls,
): Promise<void> {
  if (!schema.tags) return;
  const { [schema.tags.property]: tags = model[schema.tags.property], ...rest } = properties;
  await update(model, rest, { ...rest, [schema.tags.property]: tags }, call);
}

/** Rejects where a resource has become a stack's since the change set was made. */
async function refuseHeld(
  { stack, deps }: Run,
  { logical_id }: ResourceRow,
  { schema }: EngineType,
  model: ResourceModel,
  { tx }: StackStepCalls,
): Promise<void> {
  const holder = await holderOf(schema, model, stack, tx.db, deps.readable);
  if (!holder || (holder.stackId === stack.stack_id && holder.logicalId === logical_id)) return;
  throw new ResourceError(
    "AlreadyExists",
    `Resource ${logical_id} is already in a stack and cannot be imported.`,
  );
}

/** Takes a resource over that is there already. */
export async function importResource(
  run: Run,
  row: ResourceRow,
  type: EngineType,
  wanted: Wanted,
  identifier: ResourceModel,
): Promise<Advance> {
  const token = run.newToken();
  const base: ResourceRow = { ...row, ...declared(wanted) };
  const failure = await performStep({
    run,
    logicalId: row.logical_id,
    schema: type.schema,
    token,
    pending: undefined,
    isTakenOver: true,
    perform: async (call) => {
      const model = { ...(await type.read(identifier, call)), ...identifier };
      await refuseHeld(run, row, type, model, call);
      if (!run.types.isOwn(row.type)) await giveTags(type, model, wanted.properties, call);
      return { kind: "done", model };
    },
    done: (model, { changes, nowMs }) => {
      const physical_id = physicalIdOf(type.schema, model);
      const made = { ...base, physical_id, model: JSON.stringify(model), changed_ms: nowMs };
      const taken = { ...made, version: wanted.version, status_reason: null };
      for (const [status, reason] of TAKEN_OVER) changes.resource({ ...taken, status }, { reason });
    },
    waits: () => {},
  });
  if (failure) await fail(run, base, failure, ["IMPORT_IN_PROGRESS", "IMPORT_FAILED"]);
  return AGAIN;
}
