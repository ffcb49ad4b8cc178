import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onStack, stackNamed } from "../access/stack-authorization.ts";
import { noChangeSet, noStackInBrackets, validation } from "../errors.ts";
import { pageByNumber } from "../page.ts";
import { findChangeSet } from "../rows/change-sets.ts";
import { listEvents } from "../rows/events.ts";
import { findOperation } from "../rows/operations.ts";
import { isArn } from "../stack-names.ts";
import type { ChangeSetRow, CloudFormationTables, EventRow, StackRow } from "../tables.ts";
import type { EarlyValidation } from "../values/early-findings.ts";
import { validationOf } from "../values/validation-findings.ts";

/** Events that are looked at for one page of a filtered list. */
const LOOKED_AT_MAX = 5_000;

interface Named {
  readonly StackName?: string | undefined;
  readonly ChangeSetName?: string | undefined;
  readonly OperationId?: string | undefined;
}

interface Found {
  readonly stack: StackRow | undefined;
  readonly changeSet: ChangeSetRow | undefined;
}

/** DescribeEvents: a stack's events by operation, or those that failed alone. */
export function operationEventOperations(): OperationTable {
  return defineOperations<typeof cloudformation>()({
    DescribeEvents: withSubject({
      authorize: (input, context) => findEventsOf(input, context),
      handle: async (input, context, { stack, changeSet }: Found) => {
        if (input.ChangeSetName !== undefined && !changeSet) throw noChangeSet(input.ChangeSetName);
        if (!stack) throw noStackInBrackets(input.StackName ?? "");
        // A change set that isn't executed has no events but those of its validation.
        if (changeSet && !changeSet.execution_status.startsWith("EXECUTE"))
          return { OperationEvents: validationEvents(changeSet, input.Filters?.FailedEvents) };
        const operationId =
          input.OperationId ?? (changeSet ? (stack.operation_id ?? undefined) : undefined);
        const isAsked = (row: EventRow) =>
          (operationId === undefined || row.operation_id === operationId) &&
          (!input.Filters?.FailedEvents || row.status.endsWith("FAILED"));
        const db = context.db<CloudFormationTables>();
        const { rows, rest } = await pageByNumber(
          input.NextToken,
          ["operation events", stack.stack_id, operationId, input.Filters],
          async (before, limit) => {
            const all = await listEvents(stack.stack_id, before, LOOKED_AT_MAX, db);
            return all.filter(isAsked).slice(0, limit);
          },
          ({ number }) => number,
        );
        return { OperationEvents: rows.map(operationEvent), ...rest };
      },
    }),
  });
}

/** The events of a change set's early validation, the newest first. */
function validationEvents(
  { changes, status, stack_id, created_ms, client_token }: ChangeSetRow,
  onlyFailed = false,
): cloudformation.OperationEvent[] {
  const { early } = JSON.parse(changes) as { readonly early?: EarlyValidation };
  if (!early) return [];
  const at = new Date(Number(created_ms));
  const operation: cloudformation.OperationEvent = {
    StackId: stack_id,
    OperationId: early.operationId,
    OperationType: "CREATE_CHANGESET",
    Timestamp: at,
    ...(client_token === null ? {} : { ClientRequestToken: client_token }),
  };
  const isFailed = status === "FAILED";
  const end: cloudformation.OperationEvent = {
    ...operation,
    EventId: early.operationId,
    OperationStatus: isFailed ? "FAILED" : "SUCCEEDED",
    ...{ EventType: "STACK_EVENT", StartTime: at, EndTime: at },
  };
  const found = early.findings.map(
    (finding): cloudformation.OperationEvent => ({
      ...operation,
      EventId: finding.eventId,
      EventType: "VALIDATION_ERROR",
      LogicalResourceId: finding.logicalId,
      PhysicalResourceId: finding.physicalId,
      ResourceType: finding.type,
      ValidationFailureMode: finding.mode,
      ValidationName: finding.name,
      ValidationStatus: "FAILED",
      ValidationStatusReason: finding.reason,
      ValidationPath: finding.path,
    }),
  );
  return isFailed || !onlyFailed ? [end, ...found] : found;
}

async function findEventsOf(
  { StackName, ChangeSetName, OperationId }: Named,
  context: RequestContext,
) {
  const db = context.db<CloudFormationTables>();
  const named = StackName === undefined ? undefined : await stackNamed(StackName, context);
  if (StackName === undefined && OperationId === undefined && !isArn(ChangeSetName ?? ""))
    throw validation("Either StackName, OperationId or the ARN of a change set must be specified.");
  const changeSet =
    ChangeSetName === undefined
      ? undefined
      : await findChangeSet(ChangeSetName, named?.stack_id, db);
  const operation = OperationId === undefined ? undefined : await findOperation(OperationId, db);
  const ownerId = changeSet?.stack_id ?? operation?.stack_id;
  const owner = named ?? (ownerId === undefined ? undefined : await stackNamed(ownerId, context));
  const text = StackName ?? owner?.stack_id ?? "*";
  const pairs = await onStack("DescribeEvents", text, owner, context);
  return { pairs, subject: { stack: owner, changeSet: owner ? changeSet : undefined } };
}

function operationEvent(row: EventRow): cloudformation.OperationEvent {
  const isFailure = row.status.endsWith("FAILED") && row.physical_id !== row.stack_id;
  const found = isFailure ? validationOf(row.reason) : undefined;
  return {
    EventId: row.event_id,
    StackId: row.stack_id,
    ...(row.operation_id === null ? {} : { OperationId: row.operation_id }),
    EventType: !isFailure ? "STACK_EVENT" : found ? "VALIDATION_ERROR" : "PROVISIONING_ERROR",
    ...(found && {
      DetailedStatus: "VALIDATION_FAILED",
      ValidationFailureMode: "FAIL",
      ValidationName: found.name,
      ValidationStatus: "FAILED",
      ...(row.reason === null ? {} : { ValidationStatusReason: row.reason }),
      ValidationPath: `/Resources/${row.logical_id}${found.path}`,
    }),
    LogicalResourceId: row.logical_id,
    PhysicalResourceId: row.physical_id ?? "",
    ResourceType: row.type,
    Timestamp: new Date(Number(row.ms)),
    ResourceStatus: row.status as cloudformation.ResourceStatus,
    ...(row.reason === null ? {} : { ResourceStatusReason: row.reason }),
    ...(row.properties === null ? {} : { ResourceProperties: row.properties }),
    ...(row.client_token === null ? {} : { ClientRequestToken: row.client_token }),
  };
}
