import type { Selectable } from "kysely";
import type { TaskTable } from "../../kernel/work/task-table.ts";

export type RequestOperation = "CREATE" | "UPDATE" | "DELETE";
export type RequestStatus = "PENDING" | "IN_PROGRESS" | "SUCCESS" | "FAILED" | "CANCEL_COMPLETE";

/** The statuses of requests that haven't ended. */
export const PENDING: readonly RequestStatus[] = ["PENDING", "IN_PROGRESS"];

interface RequestTable {
  readonly request_token: string;
  readonly account_id: string;
  readonly region: string;
  readonly client_token: string | null;
  /** A digest of the input, which a client token stands for. */
  readonly fingerprint: string;
  readonly operation: RequestOperation;
  readonly type_name: string;
  /** The resource's identifier; null until a new one has it. */
  readonly identifier: string | null;
  readonly status: RequestStatus;
  /** The wanted properties, or the patch, sealed: there may be secrets among them. Null: ended. */
  readonly work: string | null;
  /** The state that the last step left, sealed likewise. */
  readonly state: string | null;
  /** The caller, sealed; null once the request has ended. */
  readonly caller: string | null;
  readonly role_arn: string | null;
  /** The resource as it was made, as JSON, without what can't be read back. */
  readonly model: string | null;
  readonly error_code: string | null;
  readonly status_message: string | null;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly due_ms: number;
  readonly attempts: number;
  readonly failed_starts: number;
  readonly lease_owner: string | null;
  readonly lease_until_ms: number | null;
}

export interface CloudControlTables {
  cloudcontrol_requests: RequestTable;
}

export type RequestRow = Selectable<RequestTable>;

/** The requests as the worker's queue. */
export const REQUEST_TASKS: TaskTable<RequestRow> = {
  name: "cloudcontrol_requests",
  id: "request_token",
  leasedUntilMs: "lease_until_ms",
  owner: "lease_owner",
  dueMs: "due_ms",
  attempts: "attempts",
  failedStarts: "failed_starts",
  orderBy: ["due_ms", "request_token"],
  pending: { column: "status", values: PENDING },
};
