import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  decideOnStack,
  onEverything,
  onStack,
  placeOf,
  stackNamed,
} from "../access/stack-authorization.ts";
import { noStackQuoted, noStackWithId, validation } from "../errors.ts";
import { pageByNumber, pageByText } from "../page.ts";
import { executedChangeSetOf } from "../rows/change-sets.ts";
import { listEvents } from "../rows/events.ts";
import { findOwner, findResource, listResources, resourcesOf } from "../rows/resources.ts";
import { findStackById, listStacks, versionsOf } from "../rows/stacks.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";
import { eventView, resourceView, stackSummary, stackView } from "./stack-views.ts";

const PAGE_SIZE = 100;

/** Operations that read stacks, their events and their resources. */
export function stackReadOperations(): OperationTable {
  return defineOperations<typeof cloudformation>()({
    DescribeStacks: withSubject({
      authorize: async ({ StackName }, context) => {
        if (StackName === undefined)
          return { pairs: onEverything("DescribeStacks"), subject: undefined };
        const stack = await stackNamed(StackName, context);
        const pairs = await onStack("DescribeStacks", StackName, stack, context);
        return { pairs, subject: stack };
      },
      handle: async ({ StackName, NextToken }, context, stack: StackRow | undefined) => {
        if (StackName !== undefined) {
          if (!stack) throw noStackWithId(StackName);
          return { Stacks: await stackViews([stack], context) };
        }
        const { rows, rest } = await pageOfStacks({ isLive: true }, NextToken, context);
        return { Stacks: await stackViews(rows, context), ...rest };
      },
    }),
    ListStacks: {
      authorize: () => onEverything("ListStacks"),
      handle: async ({ StackStatusFilter, NextToken }, context) => {
        const filter =
          StackStatusFilter && StackStatusFilter.length > 0 ? { statuses: StackStatusFilter } : {};
        const { rows, rest } = await pageOfStacks(filter, NextToken, context);
        const versions = await versionsOf(rows, context.db<CloudFormationTables>());
        const summaries = rows.map((row) => stackSummary(row, versions.get(row.stack_id)));
        return { StackSummaries: summaries, ...rest };
      },
    },
    DescribeStackEvents: withSubject({
      authorize: async ({ StackName }, context) => {
        const text = required(StackName, "StackName");
        const stack = await stackNamed(text, context);
        const pairs = await onStack("DescribeStackEvents", text, stack, context);
        return { pairs, subject: stack };
      },
      handle: async ({ StackName = "", NextToken }, context, stack: StackRow | undefined) => {
        if (!stack) throw validation(`Stack [${StackName}] does not exist`);
        const db = context.db<CloudFormationTables>();
        const { rows, rest } = await pageByNumber(
          NextToken,
          ["events", stack.stack_id],
          (before, limit) => listEvents(stack.stack_id, before, limit, db),
          ({ number }) => number,
        );
        return { StackEvents: rows.map((row) => eventView(row, stack.name)), ...rest };
      },
    }),
    DescribeStackResource: withSubject({
      authorize: (input, context) => decideOnStack("DescribeStackResource", input, context),
      handle: async ({ StackName, LogicalResourceId }, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackQuoted(StackName);
        const db = context.db<CloudFormationTables>();
        const row = await findResource(stack.stack_id, LogicalResourceId, db);
        if (!row)
          throw validation(`Resource ${LogicalResourceId} does not exist for stack ${StackName}`);
        const detail = {
          ...stackOf(stack),
          ...resourceView(row),
          LastUpdatedTimestamp: new Date(Number(row.changed_ms)),
          Metadata: row.metadata ?? "{}",
        };
        return { StackResourceDetail: detail };
      },
    }),
    DescribeStackResources: withSubject({
      authorize: async ({ StackName, PhysicalResourceId }, context) => {
        const stack = await stackOrOwner(StackName, PhysicalResourceId, context);
        const text = StackName ?? stack?.stack_id ?? "*";
        const pairs = await onStack("DescribeStackResources", text, stack, context);
        return { pairs, subject: stack };
      },
      handle: async (input, context, stack: StackRow | undefined) => {
        const { StackName, LogicalResourceId, PhysicalResourceId } = input;
        if (!stack)
          throw StackName === undefined
            ? validation(`Stack for ${PhysicalResourceId} does not exist`)
            : noStackWithId(StackName);
        const db = context.db<CloudFormationTables>();
        const all = await resourcesOf(stack.stack_id, db);
        const rows = all
          .filter(({ logical_id }) => (LogicalResourceId ?? logical_id) === logical_id)
          .slice(0, PAGE_SIZE);
        if (LogicalResourceId !== undefined && rows.length === 0)
          throw validation(
            `Resource ${LogicalResourceId} does not exist for stack ${StackName ?? stack.name}`,
          );
        const StackResources = rows.map((row) => ({
          ...stackOf(stack),
          ...resourceView(row),
          Timestamp: new Date(Number(row.changed_ms)),
        }));
        return { StackResources };
      },
    }),
    ListStackResources: withSubject({
      authorize: (input, context) => decideOnStack("ListStackResources", input, context),
      handle: async ({ StackName, NextToken }, context, stack: StackRow | undefined) => {
        if (!stack) throw noStackWithId(StackName);
        const db = context.db<CloudFormationTables>();
        const { rows, rest } = await pageByText(
          NextToken,
          ["resources", stack.stack_id],
          (after, limit) => listResources(stack.stack_id, after, limit, db),
          ({ logical_id }) => logical_id,
        );
        const StackResourceSummaries = rows.map((row) => ({
          ...resourceView(row),
          LastUpdatedTimestamp: new Date(Number(row.changed_ms)),
        }));
        return { StackResourceSummaries, ...rest };
      },
    }),
  });
}

