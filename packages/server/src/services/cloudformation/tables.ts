import type { ChangeSetType, ResourceStatus, StackStatus } from "@aws-sdk/client-cloudformation";

export interface CloudFormationTables {
  cloudformation_stacks: StackRow;
  cloudformation_versions: VersionRow;
  cloudformation_resources: ResourceRow;
  cloudformation_leftovers: LeftoverRow;
  cloudformation_events: EventRow;
  cloudformation_change_sets: ChangeSetRow;
  cloudformation_operations: OperationRow;
  cloudformation_exports: ExportRow;
  cloudformation_imports: ImportRow;
  cloudformation_drift_detections: DriftDetectionRow;
  cloudformation_signals: SignalRow;
  cloudformation_stack_refactors: StackRefactorRow;
}

export interface StackRow {
  /** The stack's ARN, which names it for ever. */
  stack_id: string;
  account_id: string;
  region: string;
  name: string;
  /** The name again until the stack is deleted, then null: one living stack has a name. */
  live_name: string | null;
  status: StackStatus;
  status_reason: string | null;
  created_ms: number;
  updated_ms: number | null;
  deleted_ms: number | null;
  /** The role that its operations assume; null: they go with their caller's permissions. */
  role_arn: string | null;
  parent_id: string | null;
  root_id: string | null;
  /** The version of the template that is in force or on its way; 0: none yet. */
  version: number;
  /** The version to which a rollback goes; 0: to nothing. */
  good_version: number;
  termination_protection: number;
  disable_rollback: number;
  timeout_minutes: number | null;
  /** JSON list. */
  notification_arns: string;
  /** JSON: alarms that end an operation, and how long they are watched. */
  rollback: string | null;
  /** The stack policy's JSON as it was sent. */
  policy: string | null;
  /** JSON list of Output. */
  outputs: string;
  /** The operation under way, or the last one. */
  operation_id: string | null;
  /** Events so far. */
  events: number;
  /** The time of the last event; the next one's is later. */
  event_ms: number;
  drift_status: string;
  drift_checked_ms: number | null;
}

/** A version that a stack was asked to have: a template with its parameters and tags. */
export interface VersionRow {
  stack_id: string;
  number: number;
  /** Exactly as it was sent. */
  template: string;
  /** With its transforms carried out; null: it has none. */
  processed: string | null;
  /** JSON: name → value, and what an SSM parameter's name stands for. */
  parameters: string;
  /** JSON: key → value. */
  tags: string;
  /** JSON list. */
  capabilities: string;
}

export interface ResourceRow {
  stack_id: string;
  logical_id: string;
  type: string;
  physical_id: string | null;
  status: ResourceStatus;
  status_reason: string | null;
  changed_ms: number;
  /** JSON: identifier and attributes. Null: there is nothing yet. */
  model: string | null;
  /** JSON: the properties that were asked for, resolved. */
  properties: string;
  /** JSON list: logical ids of the resources that it needs. */
  depends_on: string;
  deletion_policy: string;
  replace_policy: string;
  metadata: string | null;
  /** The template's version that it has; resources that a version leaves alone keep theirs. */
  version: number;
  /** JSON: the resource before the operation under way. Null: not touched. */
  before: string | null;
  /** JSON: the step that goes on later. Null: no step is under way. */
  wait: string | null;
  /** JSON: what drift detection found last. */
  drift: string | null;
}

/** A resource that a stack no longer has, and that is still to be removed. */
export interface LeftoverRow {
  stack_id: string;
  number: number;
  logical_id: string;
  type: string;
  physical_id: string;
  model: string;
  properties: string;
  depends_on: string;
  /** 1: it is left as it is. */
  retain: number;
  wait: string | null;
}

export interface EventRow {
  stack_id: string;
  /** Counts the stack's events from 1. */
  number: number;
  event_id: string;
  ms: number;
  operation_id: string | null;
  client_token: string | null;
  logical_id: string;
  physical_id: string | null;
  type: string;
  status: string;
  reason: string | null;
  properties: string | null;
}

export interface ChangeSetRow {
  /** The change set's ARN. */
  change_set_id: string;
  stack_id: string;
  name: string;
  type: ChangeSetType;
  status: string;
  execution_status: string;
  status_reason: string | null;
  created_ms: number;
  description: string | null;
  template: string;
  processed: string | null;
  parameters: string;
  tags: string;
  capabilities: string;
  /** JSON list of Change, with the values of properties. */
  changes: string;
  /** JSON: the members of the request that its execution needs. */
  options: string;
  role_arn: string | null;
  notification_arns: string;
  parent_id: string | null;
  root_id: string | null;
  client_token: string | null;
}

export type OperationKind =
  | "create"
  | "update"
  | "import"
  | "delete"
  /** Back to the last good version, asked for by the caller. */
  | "rollback";

/**
 * The part of an operation that is under way. `forward` goes to the new version, `cleanup` removes
 * what it replaced or left out; `back` undoes an update and `back-cleanup` removes what that one
 * made; `undo` removes all that a failed creation made; `delete` removes all there is.
 */
export type Phase = "forward" | "cleanup" | "back" | "back-cleanup" | "undo" | "delete";

/** The mark of an operation whose stack is to be deleted. */
export const DELETED = 2;

export interface OperationRow {
  operation_id: string;
  stack_id: string;
  kind: OperationKind;
  phase: Phase;
  /** RUNNING until its last step is done, then ENDED. */
  status: "RUNNING" | "ENDED";
  /** The caller with whose permissions it runs, sealed. */
  caller: string;
  /** The role that it assumes instead. */
  role_arn: string | null;
  client_token: string | null;
  /** JSON: what was asked for beside the template. */
  options: string;
  /** JSON list: logical ids of the resources that failed. */
  failures: string;
  /** 1: CancelUpdateStack was called. `DELETED`: DeleteStack was, during the creation. */
  cancelled: number;
  started_ms: number;
  ended_ms: number | null;
  owner: string;
  leased_until_ms: number | null;
  due_ms: number;
  /** Starts in a row that ended with their process, or failed unexpectedly. */
  failed_starts: number;
}

export interface ExportRow {
  account_id: string;
  region: string;
  name: string;
  stack_id: string;
  value: string;
}

export interface ImportRow {
  account_id: string;
  region: string;
  name: string;
  /** The stack that imports it. */
  stack_id: string;
}

export interface DriftDetectionRow {
  detection_id: string;
  stack_id: string;
  status: string;
  drift_status: string;
  reason: string | null;
  drifted: number;
  detected_ms: number;
}

/** A signal to a wait condition's handle, or to a resource that waits for signals itself. */
export interface SignalRow {
  stack_id: string;
  logical_id: string;
  /** Names the signal: sent again, it is the same one. */
  unique_id: string;
  status: "SUCCESS" | "FAILURE";
  reason: string;
  data: string;
  ms: number;
}

/** A reorganization of stacks: which resources go where, under which templates. */
export interface StackRefactorRow {
  refactor_id: string;
  account_id: string;
  region: string;
  description: string | null;
  status: "CREATE_COMPLETE" | "CREATE_FAILED";
  status_reason: string | null;
  execution_status: "UNAVAILABLE" | "AVAILABLE" | "EXECUTE_COMPLETE" | "EXECUTE_FAILED";
  execution_reason: string | null;
  created_ms: number;
  /** JSON: the stacks with their new versions, and the resources that move. */
  plan: string;
}
