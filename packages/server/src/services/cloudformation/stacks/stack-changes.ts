import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { AwsError } from "../../../kernel/aws-error.ts";
import { calledThrough } from "../../../kernel/call-chain.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../../kernel/resource-types/resource-calls.ts";
import { assumeServiceRole } from "../../../kernel/resource-types/service-role.ts";
import {
  conditionKeys,
  onStack,
  passServiceRole,
  placeOf,
  stackNamed,
} from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { newStack } from "../engine/new-stack.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import { askingOf, type NewOperation, startOperation } from "../engine/start-operation.ts";
import {
  alreadyExists,
  invalidRole,
  limitExceeded,
  noStackInBrackets,
  noUpdates,
  validation,
  wrongState,
} from "../errors.ts";
import { retireChangeSets } from "../rows/change-sets.ts";
import { changeOperation } from "../rows/operations.ts";
import {
  addVersion,
  countLiveStacks,
  findStack,
  findStackById,
  findVersion,
  insertStack,
  updateStackRow,
} from "../rows/stacks.ts";
import { type CloudFormationTables, DELETED, type StackRow } from "../tables.ts";
import { isSameVersion, requestedVersion } from "../values/requested-version.ts";
import { rollbackOf } from "../values/rollback-triggers.ts";
import { readingOf } from "../values/template-url.ts";
import { readPolicy } from "./stack-policy.ts";

/** Source: CloudFormation user guide, "Understand CloudFormation quotas". */
const STACKS_MAX = 2_000;

const UPDATABLE = new Set<string>([
  ...["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"],
  ...["IMPORT_ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_FAILED"],
]);

/** The members of CreateStack and UpdateStack that condition keys go by. */
const CHANGE_KEYS = ["RoleARN", "TemplateURL", "ResourceTypes", "StackPolicyURL", "Tags"] as const;

/** CreateStack, UpdateStack and DeleteStack. */
export function stackChangeOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    CreateStack: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, CHANGE_KEYS);
        const pair = await onStack("CreateStack", input.StackName, undefined, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: async (input, context, existing: StackRow | undefined) => {
        const rollback = rollbackOf(input.RollbackConfiguration, null);
        const isInReview = existing?.status === "REVIEW_IN_PROGRESS";
        if (existing && !isInReview) throw alreadyExists(input.StackName);
        const draft =
          existing ?? newStack(input.StackName, placeOf(context), context.nowMs, deps.ids);
        const caller = await callerFor(input.RoleARN, context, deps);
        const version = await requestedVersion(
          input,
          draft,
          undefined,
          caller,
          readingOf(context),
          deps,
        );
        const policy = await readPolicy(input, context, deps);
        if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
          throw validation("You cannot specify both OnFailure and DisableRollback.");
        const options: OperationOptions = {
          ...(input.OnFailure ? { onFailure: input.OnFailure } : {}),
          ...(withoutRollback(input) ? { disableRollback: true } : {}),
          ...(input.RetainExceptOnCreate ? { retainExceptOnCreate: true } : {}),
          ...(input.DisableValidation ? {} : { validatesEarly: true }),
        };
        const stack: StackRow = {
          ...draft,
          role_arn: input.RoleARN ?? null,
          termination_protection: input.EnableTerminationProtection ? 1 : 0,
          disable_rollback: withoutRollback(input) || input.OnFailure === "DO_NOTHING" ? 1 : 0,
          timeout_minutes: input.TimeoutInMinutes ?? null,
          notification_arns: JSON.stringify(input.NotificationARNs ?? []),
          ...{ rollback, policy: policy ?? null },
        };
        const OperationId = await context.transaction<CloudFormationTables, string>(async (tx) => {
          const now = await findStack(stack.name, stack, tx.db);
          if (now && now.status !== "REVIEW_IN_PROGRESS") throw alreadyExists(input.StackName);
          if (now?.stack_id === stack.stack_id) {
            const { events, event_ms } = now;
            await updateStackRow(stack.stack_id, { ...stack, events, event_ms }, tx.db);
            await retireChangeSets(stack.stack_id, tx.db);
          } else {
            if (now) throw alreadyExists(input.StackName);
            await requireRoom(stack, tx.db);
            await insertStack(stack, tx.db);
          }
          const number = await addVersion({ stack_id: stack.stack_id, ...version.row }, tx.db);
          return startOperation(
            tx,
            stack,
            operationOf("create", options, input.ClientRequestToken, { version: number }),
            askingOf(context),
            deps,
          );
        });
        await settled(OperationId, context, deps);
        return { StackId: stack.stack_id, OperationId };
      },
    }),
    UpdateStack: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, CHANGE_KEYS);
        const pair = await onStack("UpdateStack", input.StackName, stack, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: (input, context, stack: StackRow | undefined) =>
        updateStack(input, context, stack, deps),
    }),
    DeleteStack: withSubject({
      authorize: async (input, context) => {
        const stack = await stackNamed(input.StackName, context);
        const keys = conditionKeys(input, ["RoleARN"]);
        const pair = await onStack("DeleteStack", input.StackName, stack, context, keys);
        return { pairs: [pair, ...passServiceRole(input.RoleARN, context)], subject: stack };
      },
      handle: (input, context, stack: StackRow | undefined) =>
        deleteStack(input, context, stack, deps),
    }),
  });
}

