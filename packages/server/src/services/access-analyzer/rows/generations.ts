import type { TaskTable } from "../../../kernel/work/task-table.ts";
import type { GenerationRow } from "../tables.ts";
import type { Db } from "./analyzers.ts";

/** The jobs as their worker's queue. */
export const GENERATION_JOBS: TaskTable<GenerationRow> = {
  name: "access_analyzer_generations",
  id: "job_id",
  leasedUntilMs: "lease_until_ms",
  owner: "lease_owner",
  dueMs: "due_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["due_ms", "job_id"],
  pending: { column: "status", values: ["IN_PROGRESS"] },
};

export function findGeneration(
  { accountId, region }: { readonly accountId: string; readonly region: string },
  jobId: string,
  db: Db,
): Promise<GenerationRow | undefined> {
  return db
    .selectFrom("access_analyzer_generations")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .executeTakeFirst();
}

/** An account's jobs since a time, in all Regions. */
export function generationsOf(
  accountId: string,
  sinceMs: number,
  db: Db,
): Promise<GenerationRow[]> {
  return db
    .selectFrom("access_analyzer_generations")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("started_ms", ">=", sinceMs)
    .orderBy("started_ms", "desc")
    .execute();
}

export async function insertGeneration(row: GenerationRow, db: Db): Promise<void> {
  await db.insertInto("access_analyzer_generations").values(row).execute();
}

export async function endGeneration(
  jobId: string,
  end: Pick<GenerationRow, "status" | "completed_ms" | "result" | "error">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("access_analyzer_generations")
    .set(end)
    .where("job_id", "=", jobId)
    .where("status", "=", "IN_PROGRESS")
    .execute();
}

export async function removeGenerationsBefore(ms: number, db: Db): Promise<void> {
  await db
    .deleteFrom("access_analyzer_generations")
    .where("started_ms", "<", ms)
    .where("status", "<>", "IN_PROGRESS")
    .execute();
}
