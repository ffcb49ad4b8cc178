import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  conditionKeys,
  decideOnStack,
  onStack,
  passServiceRole,
  placeOf,
  stackNamed,
} from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { beginExecution, removeChangeSetTree } from "../engine/change-set-trees.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import { askingOf, startOperation } from "../engine/start-operation.ts";
import { invalidChangeSetStatus, noChangeSet, noStackInBrackets, validation } from "../errors.ts";
import { pageByText } from "../page.ts";
import { changeSetsOf, findChangeSet } from "../rows/change-sets.ts";
import { addVersion, findStackById } from "../rows/stacks.ts";
import { isArn } from "../stack-names.ts";
import { operationOf, requireUpdatable, settled } from "../stacks/stack-changes.ts";
import { parameterViews, tagViews } from "../stacks/stack-views.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow } from "../tables.ts";
import { rollbackView } from "../values/rollback-triggers.ts";
import type { StoredChanges } from "./compute-changes.ts";
import { createChangeSet, versionOf } from "./create-change-set.ts";
import type { ChangeSetOptions } from "./planned-change-set.ts";

/** As many as a template has resources: clients that read one page see all. */
const CHANGES_PAGE = 1_000;
const NO_STACK_NAME = "StackName must be specified if ChangeSetName is not specified as an ARN.";

interface Named {
  readonly ChangeSetName: string;
  readonly StackName?: string | undefined;
}

interface Found {
  readonly stack: StackRow | undefined;
  readonly changeSet: ChangeSetRow | undefined;
}

/** CreateChangeSet, DescribeChangeSet, ListChangeSets, DeleteChangeSet, ExecuteChangeSet. */
export function changeSetOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    CreateChangeSet: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const names = [
          ...["RoleARN", "TemplateURL", "ResourceTypes", "ChangeSetName"],
          ...["ResourcesToImport", "Tags"],
        ] as const;
        const keys = conditionKeys(input, names as Parameters<typeof conditionKeys>[1]);
        const pair = await onStack("CreateChangeSet", input.StackName, stack, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: (input, context, stack: StackRow | undefined) =>
        createChangeSet(input, context, stack, deps),
    }),
    DescribeChangeSet: withSubject({
      authorize: (input, context) => onChangeSet("DescribeChangeSet", input, context),
      handle: async (input, _context, { stack, changeSet }: Found) => {
        if (!changeSet || !stack) throw notFound(input, stack);
        const view = changeSetView(changeSet, stack, input.IncludePropertyValues === true);
        const { rows, rest } = await pageByText(
          input.NextToken,
          ["changes", changeSet.change_set_id],
          async (after, limit) =>
            (view.Changes ?? []).filter((each) => idOf(each) > after).slice(0, limit),
          idOf,
          CHANGES_PAGE,
        );
        return { ...view, Changes: [...rows], ...rest };
      },
    }),
    ListChangeSets: withSubject({
      authorize: (input, context) => decideOnStack("ListChangeSets", input, context),
      handle: async ({ StackName, NextToken }, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackInBrackets(StackName);
        const db = context.db<CloudFormationTables>();
        const all = (await changeSetsOf(stack.stack_id, db)).filter(
          ({ execution_status }) => execution_status !== "EXECUTE_COMPLETE",
        );
        const { rows, rest } = await pageByText(
          NextToken,
          ["change sets", stack.stack_id],
          async (after, limit) => all.filter(({ name }) => name > after).slice(0, limit),
          ({ name }) => name,
        );
        return { Summaries: rows.map((row) => changeSetSummary(row, stack)), ...rest };
      },
    }),
    DeleteChangeSet: withSubject({
      authorize: (input, context) => onChangeSet("DeleteChangeSet", input, context),
      handle: async (input, context, { stack, changeSet }: Found) => {
        // A name that no change set of the stack has needs no deletion.
        if (!changeSet) {
          if (!stack || isArn(input.ChangeSetName)) throw notFound(input, stack);
          return {};
        }
        if (changeSet.execution_status === "EXECUTE_IN_PROGRESS")
          throw invalidChangeSetStatus(
            `ChangeSet [${changeSet.change_set_id}] cannot be deleted in its current status ` +
              "of [EXECUTE_IN_PROGRESS]",
          );
        requireRoot(changeSet, "deleted");
        const { ids, events } = deps;
        await context.transaction<CloudFormationTables, void>((tx) =>
          removeChangeSetTree(changeSet, { tx, nowMs: context.nowMs, ids, events }),
        );
        return {};
      },
    }),
    ExecuteChangeSet: withSubject({
      authorize: (input, context) => onChangeSet("ExecuteChangeSet", input, context),
      handle: (input, context, found: Found) => executeChangeSet(input, context, found, deps),
    }),
  });
}