type UpdateInput = Checked<cloudformation.UpdateStackInput>;
type DeleteInput = Checked<cloudformation.DeleteStackInput>;

async function updateStack(
  input: UpdateInput,
  context: RequestContext,
  stack: StackRow | undefined,
  deps: CloudFormationDependencies,
) {
  if (!stack) throw noStackInBrackets(input.StackName);
  const rollback = rollbackOf(input.RollbackConfiguration, stack.rollback);
  requireUpdatable(stack);
  const db = context.db<CloudFormationTables>();
  const previous = await findVersion(stack.stack_id, stack.version, db);
  const caller = await callerFor(input.RoleARN ?? stack.role_arn ?? undefined, context, deps);
  const version = await requestedVersion(input, stack, previous, caller, readingOf(context), deps);
  const policy = await readPolicy(input, context, deps);
  const during = await readPolicy(
    {
      StackPolicyBody: input.StackPolicyDuringUpdateBody,
      StackPolicyURL: input.StackPolicyDuringUpdateURL,
    },
    context,
    deps,
  );
  const read = { after: version.evaluation.template };
  const isSame = previous !== undefined && isSameVersion(previous, version.row, read);
  if (isSame && !/FAILED$/.test(stack.status)) throw noUpdates();
  const options: OperationOptions = {
    ...(withoutRollback(input) ? { disableRollback: true } : {}),
    ...(input.RetainExceptOnCreate ? { retainExceptOnCreate: true } : {}),
    ...(during === undefined ? {} : { policy: during }),
    ...(input.DisableValidation ? {} : { validatesEarly: true }),
  };
  const change: Partial<StackRow> = {
    ...{ updated_ms: context.nowMs, rollback },
    disable_rollback: withoutRollback(input) ? 1 : 0,
    ...(input.RoleARN === undefined ? {} : { role_arn: input.RoleARN }),
    ...(input.NotificationARNs === undefined
      ? {}
      : { notification_arns: JSON.stringify(input.NotificationARNs) }),
    ...(policy === undefined ? {} : { policy }),
  };
  const OperationId = await context.transaction<CloudFormationTables, string>(async (tx) => {
    const now = await findStackById(stack.stack_id, tx.db);
    if (!now) throw noStackInBrackets(input.StackName);
    requireUpdatable(now);
    await retireChangeSets(stack.stack_id, tx.db);
    const capabilities =
      input.Capabilities === undefined && previous
        ? previous.capabilities
        : version.row.capabilities;
    const row = { stack_id: stack.stack_id, ...version.row, capabilities };
    const number = await addVersion(row, tx.db);
    const operation = operationOf("update", options, input.ClientRequestToken, {
      ...change,
      version: number,
    });
    return startOperation(tx, now, operation, askingOf(context), deps);
  });
  await settled(OperationId, context, deps);
  return { StackId: stack.stack_id, OperationId };
}

