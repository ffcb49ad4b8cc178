import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Checked } from "../../../kernel/checked.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { placeOf } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { Changes, writeChanges } from "../engine/changes.ts";
import { newStack } from "../engine/new-stack.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import { changeSetExists, noStackInBrackets, validation } from "../errors.ts";
import { findChangeSet, insertChangeSet } from "../rows/change-sets.ts";
import { resourcesOf } from "../rows/resources.ts";
import { findStack, findVersion, insertStack } from "../rows/stacks.ts";
import { changeSetArn } from "../stack-names.ts";
import { callerFor, requireRoom, requireUpdatable } from "../stacks/stack-changes.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow, VersionRow } from "../tables.ts";
import {
  asAwsError,
  FailedTransform,
  isSameVersion,
  type RequestedVersion,
  requestedVersion,
} from "../values/requested-version.ts";
import { refuseRollbackTriggers } from "../values/rollback-triggers.ts";
import { readingOf } from "../values/template-url.ts";
import { computeChanges, type StoredChanges } from "./compute-changes.ts";
import { existingResources, type Imports, physicalIdsOf, requestedImports } from "./imports.ts";

export type CreateInput = Checked<cloudformation.CreateChangeSetInput>;

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create " +
  "a change set.";

const NOTHING: StoredChanges = { short: [], whole: [] };

/** A change set's execution needs these beside its version. */
export interface ChangeSetOptions extends OperationOptions {
  readonly includeNestedStacks?: boolean;
  readonly importExistingResources?: boolean;
  readonly mode?: "STANDARD" | "EXPRESS";
  readonly onStackFailure?: "DO_NOTHING" | "ROLLBACK" | "DELETE";
}

/** CreateChangeSet: the change set is complete, or has failed, when this resolves. */
export async function createChangeSet(
  input: CreateInput,
  context: RequestContext,
  found: StackRow | undefined,
  deps: CloudFormationDependencies,
): Promise<{ Id: string; StackId: string }> {
  refuseRollbackTriggers(input.RollbackConfiguration);
  const type = input.ChangeSetType ?? "UPDATE";
  const stack = stackFor(type, input, found, context, deps);
  const db = context.db<CloudFormationTables>();
  const isNew = stack.version === 0;
  const previous = isNew ? undefined : await findVersion(stack.stack_id, stack.version, db);
  const caller = await callerFor(input.RoleARN ?? stack.role_arn ?? undefined, context, deps);
  const reading = readingOf(context);
  try {
    const version = await requestedVersion(input, stack, previous, caller, reading, deps);
    const rows = isNew ? [] : await resourcesOf(stack.stack_id, db);
    const existing = new Set(rows.map(({ logical_id }) => logical_id));
    const { evaluation } = version;
    const imports: Imports =
      type === "IMPORT"
        ? requestedImports(input.ResourcesToImport ?? [], evaluation, existing)
        : input.ImportExistingResources
          ? await existingResources(evaluation, existing, caller, stack.region, deps)
          : {};
    const question = {
      ...{ stack, previous, after: evaluation, tags: version.row.tags },
      imports: await physicalIdsOf(imports, evaluation, deps),
    };
    const changes = await computeChanges(question, deps.types, db);
    const isEmpty =
      previous !== undefined &&
      Object.keys(imports).length === 0 &&
      isSameVersion(previous, version.row);
    const failure = isEmpty ? NO_CHANGES : undefined;
    const shown = isEmpty ? NOTHING : changes;
    const { row: asked } = version;
    const row = changeSetRow(input, type, stack, asked, shown, imports, failure, context, deps);
    await store(row, stack, found, context, deps);
    return { Id: row.change_set_id, StackId: stack.stack_id };
  } catch (error) {
    if (!(error instanceof FailedTransform)) throw asAwsError(error);
    const { row: asked, message } = error;
    const row = changeSetRow(input, type, stack, asked, NOTHING, {}, message, context, deps);
    await store(row, stack, found, context, deps);
    return { Id: row.change_set_id, StackId: stack.stack_id };
  }
}