function stackOf({ stack_id, name }: StackRow) {
  return { StackName: name, StackId: stack_id };
}

/** Throws ValidationError for a member that the model lets be missing. */
export function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw validation(`${name} must be specified`);
}

async function stackOrOwner(
  name: string | undefined,
  physicalId: string | undefined,
  context: RequestContext,
): Promise<StackRow | undefined> {
  if (name !== undefined && physicalId !== undefined)
    throw validation("Only one of StackName or PhysicalResourceId can be specified.");
  if (name !== undefined) return stackNamed(name, context);
  if (physicalId === undefined)
    throw validation("At least one of StackName or PhysicalResourceId must be specified.");
  const db = context.db<CloudFormationTables>();
  const stackId = await findOwner(placeOf(context), physicalId, db);
  return stackId === undefined ? undefined : findStackById(stackId, db);
}

async function stackViews(rows: readonly StackRow[], context: RequestContext) {
  const db = context.db<CloudFormationTables>();
  const versions = await versionsOf(rows, db);
  const views: cloudformation.Stack[] = [];
  for (const row of rows) {
    const executed = await executedChangeSetOf(row.stack_id, db);
    views.push(stackView(row, versions.get(row.stack_id), executed));
  }
  return views;
}

async function pageOfStacks(
  filter: Parameters<typeof listStacks>[1],
  token: string | undefined,
  context: RequestContext,
) {
  const mark = markOf(["stacks", filter]);
  const place = token === undefined ? undefined : readPageToken(token, mark, ["number", "string"]);
  if (token !== undefined && !place) throw validation("The specified NextToken is invalid.");
  const after = place && { ms: place[0], id: place[1] };
  const db = context.db<CloudFormationTables>();
  const found = await listStacks(placeOf(context), filter, after, PAGE_SIZE + 1, db);
  const rows = found.slice(0, PAGE_SIZE);
  const last = rows.at(-1);
  if (found.length === rows.length || !last) return { rows, rest: {} };
  return { rows, rest: { NextToken: pageToken(mark, [Number(last.created_ms), last.stack_id]) } };
}
