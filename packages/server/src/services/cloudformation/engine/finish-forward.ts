import type { Output } from "@aws-sdk/client-cloudformation";
import { importsOf, type ResolvedOutput, TemplateError } from "@rolecast/template";
import {
  exportsOf,
  findExport,
  importersOf,
  putExport,
  removeExport,
  replaceImports,
} from "../rows/exports.ts";
import { findStackById } from "../rows/stacks.ts";
import type { ExportRow } from "../tables.ts";
import { giveUp } from "./give-up.ts";
import { type Advance, AGAIN, ENDED, type Run, type StepTools } from "./run.ts";

/** All resources have the new version: outputs and exports follow, and the stack's status. */
export async function finishForward(run: Run): Promise<Advance> {
  try {
    const evaluation = await run.evaluation();
    const imported = importsOf(evaluation);
    const outputs = evaluation.outputs(run.attributes);
    const { kind } = run.operation;
    await run.commit(async (tools) => {
      await changeExports(run, outputs, tools);
      await replaceImports(run.stack.stack_id, run.stack, imported, tools.tx.db);
      for (const row of run.later.values()) tools.changes.resources.push(row);
      const shown = JSON.stringify(outputs.map(outputView));
      if (kind === "update") {
        tools.changes.stackStatus(run.stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
        tools.changes.operation = { phase: "cleanup" };
      }
      tools.changes.stack = { ...tools.changes.stack, outputs: shown };
    });
    run.later.clear();
    if (kind === "update") return AGAIN;
    const isImport = kind === "import";
    const stack = { drift_status: "NOT_CHECKED" };
    await run.end(isImport ? "IMPORT_COMPLETE" : "CREATE_COMPLETE", { stack });
    return ENDED;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return giveUp(
      run,
      `${error.message}${error.message.endsWith(".") ? "" : "."} Rollback requested by user.`,
    );
  }
}

function outputView({ name, value, description, exportName }: ResolvedOutput): Output {
  return {
    OutputKey: name,
    OutputValue: value,
    ...(description === undefined ? {} : { Description: description }),
    ...(exportName === undefined ? {} : { ExportName: exportName }),
  };
}

/** Rejects with TemplateError for a name that is taken, or an export that others need. */
async function changeExports(
  run: Run,
  outputs: readonly ResolvedOutput[],
  { tx: { db } }: StepTools,
): Promise<void> {
  const { stack_id, account_id, region } = run.stack;
  const named = outputs.flatMap(({ exportName, value }) =>
    exportName === undefined ? [] : [{ name: exportName, value }],
  );
  const before = await exportsOf(stack_id, db);
  for (const row of before) {
    const next = named.find(({ name }) => name === row.name);
    if (next?.value === row.value) continue;
    const verb = next ? "updated" : "deleted";
    await refuseIfImported(row, verb, run, db);
    if (!next) await removeExport(row, db);
  }
  for (const { name, value } of named) {
    const other = await findExport(name, run.stack, db);
    if (other && other.stack_id !== stack_id) {
      const owner = await findStackById(other.stack_id, db);
      throw new TemplateError(
        `Export with name ${name} is already exported by stack ${owner?.name}.`,
      );
    }
    await putExport({ account_id, region, name, stack_id, value }, db);
  }
}

/** Rejects with TemplateError in AWS's words. */
export async function refuseIfImported(
  row: ExportRow,
  verb: "updated" | "deleted",
  run: Run,
  db: StepTools["tx"]["db"],
): Promise<void> {
  const importers = await importersOf(row.name, run.stack, db);
  if (importers.length === 0) return;
  const names = importers.map(({ name }) => name).join(", ");
  throw new TemplateError(`Export ${row.name} cannot be ${verb} as it is in use by ${names}`);
}
