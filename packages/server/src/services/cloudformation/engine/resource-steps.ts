import { TemplateError } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { ResourceModel, ResourceSchema, Step } from "../../../kernel/resources.ts";
import { ResourceError } from "../../../kernel/resources.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { StackStepCalls } from "../types/own-type.ts";
import { NO_SECURE_VALUES, type SecureValues, secureValuesOf } from "../values/dynamic-values.ts";
import type { PendingStep } from "../values/stored-json.ts";
import { LeaseLostError, type Run, type StepTools } from "./run.ts";

/** A failed step: why, and with which code of a handler. */
export interface StepFailure {
  readonly reason: string;
  readonly code: string;
}

export interface StepRequest {
  readonly run: Run;
  readonly logicalId: string;
  readonly schema: ResourceSchema;
  readonly token: string;
  readonly pending: PendingStep | undefined;
  /** The resource before the operation, of a step that takes it back there. */
  readonly before?: ResourceModel;
  /** The resource comes to be the stack's, and gets its tags. */
  readonly isTakenOver?: boolean;
  /** The properties that the step puts in force; left out, it has none. */
  readonly want?: ResourceModel;
  /** Calls the type. Only what `reveal` gives has secure strings. */
  readonly perform: (call: StackStepCalls, reveal: SecureValues["reveal"]) => Promise<Step>;
  /** Names the changes that the outcome makes, in the step's own transaction. */
  readonly done: (model: ResourceModel, tools: StepTools) => Promise<void> | void;
  readonly waits: (step: Extract<Step, { kind: "wait" }>, tools: StepTools) => void;
}

/**
 * Performs one step of a resource: its calls and the rows and events that say so are one commit.
 * Resolves to the failure if the resource's service refuses; nothing has changed then. Rejects
 * when the step is to be tried again: the database fails, or the operation is another process's.
 */
export async function performStep(request: StepRequest): Promise<StepFailure | undefined> {
  const { run, token } = request;
  let calls: StackStepCalls | undefined;
  let secure = NO_SECURE_VALUES;
  try {
    const as = await run.currentCaller();
    secure = await secureValuesOf(request.want ?? {}, run);
    const { reveal, conceal } = secure;
    await run.commit(async (tools) => {
      const { invoke, decide, ids } = run.deps;
      const { stack, operation } = run;
      calls = new StackStepCalls(
        {
          ...{ invoke, decide, ids, as },
          ...{ region: stack.region, baseUrl: run.options.baseUrl },
          transaction: tools.tx.tables(),
          state: request.pending?.state,
          token,
          systemTags: systemTagsOf(request),
          rewritesTags: request.isTakenOver === true && request.schema.tags?.hasSystemTags === true,
        },
        {
          ...{ stack, operation, logicalId: request.logicalId },
          ...(request.before && { before: request.before }),
        },
      );
      const step = await request.perform(calls, reveal);
      if (step.kind === "done") await request.done(conceal(step.model), tools);
      else {
        request.waits(concealedWait(step, conceal), tools);
        tools.changes.isLook = request.pending !== undefined;
      }
    });
    return undefined;
  } catch (error) {
    if (isRetried(error)) throw error;
    const { reason, code } = failureOf(error, calls, request);
    return { reason: secure.concealText(reason), code };
  }
}

type Waiting = Extract<Step, { kind: "wait" }>;

function concealedWait(step: Waiting, conceal: SecureValues["conceal"]): Waiting {
  const { state, model } = step;
  return { ...step, state: conceal(state), ...(model && { model: conceal(model) }) };
}

/** The tags that CloudFormation itself gives resources of most types that have tags. */
function systemTagsOf({ run, logicalId, schema }: StepRequest): Readonly<Record<string, string>> {
  if (!schema.tags?.hasSystemTags) return {};
  return {
    "aws:cloudformation:stack-name": run.stack.name,
    "aws:cloudformation:logical-id": logicalId,
    "aws:cloudformation:stack-id": run.stack.stack_id,
  };
}

/** Whether a step that failed so is tried again: the resource isn't to blame. */
export function isRetried(error: unknown): boolean {
  return error instanceof StoreUnavailableError || error instanceof LeaseLostError;
}

/** The reason as resources' events give it. Our own mistakes are logged, and say no more. */
export function failureOf(
  error: unknown,
  calls: StackStepCalls | undefined,
  { run, token, logicalId }: Pick<StepRequest, "run" | "token" | "logicalId">,
): StepFailure {
  if (error instanceof TemplateError) return { reason: error.message, code: "InvalidRequest" };
  if (error instanceof ResourceError && isWhole(error.message))
    return { reason: error.message, code: error.code };
  const failure = calls?.failureOf(error);
  if (failure) return { reason: handlerText(failure.message, token, failure.code), ...failure };
  if (error instanceof AwsError)
    return { reason: handlerText(error.message, token, "AccessDenied"), code: "AccessDenied" };
  run.deps.log.error({ error: errorClass(error), err: error, logicalId }, "A stack's step failed.");
  return {
    reason: handlerText("Internal Failure", token, "InternalFailure"),
    code: "InternalFailure",
  };
}

function handlerText(message: string, token: string, code: string): string {
  const facts = `RequestToken: ${token}, HandlerErrorCode: ${code}`;
  return `Resource handler returned message: "${message}" (${facts})`;
}

/** Sentences that AWS gives as they are. */
const WHOLE = new RegExp(
  "^(Propert(y|ies) validation|Embedded stack|WaitCondition|Failed to receive|Received |" +
    "Resource |Update to )",
);

function isWhole(message: string): boolean {
  return WHOLE.test(message);
}
