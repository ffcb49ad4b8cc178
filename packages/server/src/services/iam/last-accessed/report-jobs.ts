import type { RequestContext } from "../../../kernel/request-context.ts";
import { noSuchEntity } from "../errors.ts";
import type { IamParts } from "../parts.ts";
import { findAccessReport, insertAccessReport, keepAccessReports } from "../rows/access-reports.ts";
import type { IamTables } from "../tables.ts";

/** Reports can be read for a week. */
const REPORT_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
/** An account keeps this many reports; older ones are deleted. */
const REPORTS_PER_ACCOUNT = 100;

interface StoredReport<Report> {
  readonly createdMs: number;
  readonly report: Report;
}

/** Keeps a report for its account; resolves to the id of its job. */
export async function storeReport(
  { ids }: Pick<IamParts, "ids">,
  context: RequestContext,
  report: object,
): Promise<string> {
  const { accountId, nowMs } = context;
  const jobId = ids.uuid();
  await context.transaction<IamTables, void>(async ({ db }) => {
    await keepAccessReports(db, accountId, {
      sinceMs: nowMs - REPORT_LIFETIME_MS,
      max: REPORTS_PER_ACCOUNT - 1,
    });
    await insertAccessReport(db, {
      job_id: jobId,
      account_id: accountId,
      content: JSON.stringify(report),
      created_ms: nowMs,
    });
  });
  return jobId;
}

/** The report of a job, if it is one of this kind. @throws NoSuchEntity */
export async function requireReport<Report extends object>(
  context: RequestContext,
  jobId: string,
  isOfKind: (report: object) => report is Report,
): Promise<StoredReport<Report>> {
  const { accountId, nowMs } = context;
  const db = context.db<IamTables>();
  const row = await findAccessReport(db, accountId, jobId, nowMs - REPORT_LIFETIME_MS);
  const report = row && (JSON.parse(row.content) as object);
  if (!row || !report || !isOfKind(report)) throw noSuchEntity(`Job ${jobId} cannot be found.`);
  return { createdMs: Number(row.created_ms), report };
}
