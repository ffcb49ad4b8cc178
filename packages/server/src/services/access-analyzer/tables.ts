export type AnalyzerType =
  | "ACCOUNT"
  | "ORGANIZATION"
  | "ACCOUNT_UNUSED_ACCESS"
  | "ORGANIZATION_UNUSED_ACCESS"
  | "ACCOUNT_INTERNAL_ACCESS"
  | "ORGANIZATION_INTERNAL_ACCESS";

export type FindingStatus = "ACTIVE" | "ARCHIVED" | "RESOLVED";

export type FindingType =
  | "ExternalAccess"
  | "UnusedIAMRole"
  | "UnusedIAMUserAccessKey"
  | "UnusedIAMUserPassword"
  | "UnusedPermission"
  | "InternalAccess";

export interface AnalyzerRow {
  /** Tells an analyzer from an earlier one of the same name. */
  analyzer_id: string;
  account_id: string;
  region: string;
  name: string;
  type: AnalyzerType;
  created_ms: number;
  /** A tag set as JSON. */
  tags: string;
  /** An AnalyzerConfiguration as JSON; null where none was given. */
  configuration: string | null;
  /** The token that the request for it came with; null without one. */
  client_token: string | null;
}

export interface ArchiveRuleRow {
  analyzer_id: string;
  name: string;
  /** A filter as JSON. */
  filter: string;
  created_ms: number;
  updated_ms: number;
}

export interface FindingRow {
  finding_id: string;
  analyzer_id: string;
  type: FindingType;
  resource: string;
  resource_type: string;
  owner_account_id: string;
  /** The part of the resource that it is about: its principal, its key, its service. */
  subject: string;
  status: FindingStatus;
  created_ms: number;
  analyzed_ms: number;
  updated_ms: number;
  /** A FindingBody as JSON. */
  body: string;
}

export interface AccessPreviewRow {
  preview_id: string;
  analyzer_id: string;
  created_ms: number;
  status: "COMPLETED" | "FAILED";
  /** The configurations as they were given, as JSON. */
  configurations: string;
  /** PreviewFindings as JSON. */
  findings: string;
  client_token: string | null;
}

/** The recommendation for a finding, as it was generated last. */
export interface RecommendationRow {
  finding_id: string;
  analyzer_id: string;
  generated_ms: number;
  /** A Recommendation as JSON. */
  body: string;
}

export type JobStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "CANCELED";

/** A job that generates a policy of what a principal called. */
export interface GenerationRow {
  job_id: string;
  account_id: string;
  region: string;
  principal_arn: string;
  status: JobStatus;
  started_ms: number;
  completed_ms: number | null;
  /** TrailDetails as JSON; null: what the server remembers of the principal is taken. */
  trails: string | null;
  /** GeneratedActions as JSON, once it has succeeded. */
  result: string | null;
  /** A JobError as JSON, if it has failed. */
  error: string | null;
  client_token: string | null;
  lease_until_ms: number;
  lease_owner: string | null;
  due_ms: number;
  attempts: number;
  failed_starts: number;
}

export interface AccessAnalyzerTables {
  access_analyzer_analyzers: AnalyzerRow;
  access_analyzer_archive_rules: ArchiveRuleRow;
  access_analyzer_findings: FindingRow;
  access_analyzer_previews: AccessPreviewRow;
  access_analyzer_generations: GenerationRow;
  access_analyzer_recommendations: RecommendationRow;
}
