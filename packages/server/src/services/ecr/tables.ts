export interface EcrTables {
  ecr_repositories: RepositoryRow;
}

export interface RepositoryPlace {
  account_id: string;
  region: string;
  name: string;
}

export interface RepositoryRow extends RepositoryPlace {
  /** Tells a repository from a later namesake. */
  repository_id: string;
  created_ms: number;
  tag_mutability: string;
  /** Tags that the mutability isn't for, as JSON: a list of AWS's filters. */
  mutability_filters: string;
  scan_on_push: 0 | 1;
  encryption_type: string;
  /** The KMS key's ARN; null for AES256. */
  kms_key: string | null;
  /** The repository policy with unique ids of users and roles; null if there is none. */
  policy: string | null;
  lifecycle_policy: string | null;
  /** A tag set as JSON: `{ [key]: value }`. */
  tags: string;
}
