import type { Kysely } from "kysely";
import type { AccessTables } from "./access-tables.ts";
import type { CredentialTables } from "./credential-tables.ts";
import type { FederationTables } from "./federation-tables.ts";

/** An account that this server knows. */
export interface AccountRow {
  account_id: string;
  /** The root user's key that the configuration sets; null for an account that isn't in it. */
  root_access_key_id: string | null;
  created_ms: number;
}

export interface UserRow {
  account_id: string;
  user_id: string;
  user_name: string;
  /** Lower-cased: names are unique irrespective of case, and lists are sorted by it. */
  name_key: string;
  path: string;
  boundary_arn: string | null;
  created_ms: number;
}

export interface GroupRow {
  account_id: string;
  group_id: string;
  group_name: string;
  name_key: string;
  path: string;
  created_ms: number;
}

export interface GroupMemberRow {
  account_id: string;
  group_id: string;
  user_id: string;
  /** Counts the user's memberships. 0 for those of before they were counted. */
  number: number;
}

export interface RoleRow {
  account_id: string;
  role_id: string;
  role_name: string;
  name_key: string;
  path: string;
  /** The document as it is matched: its users and roles are unique ids (`trust-policy.ts`). */
  trust_policy: string;
  description: string | null;
  max_session_duration_s: number;
  boundary_arn: string | null;
  /** The owning service of a service-linked role, e.g. `ivs.amazonaws.com`. */
  linked_service: string | null;
  /** The pending DeleteServiceLinkedRole task; null when the role isn't being deleted. */
  deletion_task_id: string | null;
  last_used_ms: number | null;
  last_used_region: string | null;
  created_ms: number;
  /** The ARN of the caller that made a service-linked role; null for other roles. */
  created_by: string | null;
  /** The service that had it made, e.g. `ivs.amazonaws.com`. */
  created_via: string | null;
}

/**
 * Tags of users, roles, managed policies and instance profiles, by the unique id of their owner.
 */
export interface TagRow {
  account_id: string;
  owner_id: string;
  /** The key as it is compared: see `foldOf` in `rows/tags.ts`. */
  tag_key_fold: string;
  tag_key: string;
  tag_value: string;
}

/** Inline policies of users, groups and roles. */
export interface InlinePolicyRow {
  account_id: string;
  owner_id: string;
  policy_name: string;
  document: string;
}

export type PolicyOwnerKind = "user" | "group" | "role";

export interface PolicyAttachmentRow {
  account_id: string;
  policy_arn: string;
  owner_id: string;
  owner_kind: PolicyOwnerKind;
}

/** A customer managed policy. */
export interface PolicyRow {
  account_id: string;
  policy_arn: string;
  policy_id: string;
  policy_name: string;
  name_key: string;
  path: string;
  description: string | null;
  default_version: number;
  /** Version numbers are never used twice. */
  last_version: number;
  created_ms: number;
  updated_ms: number;
}

export interface PolicyVersionRow {
  account_id: string;
  policy_arn: string;
  version: number;
  document: string;
  created_ms: number;
}

export interface AccessKeyRow {
  access_key_id: string;
  account_id: string;
  /** The root user's is the account's id, as AWS shows it. */
  user_id: string;
  status: "Active" | "Inactive";
  /** Sealed by `SecretBox`, like every stored secret. */
  secret_sealed: string;
  created_ms: number;
  last_used_ms: number | null;
  last_used_region: string | null;
  last_used_service: string | null;
}

export interface InstanceProfileRow {
  account_id: string;
  profile_id: string;
  profile_name: string;
  name_key: string;
  path: string;
  role_id: string | null;
  created_ms: number;
}

/** The account's sign-in alias: one per account, unique in the server. */
export interface AccountAliasRow {
  account_id: string;
  alias: string;
}

export interface PasswordPolicyRow {
  account_id: string;
  minimum_length: number;
  require_symbols: number;
  require_numbers: number;
  require_uppercase: number;
  require_lowercase: number;
  users_may_change: number;
  /** Null: passwords don't expire. */
  max_age_days: number | null;
  /** Null: any password may be used again. */
  reuse_prevention: number | null;
  hard_expiry: number | null;
}

/** A user's console password. */
export interface LoginProfileRow {
  account_id: string;
  user_id: string;
  /** Written by `password-hash.ts`. */
  password_hash: string;
  /** A JSON list of the hashes before it, latest first; as many as a policy can look back. */
  previous_hashes: string;
  reset_required: number;
  created_ms: number;
  changed_ms: number;
}

/** The account's latest credential report. */
export interface CredentialReportRow {
  account_id: string;
  content: string;
  generated_ms: number;
}

/** The id of an account's latest change of identities or policies, by which nodes notice it. */
export interface AccountChangeRow {
  account_id: string;
  change_id: string;
}

export interface IamTables extends CredentialTables, FederationTables, AccessTables {
  iam_accounts: AccountRow;
  iam_users: UserRow;
  iam_groups: GroupRow;
  iam_group_members: GroupMemberRow;
  iam_roles: RoleRow;
  iam_tags: TagRow;
  iam_inline_policies: InlinePolicyRow;
  iam_policy_attachments: PolicyAttachmentRow;
  iam_policies: PolicyRow;
  iam_policy_versions: PolicyVersionRow;
  iam_access_keys: AccessKeyRow;
  iam_instance_profiles: InstanceProfileRow;
  iam_account_aliases: AccountAliasRow;
  iam_password_policies: PasswordPolicyRow;
  iam_login_profiles: LoginProfileRow;
  iam_credential_reports: CredentialReportRow;
  iam_account_changes: AccountChangeRow;
}

/** A connection or a transaction, as queries take it. */
export type Db = Kysely<IamTables>;
