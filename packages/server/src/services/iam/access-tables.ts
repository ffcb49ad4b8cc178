/** When a user or role last called an action, whether it was allowed or not. */
export interface LastAccessedRow {
  /** AIDA… or AROA… */
  entity_id: string;
  /** `s3:PutObject`. */
  action: string;
  last_ms: number;
  region: string;
}

/** A report of GenerateServiceLastAccessedDetails, as it was when it was made. */
export interface AccessReportRow {
  job_id: string;
  account_id: string;
  /** JSON of an `AccessReport`. */
  content: string;
  created_ms: number;
}

export interface AccessTables {
  iam_last_accessed: LastAccessedRow;
  iam_access_reports: AccessReportRow;
}