async function onChangeSet(operation: string, input: Named, context: RequestContext) {
  const { ChangeSetName, StackName } = input;
  if (StackName === undefined && !isArn(ChangeSetName)) throw validation(NO_STACK_NAME);
  const db = context.db<CloudFormationTables>();
  const named = StackName === undefined ? undefined : await stackNamed(StackName, context);
  const changeSet =
    named || isArn(ChangeSetName)
      ? await findChangeSet(ChangeSetName, named?.stack_id, db)
      : undefined;
  const owner = changeSet && (await findStackById(changeSet.stack_id, db));
  const { account_id, region } = placeOf(context);
  const isOwn = owner?.account_id === account_id && owner.region === region;
  const stack = named ?? (isOwn ? owner : undefined);
  const keys = conditionKeys(input, ["ChangeSetName"]);
  const text = StackName ?? stack?.stack_id ?? "*";
  const pairs = await onStack(operation, text, stack, context, keys);
  return { pairs, subject: { stack, changeSet: stack ? changeSet : undefined } };
}

type ExecuteInput = Checked<cloudformation.ExecuteChangeSetInput>;

async function executeChangeSet(
  input: ExecuteInput,
  context: RequestContext,
  { stack, changeSet }: Found,
  deps: CloudFormationDependencies,
) {
  if (!changeSet || !stack) throw notFound(input, stack);
  requireRoot(changeSet, "executed");
  const operationId = await context.transaction<CloudFormationTables, string>(async (tx) => {
    const row = await findChangeSet(changeSet.change_set_id, stack.stack_id, tx.db);
    const now = await findStackById(stack.stack_id, tx.db);
    if (!row || !now) throw noChangeSet(input.ChangeSetName);
    if (row.status !== "CREATE_COMPLETE" || row.execution_status !== "AVAILABLE")
      throw invalidChangeSetStatus(
        `ChangeSet [${row.change_set_id}] cannot be executed in its current status of ` +
          `[${shownStatus(row)}]`,
      );
    if (now.status !== "REVIEW_IN_PROGRESS") requireUpdatable(now);
    const number = await addVersion(versionOf(row), tx.db);
    const isNew = now.status === "REVIEW_IN_PROGRESS";
    const kind = row.type === "IMPORT" ? "import" : isNew ? "create" : "update";
    const operation = operationOf(kind, optionsFor(row, input), input.ClientRequestToken, {
      version: number,
      updated_ms: context.nowMs,
      ...(row.role_arn === null ? {} : { role_arn: row.role_arn }),
      notification_arns: row.notification_arns,
      rollback: optionsOf(row).rollback ?? null,
      disable_rollback: input.DisableRollback ? 1 : 0,
    });
    await beginExecution(row, { tx, nowMs: context.nowMs, ids: deps.ids, events: deps.events });
    return startOperation(tx, now, operation, askingOf(context), deps);
  });
  await settled(operationId, context, deps);
  return {};
}

/** The change set of a nested stack lives and ends with its root's. */
function requireRoot(
  { change_set_id, root_id, execution_status }: ChangeSetRow,
  verb: string,
): void {
  if (root_id === null || execution_status.startsWith("EXECUTE")) return;
  throw validation(
    `ChangeSet [${change_set_id}] belongs to a nested stack and can only be ${verb} with its ` +
      `root change set [${root_id}]`,
  );
}

function notFound({ StackName, ChangeSetName }: Named, stack: StackRow | undefined) {
  return stack || StackName === undefined
    ? noChangeSet(ChangeSetName)
    : noStackInBrackets(StackName);
}

