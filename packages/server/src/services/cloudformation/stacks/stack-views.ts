import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { EventRow, ResourceRow, StackRow, VersionRow } from "../tables.ts";
import { type StoredParameters, templateOf } from "../values/evaluate-stack.ts";
import { rollbackView } from "../values/rollback-triggers.ts";
import { MASKED } from "../values/secrets.ts";
import { validationOf } from "../values/validation-findings.ts";

export function parameterViews(version: Pick<VersionRow, "parameters"> | undefined) {
  const stored = JSON.parse(version?.parameters ?? "{}") as StoredParameters;
  return Object.entries(stored).map(([ParameterKey, { text, ssmValue, noEcho }]) => ({
    ParameterKey,
    ParameterValue: noEcho ? MASKED : text,
    ...(ssmValue === undefined ? {} : { ResolvedValue: noEcho ? MASKED : ssmValue }),
  }));
}

export function tagViews(version: Pick<VersionRow, "tags"> | undefined): cloudformation.Tag[] {
  const tags = JSON.parse(version?.tags ?? "{}") as Readonly<Record<string, string>>;
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The description stands in the template's text. */
export function descriptionOf(version: VersionRow | undefined): string | undefined {
  if (!version?.template.includes("Description")) return undefined;
  return templateOf(version).description;
}

function driftView({ drift_status, drift_checked_ms }: StackRow) {
  return {
    StackDriftStatus: drift_status as cloudformation.StackDriftStatus,
    ...(drift_checked_ms === null
      ? {}
      : { LastCheckTimestamp: new Date(Number(drift_checked_ms)) }),
  };
}

export function stackView(
  row: StackRow,
  version: VersionRow | undefined,
  changeSetId: string | undefined,
): cloudformation.Stack {
  const description = descriptionOf(version);
  const outputs = JSON.parse(row.outputs) as cloudformation.Output[];
  const isDeleted = row.status === "DELETE_COMPLETE";
  return {
    StackId: row.stack_id,
    StackName: row.name,
    ...(changeSetId === undefined || isDeleted ? {} : { ChangeSetId: changeSetId }),
    ...(description === undefined ? {} : { Description: description }),
    ...listed("Parameters", parameterViews(version)),
    CreationTime: new Date(Number(row.created_ms)),
    ...(row.updated_ms === null ? {} : { LastUpdatedTime: new Date(Number(row.updated_ms)) }),
    ...(row.deleted_ms === null ? {} : { DeletionTime: new Date(Number(row.deleted_ms)) }),
    RollbackConfiguration: rollbackView(row.rollback),
    StackStatus: row.status,
    ...(row.status_reason === null ? {} : { StackStatusReason: row.status_reason }),
    DisableRollback: row.disable_rollback === 1,
    NotificationARNs: JSON.parse(row.notification_arns) as string[],
    ...(row.timeout_minutes === null ? {} : { TimeoutInMinutes: row.timeout_minutes }),
    ...listed(
      "Capabilities",
      JSON.parse(version?.capabilities ?? "[]") as cloudformation.Capability[],
    ),
    ...listed("Outputs", isDeleted ? [] : outputs),
    ...(row.role_arn === null ? {} : { RoleARN: row.role_arn }),
    Tags: tagViews(version),
    ...(isDeleted ? {} : { EnableTerminationProtection: row.termination_protection === 1 }),
    ...(row.parent_id === null ? {} : { ParentId: row.parent_id }),
    ...(row.root_id === null ? {} : { RootId: row.root_id }),
    DriftInformation: driftView(row),
  };
}

/** An empty list is left out, as AWS leaves it out. */
function listed<Name extends string, Item>(name: Name, list: readonly Item[]) {
  return (list.length === 0 ? {} : { [name]: list }) as { [Key in Name]?: Item[] };
}

export function stackSummary(
  row: StackRow,
  version: VersionRow | undefined,
): cloudformation.StackSummary {
  const description = descriptionOf(version);
  return {
    StackId: row.stack_id,
    StackName: row.name,
    ...(description === undefined ? {} : { TemplateDescription: description }),
    CreationTime: new Date(Number(row.created_ms)),
    ...(row.updated_ms === null ? {} : { LastUpdatedTime: new Date(Number(row.updated_ms)) }),
    ...(row.deleted_ms === null ? {} : { DeletionTime: new Date(Number(row.deleted_ms)) }),
    StackStatus: row.status,
    ...(row.status_reason === null ? {} : { StackStatusReason: row.status_reason }),
    ...(row.parent_id === null ? {} : { ParentId: row.parent_id }),
    ...(row.root_id === null ? {} : { RootId: row.root_id }),
    DriftInformation: driftView(row),
  };
}

export function eventView(row: EventRow, name: string): cloudformation.StackEvent {
  return {
    StackId: row.stack_id,
    EventId: row.event_id,
    StackName: name,
    ...(row.operation_id === null ? {} : { OperationId: row.operation_id }),
    LogicalResourceId: row.logical_id,
    PhysicalResourceId: row.physical_id ?? "",
    ResourceType: row.type,
    Timestamp: new Date(Number(row.ms)),
    ResourceStatus: row.status as cloudformation.ResourceStatus,
    ...(row.reason === null ? {} : { ResourceStatusReason: row.reason }),
    ...(row.properties === null ? {} : { ResourceProperties: row.properties }),
    ...(row.client_token === null ? {} : { ClientRequestToken: row.client_token }),
    ...(validationOf(row.reason) ? { DetailedStatus: "VALIDATION_FAILED" as const } : {}),
  };
}

interface StoredDrift {
  readonly status: cloudformation.StackResourceDriftStatus;
  readonly checkedMs: number;
}

export function resourceDrift({ drift }: ResourceRow) {
  if (drift === null) return { StackResourceDriftStatus: "NOT_CHECKED" as const };
  const { status, checkedMs } = JSON.parse(drift) as StoredDrift;
  return { StackResourceDriftStatus: status, LastCheckTimestamp: new Date(checkedMs) };
}

export function resourceView(row: ResourceRow) {
  return {
    LogicalResourceId: row.logical_id,
    ...(row.physical_id === null ? {} : { PhysicalResourceId: row.physical_id }),
    ResourceType: row.type,
    ResourceStatus: row.status,
    ...(row.status_reason === null ? {} : { ResourceStatusReason: row.status_reason }),
    DriftInformation: resourceDrift(row),
  };
}
