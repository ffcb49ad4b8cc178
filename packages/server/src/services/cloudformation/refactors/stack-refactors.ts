import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onAnyStack, onStack, placeOf, stackNamed } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { noStackRefactor, validation } from "../errors.ts";
import { pageByNumber, pageByText } from "../page.ts";
import {
  changeRefactor,
  findRefactor,
  forgetOldRefactors,
  insertRefactor,
  refactorsOf,
} from "../rows/stack-refactors.ts";
import { findStackById } from "../rows/stacks.ts";
import type { CloudFormationTables, StackRefactorRow } from "../tables.ts";
import { executePlan } from "./execute-refactor.ts";
import { planRefactor, refactorFailure } from "./plan-refactor.ts";
import { type Location, type Move, planOf, type RefactorPlan } from "./refactor-plan.ts";

/** Older refactors are forgotten, since they keep the templates of their stacks. */
const KEPT_MAX = 100;

type CreateInput = Checked<cloudformation.CreateStackRefactorInput>;

/** Refactors of stacks: resources get other stacks and logical ids, and stay as they are. */
export function stackRefactorOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    CreateStackRefactor: {
      authorize: ({ StackDefinitions }, context) => {
        const names = StackDefinitions.map(({ StackName = "*" }) => StackName);
        return onStacks("CreateStackRefactor", names, context);
      },
      handle: (input, context) => createRefactor(input, context, deps),
    },
    DescribeStackRefactor: {
      authorize: (input, context) => onRefactor("DescribeStackRefactor", input, context),
      handle: async ({ StackRefactorId }, context) => {
        const row = await requireRefactor(StackRefactorId, context);
        const StackIds = planOf(row).stacks.map(({ stackId }) => stackId);
        return { ...(await refactorView(row, context)), StackIds };
      },
    },
    ListStackRefactors: {
      authorize: (_input, context) => onAnyStack("ListStackRefactors", context),
      handle: async ({ ExecutionStatusFilter, NextToken, MaxResults }, context) => {
        const all = await refactorsOf(placeOf(context), context.db<CloudFormationTables>());
        const views = await Promise.all(all.map((row) => refactorView(row, context)));
        const wanted = views
          .map((view, index) => ({ view, number: views.length - index }))
          .filter(
            ({ view }) =>
              !ExecutionStatusFilter?.length ||
              ExecutionStatusFilter.includes(view.ExecutionStatus),
          );
        const { rows, rest } = await pageByNumber(
          NextToken,
          ["refactors", ExecutionStatusFilter],
          async (before, limit) =>
            wanted.filter(({ number }) => before === undefined || number < before).slice(0, limit),
          ({ number }) => number,
          MaxResults,
        );
        return { StackRefactorSummaries: rows.map(({ view }) => view), ...rest };
      },
    },
    ListStackRefactorActions: {
      authorize: (input, context) => onRefactor("ListStackRefactorActions", input, context),
      handle: async ({ StackRefactorId, NextToken, MaxResults }, context) => {
        const row = await requireRefactor(StackRefactorId, context);
        const actions = actionsOf(planOf(row)).map((action, index) => ({
          action,
          place: String(index).padStart(6, "0"),
        }));
        const { rows, rest } = await pageByText(
          NextToken,
          ["refactor actions", StackRefactorId],
          async (after, limit) => actions.filter(({ place }) => place > after).slice(0, limit),
          ({ place }) => place,
          MaxResults,
        );
        return { StackRefactorActions: rows.map(({ action }) => action), ...rest };
      },
    },
    ExecuteStackRefactor: {
      authorize: (input, context) => onRefactor("ExecuteStackRefactor", input, context),
      handle: async ({ StackRefactorId }, context) => {
        const row = await requireRefactor(StackRefactorId, context);
        await executeRefactor(row, context, deps);
        return {};
      },
    },
  });
}

async function onStacks(operation: string, names: readonly string[], context: RequestContext) {
  const pairs = names.map(async (name) =>
    onStack(operation, name, await stackNamed(name, context), context),
  );
  return Promise.all(pairs);
}

/** Each of the refactor's stacks. */
async function onRefactor(
  operation: string,
  { StackRefactorId: id }: { readonly StackRefactorId: string },
  context: RequestContext,
) {
  const row = await findRefactor(id, placeOf(context), context.db<CloudFormationTables>());
  const stacks = row ? planOf(row).stacks : [];
  if (stacks.length === 0) return [onAnyStack(operation, context)];
  const names = stacks.map(({ stackId, isNew, name }) => (isNew ? name : stackId));
  return onStacks(operation, names, context);
}

async function requireRefactor(id: string, context: RequestContext): Promise<StackRefactorRow> {
  const row = await findRefactor(id, placeOf(context), context.db<CloudFormationTables>());
  if (!row) throw noStackRefactor(id);
  return row;
}