function shownStatus({ status, execution_status }: ChangeSetRow): string {
  return status === "CREATE_COMPLETE" ? execution_status : status;
}

function optionsOf({ options }: ChangeSetRow): ChangeSetOptions {
  return JSON.parse(options) as ChangeSetOptions;
}

function optionsFor(row: ChangeSetRow, input: ExecuteInput): OperationOptions {
  const options = optionsOf(row);
  if (input.DisableRollback && options.onStackFailure !== undefined)
    throw validation(
      "Either DisableRollback or OnStackFailure can be specified, but not both. Validation error " +
        "as OnStackFailure parameter was specified during CreateChangeSet.",
    );
  // AWS: EXPRESS doesn't roll back unless it is asked to.
  const isExpress = options.mode === "EXPRESS";
  const disableRollback = input.DisableRollback ?? (options.disableRollback || isExpress);
  return {
    ...(options.imports ? { imports: options.imports } : {}),
    ...(options.onStackFailure ? { onFailure: options.onStackFailure } : {}),
    ...(disableRollback ? { disableRollback: true } : {}),
    ...(input.RetainExceptOnCreate ? { retainExceptOnCreate: true } : {}),
    ...(options.includeNestedStacks ? { changeSetId: row.change_set_id } : {}),
    ...(options.revertDrift ? { revertDrift: true } : {}),
  };
}

function changeSetView(
  row: ChangeSetRow,
  stack: StackRow,
  includeValues: boolean,
): cloudformation.DescribeChangeSetOutput {
  const { short, whole, incomplete } = storedChanges(row);
  const isIncomplete = includeValues && incomplete !== undefined && row.status_reason === null;
  const options = optionsOf(row);
  const parameters = parameterViews(row);
  const tags = tagViews(row);
  return {
    ...nameView(row, stack),
    ...(isIncomplete ? { StatusReason: incomplete } : {}),
    ...(parameters.length > 0 ? { Parameters: parameters } : {}),
    NotificationARNs: JSON.parse(row.notification_arns) as string[],
    RollbackConfiguration: rollbackView(options.rollback ?? null),
    Capabilities: JSON.parse(row.capabilities) as cloudformation.Capability[],
    ...(tags.length > 0 ? { Tags: tags } : {}),
    Changes: [...(includeValues ? whole : short)],
    ...(options.onStackFailure ? { OnStackFailure: options.onStackFailure } : {}),
    ...(options.mode ? { DeploymentConfig: { Mode: options.mode } } : {}),
    ...(options.revertDrift ? { DeploymentMode: "REVERT_DRIFT" as const } : {}),
  };
}

function storedChanges({ changes }: ChangeSetRow): StoredChanges {
  const revived = (name: string, value: unknown) =>
    name === "DriftDetectionTimestamp" ? new Date(String(value)) : value;
  return JSON.parse(changes, revived) as StoredChanges;
}

function idOf({ ResourceChange }: cloudformation.Change): string {
  return ResourceChange?.LogicalResourceId ?? "";
}

function changeSetSummary(row: ChangeSetRow, stack: StackRow): cloudformation.ChangeSetSummary {
  return nameView(row, stack);
}

function nameView(row: ChangeSetRow, { name }: StackRow) {
  const options = optionsOf(row);
  return {
    ChangeSetName: row.name,
    ChangeSetId: row.change_set_id,
    StackId: row.stack_id,
    StackName: name,
    ...(row.description === null ? {} : { Description: row.description }),
    CreationTime: new Date(Number(row.created_ms)),
    ExecutionStatus: row.execution_status as cloudformation.ExecutionStatus,
    Status: row.status as cloudformation.ChangeSetStatus,
    ...(row.status_reason === null ? {} : { StatusReason: row.status_reason }),
    IncludeNestedStacks: options.includeNestedStacks === true,
    ...(options.importExistingResources ? { ImportExistingResources: true } : {}),
    ...(row.parent_id === null ? {} : { ParentChangeSetId: row.parent_id }),
    ...(row.root_id === null ? {} : { RootChangeSetId: row.root_id }),
  };
}
