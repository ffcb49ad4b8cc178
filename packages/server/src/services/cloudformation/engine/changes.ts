import type { AwsEvent } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { addEvents, type NewEvent, sequenceOf } from "../rows/events.ts";
import { changeOperation } from "../rows/operations.ts";
import { putLeftover, putResource, removeLeftover, removeResource } from "../rows/resources.ts";
import type {
  CloudFormationTables,
  EventRow,
  LeftoverRow,
  OperationRow,
  ResourceRow,
  StackRow,
} from "../tables.ts";
import type { Secrets } from "../values/secrets.ts";
import { statusEvent } from "./status-events.ts";

export const STACK_TYPE = "AWS::CloudFormation::Stack";

/** Changes of one step: written in its transaction, then taken over by the run's memory. */
export class Changes {
  readonly events: NewEvent[] = [];
  readonly resources: ResourceRow[] = [];
  readonly removed: ResourceRow[] = [];
  readonly leftovers: LeftoverRow[] = [];
  readonly removedLeftovers: LeftoverRow[] = [];
  stack: Partial<StackRow> = {};
  operation: Partial<OperationRow> = {};
  /** Rows with secrets are among them, so that they are sealed. */
  areSecret = false;
  /** The step has only looked at what it waits for: a start may come as far and fail after it. */
  isLook = false;
  readonly #operation: Pick<OperationRow, "operation_id" | "client_token">;

  constructor(operation: Pick<OperationRow, "operation_id" | "client_token">) {
    this.#operation = operation;
  }

  /** A resource's new state, and the event that says so. */
  resource(row: ResourceRow, event: Partial<NewEvent> = {}): void {
    const index = this.resources.findIndex(({ logical_id }) => logical_id === row.logical_id);
    if (index >= 0) this.resources[index] = row;
    else this.resources.push(row);
    this.resourceEvent(row, event);
  }

  resourceEvent(row: ResourceRow | LeftoverRow, event: Partial<NewEvent>): void {
    this.events.push({
      operation_id: this.#operation.operation_id,
      client_token: this.#operation.client_token,
      logical_id: row.logical_id,
      physical_id: row.physical_id,
      type: row.type,
      status: "status" in row ? row.status : "",
      reason: "status_reason" in row ? row.status_reason : null,
      properties: row.properties,
      ...event,
    });
  }

  /** Masks secrets in all that these changes show; rows keep what the work needs. */
  mask(secrets: Secrets): void {
    if (!secrets.any) return;
    this.areSecret = true;
    for (const event of this.events) {
      event.properties = secrets.maskJson(event.properties);
      event.reason = secrets.mask(event.reason);
    }
    for (const [index, row] of this.resources.entries())
      this.resources[index] = { ...row, status_reason: secrets.mask(row.status_reason) };
    const { status_reason } = this.stack;
    if (status_reason !== undefined)
      this.stack = { ...this.stack, status_reason: secrets.mask(status_reason) };
  }

  /** The stack's new status, and the event that says so. */
  stackStatus(stack: StackRow, status: StackRow["status"], reason: string | null = null): void {
    this.stack = { ...this.stack, status, status_reason: reason };
    this.events.push({
      operation_id: this.#operation.operation_id,
      client_token: this.#operation.client_token,
      logical_id: stack.name,
      physical_id: stack.stack_id,
      type: STACK_TYPE,
      status,
      reason,
      properties: null,
    });
  }
}

/** Writes changes; events are published once they are committed. */
export async function writeChanges(
  changes: Changes,
  stack: StackRow,
  { operation_id }: Pick<OperationRow, "operation_id">,
  nowMs: number,
  tx: Transaction<CloudFormationTables>,
  { ids, publish }: { readonly ids: Ids; readonly publish: (event: AwsEvent) => void },
): Promise<readonly EventRow[]> {
  const { db } = tx;
  for (const row of changes.resources) await putResource(row, changes.areSecret, db);
  for (const row of changes.removed) await removeResource(row, db);
  for (const row of changes.leftovers) await putLeftover(row, changes.areSecret, db);
  for (const row of changes.removedLeftovers) await removeLeftover(row, db);
  if (Object.keys(changes.operation).length > 0)
    await changeOperation(operation_id, changes.operation, db);
  const idOf = (event: NewEvent, ms: number) =>
    event.physical_id === stack.stack_id
      ? ids.uuid()
      : event.properties === null
        ? `${event.logical_id}-${ids.uuid()}`
        : `${event.logical_id}-${event.status}-${new Date(ms).toISOString()}`;
  const sequence = await sequenceOf(stack.stack_id, db);
  const rows = await addEvents(sequence, changes.events, nowMs, changes.stack, idOf, db);
  if (rows.length > 0)
    tx.afterCommit(() => {
      for (const row of rows) publish(statusEvent(row, stack, ids));
    });
  return rows;
}
