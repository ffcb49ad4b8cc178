import { type Advance, AGAIN, type Run } from "./run.ts";

const BY_USER = "Rollback requested by user.";

/**
 * A forward phase ends before its time: some resources failed, or `reason` says why else. By the
 * kind of operation and its options all is undone, removed, or left.
 */
export async function giveUp(run: Run, reason: string | undefined): Promise<Advance> {
  const { kind } = run.operation;
  const isCreation = kind === "create" || run.stack.good_version === 0;
  const why = reason ?? failedText(run, isCreation ? "create" : "update");
  return isCreation ? endCreation(run, why, reason) : endUpdate(run, why, reason);
}

function failedText(run: Run, verb: "create" | "update"): string {
  const names = run.failures;
  const created = names.filter((name) => run.resources.get(name)?.status === "CREATE_FAILED");
  const updated = names.filter((name) => !created.includes(name));
  if (verb === "create") return listed("create", names);
  return [
    ...(created.length > 0 ? [listed("create", created)] : []),
    ...(updated.length > 0 ? [listed("update", updated)] : []),
  ].join("");
}

function listed(verb: string, names: readonly string[]): string {
  return `The following resource(s) failed to ${verb}: [${names.join(", ")}]. `;
}

async function endCreation(run: Run, why: string, own: string | undefined): Promise<Advance> {
  const { onFailure: asked, disableRollback } = run.options;
  const isToGo = (await run.stopped()) === "delete";
  const onFailure = isToGo ? "DELETE" : (asked ?? (disableRollback ? "DO_NOTHING" : "ROLLBACK"));
  switch (onFailure) {
    case "DO_NOTHING":
      return run.end("CREATE_FAILED", { reason: why, isSettled: false });
    case "DELETE":
      return run.enter("delete", "DELETE_IN_PROGRESS", own ?? `${why}Delete requested by user.`, {
        stack: { deleted_ms: run.nowMs },
      });
    case "ROLLBACK":
      return run.enter("undo", "ROLLBACK_IN_PROGRESS", own ?? `${why}${BY_USER}`, {
        stack: { deleted_ms: run.nowMs },
      });
    default:
      return onFailure satisfies never;
  }
}

async function endUpdate(run: Run, why: string, own: string | undefined): Promise<Advance> {
  if (run.options.disableRollback && !own)
    return run.end("UPDATE_FAILED", { reason: why, isSettled: false });
  const status =
    run.operation.kind === "import" ? "IMPORT_ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS";
  await run.enter("back", status, own ?? why);
  return AGAIN;
}
