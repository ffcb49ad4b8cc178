import { TemplateError } from "@rolecast/template";
import { exportsOf, removeExport, replaceImports } from "../rows/exports.ts";
import type { CloudFormationTables, ResourceRow } from "../tables.ts";
import { removeAnnouncedStacks } from "./change-set-trees.ts";
import { refuseIfImported } from "./finish-forward.ts";
import { advanceRemoval, type Removable } from "./removal.ts";
import type { Advance, Run } from "./run.ts";

/** Removes what an update replaced or left out. What can't be deleted stays behind. */
export async function advanceCleanup(run: Run): Promise<Advance> {
  const { resources } = await run.evaluation();
  const dropped = [...run.resources.values()].filter((row) => !resources.has(row.logical_id));
  const items: readonly Removable[] = [
    ...dropped.map((row) => resourceItem(row, row.deletion_policy !== "Delete")),
    ...run.leftovers.map((row) => ({ kind: "leftover", row, retain: row.retain === 1 }) as const),
  ];
  const advance = await advanceRemoval(run, { items, keepsRows: false });
  if (advance !== "finished") return advance;
  return run.end("UPDATE_COMPLETE", { stack: { drift_status: "NOT_CHECKED" } });
}

function resourceItem(row: ResourceRow, retain: boolean): Removable {
  return { kind: "resource", row, retain };
}

/** Removes all that a creation made before it failed. */
export async function advanceUndo(run: Run): Promise<Advance> {
  const isRetained = (row: ResourceRow) =>
    row.deletion_policy === "Retain" && !run.options.retainExceptOnCreate;
  const advance = await removeAll(run, isRetained);
  if (advance !== "finished") return advance;
  if (run.failures.length === 0) return run.end("ROLLBACK_COMPLETE");
  return run.end("ROLLBACK_FAILED", { reason: failedText(run), isSettled: false });
}

/** Deletes a stack. */
export async function advanceDelete(run: Run): Promise<Advance> {
  const isRetained = (row: ResourceRow) =>
    row.deletion_policy.startsWith("Retain") ||
    run.options.retain?.includes(row.logical_id) === true;
  const refusal = await exportRefusal(run);
  if (refusal !== undefined) return run.end("DELETE_FAILED", { reason: refusal, isSettled: false });
  const advance = await removeAll(run, isRetained);
  if (advance !== "finished") return advance;
  if (run.failures.length > 0)
    return run.end("DELETE_FAILED", { reason: failedText(run), isSettled: false });
  const gone = { live_name: null, deleted_ms: run.nowMs };
  await run.commit(async ({ tx, nowMs }) => {
    const { ids, events } = run.deps;
    const { stack_id } = run.stack;
    await replaceImports(stack_id, run.stack, [], tx.db);
    for (const row of await exportsOf(stack_id, tx.db)) await removeExport(row, tx.db);
    await removeAnnouncedStacks(stack_id, { tx, nowMs, ids, events });
  });
  return run.end("DELETE_COMPLETE", { stack: gone });
}

async function removeAll(
  run: Run,
  isRetained: (row: ResourceRow) => boolean,
): Promise<Advance | "finished"> {
  const ended = new Set(["DELETE_COMPLETE", "DELETE_SKIPPED"]);
  const left = [...run.resources.values()].filter(({ status }) => !ended.has(status));
  const items: readonly Removable[] = [
    ...left.map((row) => resourceItem(row, isRetained(row))),
    ...run.leftovers.map((row) => ({ kind: "leftover", row, retain: row.retain === 1 }) as const),
  ];
  return advanceRemoval(run, { items, keepsRows: true, isForced: run.options.force === true });
}

async function exportRefusal(run: Run): Promise<string | undefined> {
  const { db } = run.deps.store.tables<CloudFormationTables>();
  try {
    for (const row of await exportsOf(run.stack.stack_id, db))
      await refuseIfImported(row, "deleted", run, db);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

function failedText(run: Run): string {
  const names = run.failures.map((key) => key.replace(/#.*/, ""));
  return `The following resource(s) failed to delete: [${names.join(", ")}]. `;
}
