import type { Selectable } from "kysely";
import type { CredentialReportRow, Db } from "../tables.ts";

/** An account has its latest report or none. */
export function findCredentialReport(
  db: Db,
  accountId: string,
): Promise<Selectable<CredentialReportRow> | undefined> {
  return db
    .selectFrom("iam_credential_reports")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

export async function replaceCredentialReport(db: Db, report: CredentialReportRow): Promise<void> {
  const { account_id } = report;
  await db.deleteFrom("iam_credential_reports").where("account_id", "=", account_id).execute();
  await db.insertInto("iam_credential_reports").values(report).execute();
}
