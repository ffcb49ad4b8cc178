import type { ResourceModel } from "../../../kernel/resources.ts";
import type { LeftoverRow, ResourceRow } from "../tables.ts";
import { type Before, beforeOf, modelOf, pendingOf, propertiesOf } from "../values/stored-json.ts";
import { waitWith } from "./put-resource.ts";
import { advanceRemoval, type Removable } from "./removal.ts";
import { performStep } from "./resource-steps.ts";
import { type Advance, AGAIN, type Run } from "./run.ts";

type Present = Extract<Before, { kind: "present" }>;

/** Takes an update one step back: each resource that it touched gets what it had. */
export async function advanceBack(run: Run): Promise<Advance> {
  const touched = [...run.resources.values()].filter((row) => isToGoBack(row, run));
  const failed = new Set(run.failures);
  const left = touched.filter(({ logical_id }) => !failed.has(logical_id));
  let waitMs = Number.POSITIVE_INFINITY;
  for (const row of left) {
    const before = beforeOf(row);
    if (before?.kind !== "present") continue;
    const needs = JSON.parse(before.depends_on) as string[];
    if (touched.some(({ logical_id }) => needs.includes(logical_id))) continue;
    const restMs = (pendingOf(row)?.dueMs ?? 0) - run.nowMs;
    if (restMs <= 0) return goBack(run, row, before);
    waitMs = Math.min(waitMs, restMs);
  }
  if (Number.isFinite(waitMs)) return { kind: "wait", ms: waitMs };
  const isImport = run.operation.kind === "import";
  if (failed.size > 0) {
    const reason = `The following resource(s) failed to update: [${[...failed].join(", ")}]. `;
    const status = isImport ? "IMPORT_ROLLBACK_FAILED" : "UPDATE_ROLLBACK_FAILED";
    return run.end(status, { reason, isSettled: false });
  }
  const stack = { version: run.stack.good_version };
  // An import makes nothing, so there is nothing to clean up.
  const status = isImport
    ? "IMPORT_ROLLBACK_IN_PROGRESS"
    : "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
  return run.enter("back-cleanup", status, null, { stack });
}

/** A resource that the update touched and that hasn't been given back what it had. */
function isToGoBack(row: ResourceRow, run: Run): boolean {
  const before = beforeOf(row);
  if (before?.kind !== "present") return false;
  return row.version !== -run.stack.version;
}

/** Marks a row as gone back: no version of the template has a negative number. */
function wentBack(row: ResourceRow, before: Present, run: Run): ResourceRow {
  const { kind: _kind, actual: _actual, ...was } = before;
  return { ...row, ...was, version: -run.stack.version, wait: null };
}

async function goBack(run: Run, row: ResourceRow, before: Present): Promise<Advance> {
  if (run.options.skip?.includes(row.logical_id)) return skip(run, row, before);
  if (row.physical_id !== before.physical_id) return takeOldOne(run, row, before);
  const type = await run.types.find(row.type);
  if (!type) return skip(run, row, before);
  const pending = pendingOf(row);
  const token = pending?.token ?? run.newToken();
  const { actual, properties } = before;
  // A nested stack may have changed although its properties stayed.
  const isSame =
    !type.updatesAlways && !pending && actual === undefined && row.properties === properties;
  const want = JSON.parse(actual ?? properties) as ResourceModel;
  const failure = await performStep({
    run,
    logicalId: row.logical_id,
    schema: type.schema,
    token,
    pending,
    before: JSON.parse(before.model) as ResourceModel,
    want: isSame ? {} : want,
    perform: async (call, reveal) =>
      isSame
        ? { kind: "done", model: modelOf(row) }
        : type.update(modelOf(row), reveal(propertiesOf(row)), reveal(want), call),
    done: (model, { changes, nowMs }) => {
      const back = { ...wentBack(row, before, run), model: JSON.stringify(model) };
      const status = { status_reason: null, changed_ms: nowMs };
      if (!pending) changes.resource({ ...back, ...status, status: "UPDATE_IN_PROGRESS" });
      changes.resource({ ...back, ...status, status: "UPDATE_COMPLETE" });
    },
    waits: (step, tools) => {
      const status = { status: "UPDATE_IN_PROGRESS", status_reason: null } as const;
      if (!pending) tools.changes.resource({ ...row, ...status }, { properties });
      waitWith(tools, { ...row, ...status }, step, { action: "update", token, want });
    },
  });
  if (!failure) return AGAIN;
  await run.commit(({ changes, nowMs }) => {
    const at = { ...row, changed_ms: nowMs, wait: null };
    if (!pending) changes.resource({ ...at, status: "UPDATE_IN_PROGRESS", status_reason: null });
    changes.resource({ ...at, status: "UPDATE_FAILED", status_reason: failure.reason });
    changes.operation = { failures: JSON.stringify([...run.failures, row.logical_id]) };
  });
  return AGAIN;
}

/** The replaced resource is still there: it is the stack's again, and the new one goes. */
async function takeOldOne(run: Run, row: ResourceRow, before: Present): Promise<Advance> {
  const old = run.leftovers.find(
    (each) => each.logical_id === row.logical_id && each.physical_id === before.physical_id,
  );
  await run.commit(({ changes, nowMs }) => {
    if (old) changes.removedLeftovers.push(old);
    if (row.physical_id !== null && row.model !== null)
      changes.leftovers.push(leftoverOf(row, run));
    const back = { ...wentBack(row, before, run), status_reason: null, changed_ms: nowMs };
    changes.resource({ ...back, status: "UPDATE_IN_PROGRESS" });
    changes.resource({ ...back, status: "UPDATE_COMPLETE" });
  });
  return AGAIN;
}

function leftoverOf(row: ResourceRow, run: Run): LeftoverRow {
  const { stack_id, logical_id, type, properties, depends_on } = row;
  const physical_id = row.physical_id ?? "";
  const model = row.model ?? "{}";
  const rest = { number: run.nextLeftover(), retain: 0, wait: null };
  return { stack_id, logical_id, type, properties, depends_on, physical_id, model, ...rest };
}

async function skip(run: Run, row: ResourceRow, before: Present): Promise<Advance> {
  await run.commit(({ changes, nowMs }) => {
    const back = { ...wentBack(row, before, run), model: row.model, changed_ms: nowMs };
    changes.resource({ ...back, status: "UPDATE_COMPLETE", status_reason: null });
  });
  return AGAIN;
}

/** Removes what the update made. */
export async function advanceBackCleanup(run: Run): Promise<Advance> {
  const made = [...run.resources.values()].filter((row) => beforeOf(row)?.kind === "absent");
  const isImport = run.operation.kind === "import";
  const items: readonly Removable[] = [
    ...made.map(
      (row) => ({ kind: "resource", row, retain: isImport || isRetained(row, run) }) as const,
    ),
    ...run.leftovers.map((row) => ({ kind: "leftover", row, retain: row.retain === 1 }) as const),
  ];
  const advance = await advanceRemoval(run, { items, keepsRows: false });
  if (advance !== "finished") return advance;
  return run.end(isImport ? "IMPORT_ROLLBACK_COMPLETE" : "UPDATE_ROLLBACK_COMPLETE");
}

function isRetained({ deletion_policy: policy }: ResourceRow, { options }: Run): boolean {
  return policy === "Retain" && !options.retainExceptOnCreate;
}