async function createRefactor(
  input: CreateInput,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<{ StackRefactorId: string }> {
  const names = input.StackDefinitions.map(({ StackName }) => StackName);
  if (names.some((name) => name === undefined))
    throw validation("StackName must be specified for each stack definition.");
  if (new Set(names).size < names.length)
    throw validation("Each stack can be defined only once in a stack refactor.");
  let plan: RefactorPlan = { stacks: [], moves: [] };
  let reason: string | undefined;
  try {
    ({ plan } = await planRefactor(input, context, deps));
    if (plan.moves.length === 0) reason = "The stack definitions move no resource.";
  } catch (error) {
    reason = refactorFailure(error);
    if (reason === undefined) throw error;
  }
  const place = placeOf(context);
  const row: StackRefactorRow = {
    ...{ refactor_id: deps.ids.uuid(), ...place, description: input.Description ?? null },
    status: reason === undefined ? "CREATE_COMPLETE" : "CREATE_FAILED",
    status_reason: reason ?? null,
    execution_status: reason === undefined ? "AVAILABLE" : "UNAVAILABLE",
    ...{ execution_reason: null, created_ms: context.nowMs, plan: JSON.stringify(plan) },
  };
  await context.transaction<CloudFormationTables, void>(async ({ db }) => {
    await insertRefactor(row, db);
    await forgetOldRefactors(place, KEPT_MAX, db);
  });
  return { StackRefactorId: row.refactor_id };
}

async function executeRefactor(
  row: StackRefactorRow,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<void> {
  const status = await executionStatusOf(row, context);
  if (status !== "AVAILABLE")
    throw validation(
      `Stack refactor [${row.refactor_id}] cannot be executed in its current status of [${status}]`,
    );
  const { stacks, moves } = planOf(row);
  const input = {
    EnableStackCreation: stacks.some(({ isNew }) => isNew),
    StackDefinitions: stacks.map(({ stackId, name, isNew, to }) => ({
      StackName: isNew ? name : stackId,
      TemplateBody: to.template,
    })),
    ResourceMappings: moves.map(({ source, destination }) => ({
      Source: named(source, stacks),
      Destination: named(destination, stacks),
    })),
  };
  let failure: string | undefined;
  try {
    const newIds = new Map(stacks.map(({ name, stackId }) => [name, stackId]));
    const planned = await planRefactor(input, context, deps, newIds);
    await context.transaction<CloudFormationTables, void>(async (tx) => {
      await executePlan(planned, { tx, nowMs: context.nowMs, deps });
      const change = { execution_status: "EXECUTE_COMPLETE" } as const;
      await changeRefactor(row.refactor_id, change, tx.db);
    });
  } catch (error) {
    failure = refactorFailure(error);
    if (failure === undefined) throw error;
  }
  if (failure === undefined) return;
  const change = { execution_status: "EXECUTE_FAILED", execution_reason: failure } as const;
  await context.transaction<CloudFormationTables, void>(({ db }) =>
    changeRefactor(row.refactor_id, change, db),
  );
}

/** A new stack has no ARN before the refactor is executed: its name names it. */
function named({ stackId, logicalId }: Location, stacks: RefactorPlan["stacks"]) {
  const stack = stacks.find((each) => each.stackId === stackId);
  return { StackName: stack?.isNew ? stack.name : stackId, LogicalResourceId: logicalId };
}

/** A refactor no longer fits once one of its stacks has changed. */
async function executionStatusOf(
  row: StackRefactorRow,
  context: RequestContext,
): Promise<cloudformation.StackRefactorExecutionStatus> {
  if (row.execution_status !== "AVAILABLE") return row.execution_status;
  const db = context.db<CloudFormationTables>();
  for (const { stackId, isNew, from } of planOf(row).stacks)
    if (!isNew && (await findStackById(stackId, db))?.version !== from) return "OBSOLETE";
  return "AVAILABLE";
}

async function refactorView(row: StackRefactorRow, context: RequestContext) {
  return {
    StackRefactorId: row.refactor_id,
    ...(row.description === null ? {} : { Description: row.description }),
    Status: row.status,
    ...(row.status_reason === null ? {} : { StatusReason: row.status_reason }),
    ExecutionStatus: await executionStatusOf(row, context),
    ...(row.execution_reason === null ? {} : { ExecutionStatusReason: row.execution_reason }),
  };
}

function actionsOf({ stacks, moves }: RefactorPlan): readonly cloudformation.StackRefactorAction[] {
  const created = stacks.filter(({ isNew }) => isNew);
  return [
    ...created.map(({ name, stackId }) => ({
      ...{ Action: "CREATE" as const, Entity: "STACK" as const, PhysicalResourceId: stackId },
      ...{ Description: `Stack ${name} to be created.`, TagResources: [], UntagResources: [] },
    })),
    ...moves.map(moveView),
  ];
}

function moveView({ source, destination, physicalId, isMapped }: Move) {
  const location = ({ stackId: StackName, logicalId: LogicalResourceId }: Location) => ({
    ...{ StackName, LogicalResourceId },
  });
  return {
    ...{ Action: "MOVE" as const, Entity: "RESOURCE" as const, PhysicalResourceId: physicalId },
    Description: "No configuration changes detected.",
    Detection: isMapped ? ("MANUAL" as const) : ("AUTO" as const),
    ...{ TagResources: [], UntagResources: [] },
    ResourceMapping: { Source: location(source), Destination: location(destination) },
  };
}
