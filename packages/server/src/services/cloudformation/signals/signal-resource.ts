import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { decideOnStack } from "../access/stack-authorization.ts";
import { limitExceeded, noStackInBrackets, validation } from "../errors.ts";
import { findResource } from "../rows/resources.ts";
import { putSignal } from "../rows/signals.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";
import { pendingOf } from "../values/stored-json.ts";

/** SignalResource: a signal for a resource whose creation policy waits for it. */
export function signalOperations(): OperationTable {
  return defineOperations<typeof cloudformation>()({
    SignalResource: withSubject({
      authorize: (input, context) => decideOnStack("SignalResource", input, context),
      handle: async (input, context, stack: StackRow | undefined) => {
        const { StackName, LogicalResourceId, UniqueId, Status } = input;
        if (!stack) throw noStackInBrackets(StackName);
        await context.transaction<CloudFormationTables, void>(async ({ db }) => {
          const row = await findResource(stack.stack_id, LogicalResourceId, db);
          if (!row)
            throw validation(
              `Resource ${LogicalResourceId} does not exist for stack ${stack.name}`,
            );
          if (pendingOf(row)?.state.isOwn !== true)
            throw validation(
              `Resource ${LogicalResourceId} is in ${row.status} state and cannot be signaled`,
            );
          const isKept = await putSignal(
            {
              ...{ stack_id: stack.stack_id, logical_id: LogicalResourceId },
              ...{ unique_id: UniqueId, status: Status, reason: "", data: "" },
              ms: context.nowMs,
            },
            db,
          );
          if (!isKept) throw limitExceeded("The resource has too many signals.");
        });
        return {};
      },
    }),
  });
}
