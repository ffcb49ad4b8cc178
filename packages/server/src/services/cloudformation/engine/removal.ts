import type { LeftoverRow, ResourceRow } from "../tables.ts";
import type { EngineType } from "../types/engine-types.ts";
import { dependsOn, modelOf, type PendingStep, pendingOf } from "../values/stored-json.ts";
import { performStep, type StepFailure } from "./resource-steps.ts";
import { type Advance, AGAIN, type Run, type StepTools } from "./run.ts";

/** A resource that is to go: one of the stack's, or what a replacement left over. */
export type Removable =
  | { readonly kind: "resource"; readonly row: ResourceRow; readonly retain: boolean }
  | { readonly kind: "leftover"; readonly row: LeftoverRow; readonly retain: boolean };

/** How a phase removes. */
export interface Removal {
  readonly items: readonly Removable[];
  /** Rows of removed resources stay, so that the stack still shows them. */
  readonly keepsRows: boolean;
  /** Nothing fails: resources that can't be deleted are left. */
  readonly isForced?: boolean;
}

/**
 * Takes a removal one step further: what others still need goes after them. `ended`: all that can
 * go is gone; `run.failures` names the rest.
 */
export async function advanceRemoval(run: Run, removal: Removal): Promise<Advance | "finished"> {
  const failed = new Set(run.failures);
  const left = removal.items.filter((item) => !failed.has(keyOf(item)));
  if (left.length === 0) return "finished";
  const needed = new Set(removal.items.flatMap(({ row }) => dependsOn(row)));
  let waitMs = Number.POSITIVE_INFINITY;
  for (const item of left) {
    if (needed.has(item.row.logical_id) && isNeeded(item, removal.items)) continue;
    const pending = deletionOf(item.row);
    const restMs = pending ? pending.dueMs - run.nowMs : 0;
    if (restMs <= 0) return remove(run, item, removal);
    waitMs = Math.min(waitMs, restMs);
  }
  // The others wait for one that can't be deleted.
  return Number.isFinite(waitMs) ? { kind: "wait", ms: waitMs } : "finished";
}

/** The deletion that is under way. A creation that was is given up. */
function deletionOf(row: Removable["row"]): PendingStep | undefined {
  const pending = pendingOf(row);
  return pending?.action === "delete" ? pending : undefined;
}

export function keyOf({ kind, row }: Removable): string {
  return kind === "resource" ? row.logical_id : `${row.logical_id}#${row.number}`;
}

function isNeeded(item: Removable, items: readonly Removable[]): boolean {
  return items.some(
    (other) => other !== item && dependsOn(other.row).includes(item.row.logical_id),
  );
}

async function remove(run: Run, item: Removable, removal: Removal): Promise<Advance> {
  const { row } = item;
  if (item.kind === "resource" && row.physical_id === null) return settle(run, item, removal, true);
  if (item.retain) return skip(run, item, removal);
  const type = await run.types.find(row.type);
  if (!type) return settle(run, item, removal, false);
  const pending = deletionOf(row);
  const token = pending?.token ?? run.newToken();
  const failure = await performStep({
    run,
    logicalId: row.logical_id,
    schema: type.schema,
    token,
    pending,
    perform: (call) => deleteIt(type, row, call),
    done: (_model, tools) => {
      if (!pending) begin(item, removal, tools);
      gone(item, removal, tools);
    },
    waits: (step, tools) => {
      if (!pending) begin(item, removal, tools);
      waitOn(item, step, token, tools);
    },
  });
  if (failure?.code === "NotFound") return settle(run, item, removal, false);
  if (failure) await fail(run, item, failure, removal);
  return AGAIN;
}

async function deleteIt(
  type: EngineType,
  row: Removable["row"],
  call: Parameters<EngineType["delete"]>[1],
) {
  return type.delete(modelOf(row), call);
}

/** The events of a cleanup, unlike a stack's deletion, come without the resource's properties. */
function shown({ keepsRows }: Removal): { readonly properties?: null } {
  return keepsRows ? {} : { properties: null };
}