async function deleteStack(
  input: DeleteInput,
  context: RequestContext,
  stack: StackRow | undefined,
  deps: CloudFormationDependencies,
): Promise<object> {
  // A stack that isn't there needs no deletion.
  if (!stack || stack.status === "DELETE_COMPLETE") return {};
  if (input.RoleARN !== undefined) await callerFor(input.RoleARN, context, deps);
  const retain = input.RetainResources ?? [];
  const OperationId = await context.transaction<CloudFormationTables, string | undefined>(
    async (tx) => {
      const now = await findStackById(stack.stack_id, tx.db);
      if (!now || now.status === "DELETE_COMPLETE") return undefined;
      if (now.termination_protection === 1)
        throw validation(
          `Stack [${now.name}] cannot be deleted while TerminationProtection is enabled`,
        );
      if (now.status === "DELETE_IN_PROGRESS") return now.operation_id ?? undefined;
      if (now.status === "CREATE_IN_PROGRESS" && now.operation_id && isPlain(input, now)) {
        await changeOperation(now.operation_id, { cancelled: DELETED }, tx.db);
        return now.operation_id;
      }
      if (/_IN_PROGRESS$/.test(now.status) && now.status !== "REVIEW_IN_PROGRESS")
        throw wrongState(now.stack_id, now.status, "deleted");
      if (retain.length > 0 && now.status !== "DELETE_FAILED")
        throw validation(
          `Invalid operation on stack [${now.stack_id}]. Specify resources to retain only ` +
            "when the stack is in DELETE_FAILED state.",
        );
      const options: OperationOptions = {
        ...(retain.length > 0 ? { retain } : {}),
        ...(input.DeletionMode === "FORCE_DELETE_STACK" ? { force: true } : {}),
      };
      const change = {
        deleted_ms: context.nowMs,
        ...(input.RoleARN === undefined ? {} : { role_arn: input.RoleARN }),
      };
      const operation = operationOf("delete", options, input.ClientRequestToken, change);
      return startOperation(tx, now, operation, askingOf(context), deps);
    },
  );
  if (OperationId !== undefined) await settled(OperationId, context, deps);
  const after = await findStackById(stack.stack_id, context.db<CloudFormationTables>());
  // The creation was complete before it could be stopped.
  if (stack.status === "CREATE_IN_PROGRESS" && after?.status === "CREATE_COMPLETE")
    return deleteStack(input, context, after, deps);
  return {};
}

/** A deletion that a creation under way can turn into: by the same role, of all there is. */
function isPlain({ RoleARN, RetainResources, DeletionMode }: DeleteInput, stack: StackRow) {
  const isSameRole = RoleARN === undefined || RoleARN === stack.role_arn;
  return isSameRole && !RetainResources?.length && DeletionMode !== "FORCE_DELETE_STACK";
}

interface RollbackInput {
  readonly DisableRollback?: boolean | undefined;
  readonly DeploymentConfig?: cloudformation.DeploymentConfig | undefined;
}

/** Whether a failure leaves what was made. The mode EXPRESS does, unless it is asked not to. */
export function withoutRollback({ DisableRollback, DeploymentConfig }: RollbackInput): boolean {
  return (
    DisableRollback ?? DeploymentConfig?.DisableRollback ?? DeploymentConfig?.Mode === "EXPRESS"
  );
}

const BEGINNINGS = {
  create: { phase: "forward", status: "CREATE_IN_PROGRESS" },
  update: { phase: "forward", status: "UPDATE_IN_PROGRESS" },
  import: { phase: "forward", status: "IMPORT_IN_PROGRESS" },
  delete: { phase: "delete", status: "DELETE_IN_PROGRESS" },
} as const;

/** An operation that the caller asked for. */
export function operationOf(
  kind: keyof typeof BEGINNINGS,
  options: OperationOptions,
  clientToken: string | undefined,
  stack: Partial<StackRow>,
): NewOperation {
  return { kind, ...BEGINNINGS[kind], reason: "User Initiated", options, clientToken, stack };
}

/** Waits for an operation's end, at most for as long as the settings say. */
export async function settled(
  operationId: string,
  context: RequestContext,
  { worker, settings }: Pick<CloudFormationDependencies, "worker" | "settings">,
): Promise<void> {
  if (context.inTransaction) return context.afterCommit(() => worker.wake());
  await worker.settled(operationId, settings.stackAnswerMs);
}

/** Throws LimitExceededException. */
export async function requireRoom(
  stack: StackRow,
  db: Parameters<typeof countLiveStacks>[1],
): Promise<void> {
  if ((await countLiveStacks(stack, db)) >= STACKS_MAX)
    throw limitExceeded(`Limit for stacks of ${STACKS_MAX} has been exceeded`);
}

/** Throws ValidationError in a state in which a stack can't be updated. */
export function requireUpdatable({ stack_id, status }: StackRow): void {
  if (!UPDATABLE.has(status)) throw wrongState(stack_id, status);
}

/**
 * The caller with whose permissions an operation will run: a session of the role if there is one,
 * which shows that it can be assumed, else the request's own. Throws ValidationError.
 */
export async function callerFor(
  roleArn: string | undefined,
  context: RequestContext,
  deps: Pick<CloudFormationDependencies, "invoke" | "sessions">,
): Promise<Caller> {
  if (roleArn === undefined) return calledThrough(context.caller, CLOUDFORMATION);
  try {
    return await assumeServiceRole(roleArn, placeOf(context), deps);
  } catch (error) {
    if (error instanceof AwsError) throw invalidRole(roleArn);
    throw error;
  }
}
