import type { AccessReportRow } from "../access-tables.ts";
import type { Db } from "../tables.ts";

/** A report by its job's id, if it was made after `sinceMs`. */
export function findAccessReport(
  db: Db,
  accountId: string,
  jobId: string,
  sinceMs: number,
): Promise<AccessReportRow | undefined> {
  return db
    .selectFrom("iam_access_reports")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("account_id", "=", accountId)
    .where("created_ms", ">", sinceMs)
    .executeTakeFirst();
}

export async function insertAccessReport(db: Db, report: AccessReportRow): Promise<void> {
  await db.insertInto("iam_access_reports").values(report).execute();
}

/** Deletes all of an account's reports but the latest `max` that were made after `sinceMs`. */
export async function keepAccessReports(
  db: Db,
  accountId: string,
  { sinceMs, max }: { readonly sinceMs: number; readonly max: number },
): Promise<void> {
  const kept = await db
    .selectFrom("iam_access_reports")
    .select("job_id")
    .where("account_id", "=", accountId)
    .where("created_ms", ">", sinceMs)
    .orderBy("created_ms", "desc")
    .limit(max)
    .execute();
  const old = db.deleteFrom("iam_access_reports").where("account_id", "=", accountId);
  const ids = kept.map(({ job_id }) => job_id);
  await (ids.length === 0 ? old : old.where("job_id", "not in", ids)).execute();
}