function begin({ row }: Removable, removal: Removal, { changes, nowMs }: StepTools): void {
  const event = { status: "DELETE_IN_PROGRESS", reason: null, ...shown(removal) } as const;
  const status = { status: event.status, status_reason: null, changed_ms: nowMs } as const;
  if (!("status" in row)) changes.resourceEvent(row, event);
  else changes.resource({ ...row, ...status }, event);
}

function gone({ row }: Removable, removal: Removal, { changes, nowMs }: StepTools): void {
  if (!("status" in row)) {
    const event = { status: "DELETE_COMPLETE", reason: null, ...shown(removal) };
    changes.resourceEvent(row, event);
    changes.removedLeftovers.push(row);
    return;
  }
  const status = { status: "DELETE_COMPLETE", status_reason: null, changed_ms: nowMs } as const;
  changes.resource({ ...row, ...status, wait: null }, shown(removal));
  if (!removal.keepsRows) takeAway(row, changes);
}

function takeAway(row: ResourceRow, changes: StepTools["changes"]): void {
  const index = changes.resources.findIndex(({ logical_id }) => logical_id === row.logical_id);
  if (index >= 0) changes.resources.splice(index, 1);
  changes.removed.push(row);
}

function waitOn(
  { row }: Removable,
  step: { readonly ms: number; readonly state: PendingStep["state"] },
  token: string,
  { changes, nowMs }: StepTools,
): void {
  const pending: PendingStep = {
    ...{ action: "delete", token, want: {}, state: step.state },
    dueMs: nowMs + step.ms,
  };
  const wait = JSON.stringify(pending);
  if (!("status" in row)) {
    changes.leftovers.push({ ...row, wait });
    return;
  }
  const index = changes.resources.findIndex(({ logical_id }) => logical_id === row.logical_id);
  const waiting: ResourceRow = { ...row, status: "DELETE_IN_PROGRESS", status_reason: null, wait };
  if (index >= 0) changes.resources[index] = waiting;
  else changes.resources.push(waiting);
}

/** The resource isn't there, so nothing is to be done. */
async function settle(
  run: Run,
  item: Removable,
  removal: Removal,
  isUnmade: boolean,
): Promise<Advance> {
  await run.commit((tools) => {
    if (!isUnmade && deletionOf(item.row) === undefined) begin(item, removal, tools);
    gone(item, removal, tools);
  });
  return AGAIN;
}

/** A resource whose policy retains it. */
async function skip(run: Run, item: Removable, removal: Removal): Promise<Advance> {
  const { row } = item;
  await run.commit(({ changes, nowMs }) => {
    if (!("status" in row)) {
      changes.resourceEvent(row, { status: "DELETE_SKIPPED", reason: null, ...shown(removal) });
      changes.removedLeftovers.push(row);
      return;
    }
    const status = { status: "DELETE_SKIPPED", status_reason: null, changed_ms: nowMs } as const;
    changes.resource({ ...row, ...status, wait: null }, shown(removal));
    if (!removal.keepsRows) takeAway(row, changes);
  });
  return AGAIN;
}

async function fail(
  run: Run,
  item: Removable,
  { reason }: StepFailure,
  removal: Removal,
): Promise<void> {
  const { row } = item;
  await run.commit((tools) => {
    const { changes, nowMs } = tools;
    if (deletionOf(row) === undefined) begin(item, removal, tools);
    if (!("status" in row)) {
      changes.resourceEvent(row, { status: "DELETE_FAILED", reason, ...shown(removal) });
      changes.leftovers.push({ ...row, wait: null });
    } else {
      const status = { status: "DELETE_FAILED", status_reason: reason } as const;
      changes.resource({ ...row, ...status, changed_ms: nowMs, wait: null }, shown(removal));
    }
    if (removal.isForced) return skipForced(item, removal, tools);
    changes.operation = { failures: JSON.stringify([...run.failures, keyOf(item)]) };
  });
}

function skipForced({ row }: Removable, { keepsRows }: Removal, { changes }: StepTools): void {
  if (!("status" in row)) {
    changes.removedLeftovers.push(row);
    return;
  }
  changes.resource({ ...row, status: "DELETE_SKIPPED", status_reason: null, wait: null });
  if (!keepsRows) takeAway(row, changes);
}
