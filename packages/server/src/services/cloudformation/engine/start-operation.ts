import { calledThrough } from "../../../kernel/call-chain.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../../kernel/resource-types/resource-calls.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { insertOperation } from "../rows/operations.ts";
import type {
  CloudFormationTables,
  OperationKind,
  OperationRow,
  Phase,
  StackRow,
} from "../tables.ts";
import { Changes, writeChanges } from "./changes.ts";
import type { OperationOptions } from "./operation-options.ts";

export interface NewOperation {
  readonly kind: OperationKind;
  readonly phase: Phase;
  readonly status: StackRow["status"];
  readonly reason: string | null;
  readonly options: OperationOptions;
  readonly clientToken: string | undefined;
  /** Further changes of the stack's row. */
  readonly stack: Partial<StackRow>;
}

/** Whoever asks for an operation, when, and under which URL they know the server. */
export interface Asking {
  readonly caller: Caller;
  readonly nowMs: number;
  readonly baseUrl: string | undefined;
}

export function askingOf({ caller, nowMs, baseUrl }: RequestContext): Asking {
  return { caller: calledThrough(caller, CLOUDFORMATION), nowMs, baseUrl };
}

/**
 * Begins an operation of a stack in the transaction of the request for it: its row, the stack's
 * status and the event that says so. Resolves to the operation's id; the worker does the rest.
 */
export async function startOperation(
  tx: Transaction<CloudFormationTables>,
  stack: StackRow,
  { kind, phase, status, reason, options, clientToken, stack: change }: NewOperation,
  { caller, nowMs, baseUrl }: Asking,
  { ids, events, storedCallers }: Pick<EngineDependencies, "ids" | "events" | "storedCallers">,
): Promise<string> {
  const operation_id = ids.uuid();
  const role_arn = change.role_arn === undefined ? stack.role_arn : change.role_arn;
  const row: OperationRow = {
    ...{ operation_id, stack_id: stack.stack_id, kind, phase, status: "RUNNING", role_arn },
    caller: storedCallers.seal(caller, operation_id),
    client_token: clientToken ?? null,
    options: JSON.stringify({ ...options, ...(baseUrl === undefined ? {} : { baseUrl }) }),
    ...{ failures: "[]", cancelled: 0, started_ms: nowMs, ended_ms: null },
    ...{ owner: "", leased_until_ms: null, due_ms: nowMs, failed_starts: 0 },
  };
  await insertOperation(row, tx.db);
  const changes = new Changes(row);
  changes.stackStatus(stack, status, reason);
  changes.stack = { ...changes.stack, ...change, operation_id };
  const publish = events.publish.bind(events);
  await writeChanges(changes, stack, row, nowMs, tx, { ids, publish });
  return operation_id;
}
