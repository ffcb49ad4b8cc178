import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import { onAccount } from "../identities/authorization.ts";
import type { IamParts } from "../parts.ts";
import { findCredentialReport, replaceCredentialReport } from "../rows/credential-reports.ts";
import type { IamTables } from "../tables.ts";
import { writeCredentialReport } from "./credential-report.ts";

/** Source: IAM User Guide, "Getting credential reports": one every four hours. */
const REPORT_LIFETIME_MS = 4 * 60 * 60 * 1000;
const STARTED = "No report exists. Starting a new report generation task";

export function credentialReportOperations(parts: Pick<IamParts, "lastUsed">) {
  return defineOperations<typeof iam>()({
    GenerateCredentialReport: {
      authorize: (_input, context) => onAccount(context),
      handle: (_input, context) => {
        const { accountId, nowMs } = context;
        return context.transaction<IamTables, iam.GenerateCredentialReportResponse>(
          async ({ db }) => {
            const latest = await findCredentialReport(db, accountId);
            if (latest && !isExpired(latest.generated_ms, nowMs)) return { State: "COMPLETE" };
            const content = await writeCredentialReport(parts, db, accountId);
            await replaceCredentialReport(db, {
              account_id: accountId,
              content,
              generated_ms: nowMs,
            });
            // It is ready already; clients wait for COMPLETE, which the next call says.
            return { State: "STARTED", Description: STARTED };
          },
        );
      },
    },
    GetCredentialReport: {
      authorize: (_input, context) => onAccount(context),
      handle: async (_input, context) => {
        const report = await findCredentialReport(context.db<IamTables>(), context.accountId);
        if (!report)
          throw gone("ReportNotPresent", "No credential report exists: generate one first.");
        if (isExpired(report.generated_ms, context.nowMs))
          throw gone("ReportExpired", "The credential report has expired: generate a new one.");
        return {
          Content: Buffer.from(report.content, "utf8"),
          ReportFormat: "text/csv",
          GeneratedTime: new Date(report.generated_ms),
        };
      },
    },
  });
}

function isExpired(generatedMs: number, nowMs: number): boolean {
  return nowMs - generatedMs >= REPORT_LIFETIME_MS;
}

function gone(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 410 });
}