/** The stack that a change set is for. Throws ValidationError in AWS's words. */
function stackFor(
  type: cloudformation.ChangeSetType,
  input: CreateInput,
  found: StackRow | undefined,
  context: RequestContext,
  deps: CloudFormationDependencies,
): StackRow {
  const { StackName, ChangeSetName } = input;
  const isInReview = found?.status === "REVIEW_IN_PROGRESS";
  if (type === "UPDATE" || (type === "IMPORT" && found && !isInReview)) {
    if (!found || (isInReview && type === "UPDATE")) throw noStackInBrackets(StackName);
    requireUpdatable(found);
    return found;
  }
  if (found && !isInReview)
    throw validation(
      `Stack [${StackName}] already exists and cannot be created again with the changeSet ` +
        `[${ChangeSetName}].`,
    );
  if (found && isInReview) return found;
  return {
    ...newStack(StackName, placeOf(context), context.nowMs, deps.ids),
    status: "REVIEW_IN_PROGRESS",
  };
}

function changeSetRow(
  input: CreateInput,
  type: cloudformation.ChangeSetType,
  stack: StackRow,
  version: RequestedVersion["row"],
  changes: StoredChanges,
  imports: Imports,
  failure: string | undefined,
  context: RequestContext,
  { ids }: Pick<CloudFormationDependencies, "ids">,
): ChangeSetRow {
  const options: ChangeSetOptions = {
    ...(Object.keys(imports).length > 0 ? { imports } : {}),
    ...(input.OnStackFailure ? { onStackFailure: input.OnStackFailure } : {}),
    ...(input.IncludeNestedStacks ? { includeNestedStacks: true } : {}),
    ...(input.ImportExistingResources ? { importExistingResources: true } : {}),
    ...(input.DeploymentConfig?.Mode ? { mode: input.DeploymentConfig.Mode } : {}),
    ...(input.DeploymentConfig?.DisableRollback ? { disableRollback: true } : {}),
  };
  return {
    change_set_id: changeSetArn(stack, input.ChangeSetName, ids),
    ...{ stack_id: stack.stack_id, name: input.ChangeSetName, type },
    status: failure === undefined ? "CREATE_COMPLETE" : "FAILED",
    execution_status: failure === undefined ? "AVAILABLE" : "UNAVAILABLE",
    status_reason: failure ?? null,
    created_ms: context.nowMs,
    description: input.Description ?? null,
    ...version,
    changes: JSON.stringify(changes),
    options: JSON.stringify(options),
    role_arn: input.RoleARN ?? null,
    notification_arns: JSON.stringify(
      input.NotificationARNs ?? (JSON.parse(stack.notification_arns) as string[]),
    ),
    ...{ parent_id: null, root_id: null, client_token: input.ClientToken ?? null },
  };
}

/** Inserts the change set, and the stack in review if it is a new one's. */
async function store(
  row: ChangeSetRow,
  stack: StackRow,
  found: StackRow | undefined,
  context: RequestContext,
  { ids, events }: Pick<CloudFormationDependencies, "ids" | "events">,
): Promise<void> {
  await context.transaction<CloudFormationTables, void>(async (tx) => {
    if (found) {
      if (await findChangeSet(row.name, stack.stack_id, tx.db)) throw changeSetExists(row.name);
    } else {
      if (await findStack(stack.name, stack, tx.db))
        throw validation(
          `Stack [${stack.name}] already exists and cannot be created again with the ` +
            `changeSet [${row.name}].`,
        );
      await requireRoom(stack, tx.db);
      await insertStack(stack, tx.db);
      const changes = new Changes({ operation_id: "", client_token: row.client_token });
      changes.stackStatus(stack, "REVIEW_IN_PROGRESS", "User Initiated");
      for (const event of changes.events) event.operation_id = null;
      const publish = events.publish.bind(events);
      await writeChanges(changes, stack, { operation_id: "" }, context.nowMs, tx, { ids, publish });
    }
    await insertChangeSet(row, tx.db);
  });
}

/** The version that a change set's execution gives its stack. */
export function versionOf(row: ChangeSetRow): Omit<VersionRow, "number"> {
  const { stack_id, template, processed, parameters, tags, capabilities } = row;
  return { stack_id, template, processed, parameters, tags, capabilities };
}
