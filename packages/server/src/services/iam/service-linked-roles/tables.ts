import type { IamTables } from "../tables.ts";

export type DeletionStatus = "NOT_STARTED" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED";

/** A DeleteServiceLinkedRole task, pending or finished. */
export interface DeletionTaskRow {
  /** `task/aws-service-role/<principal>/<RoleName>/<uuid>`. */
  task_id: string;
  account_id: string;
  role_id: string;
  role_name: string;
  service_principal: string;
  status: DeletionStatus;
  /** Why it failed, as a sentence. */
  failure_reason: string | null;
  /** The usages of the role: JSON of `RoleUsage[]`. */
  failure_usages: string | null;
  /** The node that works on it, until its lease ends: then another one takes it up. */
  lease_owner: string | null;
  lease_until_ms: number | null;
  failed_starts: number;
  created_ms: number;
  updated_ms: number;
}

export interface ServiceLinkedRoleTables extends IamTables {
  iam_role_deletion_tasks: DeletionTaskRow;
}
