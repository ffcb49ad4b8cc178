import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  conditionKeys,
  decideOnStack,
  onStack,
  passServiceRole,
  stackNamed,
} from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import { askingOf, type NewOperation, startOperation } from "../engine/start-operation.ts";
import { noStackInBrackets, validation } from "../errors.ts";
import { changeOperation } from "../rows/operations.ts";
import { resourcesOf } from "../rows/resources.ts";
import { findStackById } from "../rows/stacks.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";
import { callerFor, settled } from "./stack-changes.ts";

type Beginning = Pick<NewOperation, "phase" | "status">;

/** CancelUpdateStack, ContinueUpdateRollback, RollbackStack. */
export function rollbackOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    CancelUpdateStack: withSubject({
      authorize: (input, context) => decideOnStack("CancelUpdateStack", input, context),
      handle: async (input, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackInBrackets(input.StackName);
        await context.transaction<CloudFormationTables, void>(async ({ db }) => {
          const now = await findStackById(stack.stack_id, db);
          if (now?.status !== "UPDATE_IN_PROGRESS" || now.operation_id === null)
            throw validation("CancelUpdateStack cannot be called from current stack status");
          await changeOperation(now.operation_id, { cancelled: 1 }, db);
        });
        return {};
      },
    }),
    ContinueUpdateRollback: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, ["RoleARN"]);
        const pair = await onStack("ContinueUpdateRollback", input.StackName, stack, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: async (input, context, stack: StackRow | undefined) => {
        const skip = input.ResourcesToSkip ?? [];
        const all = stack
          ? await resourcesOf(stack.stack_id, context.db<CloudFormationTables>())
          : [];
        const wrong = skip.filter(
          (id) => all.find(({ logical_id }) => logical_id === id)?.status !== "UPDATE_FAILED",
        );
        if (wrong.length > 0)
          throw validation(
            "The following resources to skip are not in a valid state or do not exist: " +
              `[${wrong.join(", ")}]`,
          );
        const isFailed = (status: string) => status === "UPDATE_ROLLBACK_FAILED";
        const beginning = { phase: "back", status: "UPDATE_ROLLBACK_IN_PROGRESS" } as const;
        const begin = (now: StackRow) => (isFailed(now.status) ? beginning : undefined);
        const options = skip.length > 0 ? { skip } : {};
        const OperationId = await goBack(
          { ...input, operation: "ContinueUpdateRollback" },
          ...([stack, begin, options, context, deps] as const),
        );
        return { OperationId };
      },
    }),
    RollbackStack: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, ["RoleARN"]);
        const pair = await onStack("RollbackStack", input.StackName, stack, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: async (input, context, stack: StackRow | undefined) => {
        const options = input.RetainExceptOnCreate ? { retainExceptOnCreate: true } : {};
        const OperationId = await goBack(
          { ...input, operation: "RollbackStack" },
          ...([stack, beginRollback, options, context, deps] as const),
        );
        return { ...(stack ? { StackId: stack.stack_id } : {}), OperationId };
      },
    }),
  });
}

function beginRollback({ status }: StackRow): Beginning | undefined {
  switch (status) {
    case "CREATE_FAILED":
      return { phase: "undo", status: "ROLLBACK_IN_PROGRESS" };
    case "UPDATE_FAILED":
      return { phase: "back", status: "UPDATE_ROLLBACK_IN_PROGRESS" };
    default:
      return undefined;
  }
}

interface GoingBack {
  readonly operation: string;
  readonly StackName: string;
  readonly RoleARN?: string | undefined;
  readonly ClientRequestToken?: string | undefined;
}

async function goBack(
  { operation, StackName, RoleARN, ClientRequestToken }: GoingBack,
  stack: StackRow | undefined,
  begin: (now: StackRow) => Beginning | undefined,
  options: OperationOptions,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<string> {
  if (!stack) throw noStackInBrackets(StackName);
  if (RoleARN !== undefined) await callerFor(RoleARN, context, deps);
  const operationId = await context.transaction<CloudFormationTables, string>(async (tx) => {
    const now = await findStackById(stack.stack_id, tx.db);
    const beginning = now && begin(now);
    if (!now || !beginning)
      throw validation(
        `${operation} operation cannot be performed on stack [${stack.stack_id}] in its ` +
          `current status of [${now?.status}]`,
      );
    const next: NewOperation = {
      ...beginning,
      ...{ kind: "rollback", reason: "User Initiated", options },
      clientToken: ClientRequestToken,
      stack: RoleARN === undefined ? {} : { role_arn: RoleARN },
    };
    return startOperation(tx, now, next, askingOf(context), deps);
  });
  await settled(operationId, context, deps);
  return operationId;
}
