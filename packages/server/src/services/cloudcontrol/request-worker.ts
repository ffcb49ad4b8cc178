import { AwsError } from "../../kernel/aws-error.ts";
import type { Caller } from "../../kernel/principal.ts";
import type { HandlerFailure } from "../../kernel/resource-types/resource-calls.ts";
import { assumeServiceRole } from "../../kernel/resource-types/service-role.ts";
import type { ResourceModel, Step } from "../../kernel/resources.ts";
import { AwaitedEnds } from "../../kernel/work/awaited-ends.ts";
import { type HeldTask, TaskQueue } from "../../kernel/work/task-queue.ts";
import type { CloudControlDependencies } from "./dependencies.ts";
import { givenIdentifier } from "./identifiers.ts";
import { updateRequest } from "./request-rows.ts";
import {
  callsOf,
  type KnownType,
  requireType,
  runStep,
  shownModel,
  type Work,
} from "./resource-steps.ts";
import { REQUEST_TASKS, type RequestRow } from "./tables.ts";

/** Each has the writer to itself for its step. */
const AT_ONCE_MAX = 4;
/** A step takes milliseconds; a node that died holds its request this long. */
const LEASE_MS = 60_000;
/** On a shared database, the requests of nodes that died are looked for this often. */
const LOOK_INTERVAL_MS = 5_000;
/** Clients sleep for seconds between two looks, so an answer waits this long for the end. */
const ANSWER_WITHIN_MS = 2_000;

type Failure = Omit<HandlerFailure, "refusal">;

/** The end of a request whose steps failed, for reasons of ours, too often. */
const FAILED: Failure = { code: "InternalFailure", message: "Internal error" };

/**
 * Works through requests, step by step. A step's calls, and the row that says what came of it, are
 * one transaction: a process that dies between two steps leaves nothing half done, and the next one
 * goes on.
 */
export class RequestWorker {
  readonly #deps: CloudControlDependencies;
  readonly #queue: TaskQueue<RequestRow>;
  readonly #ends = new AwaitedEnds();

  constructor(deps: CloudControlDependencies) {
    const { store, clock, log } = deps;
    this.#deps = deps;
    this.#queue = new TaskQueue({
      store,
      clock,
      table: REQUEST_TASKS,
      atOnceMax: AT_ONCE_MAX,
      leaseMs: () => LEASE_MS,
      ...(store.shared ? { lookEveryMs: LOOK_INTERVAL_MS } : {}),
      claimed: () => ({ status: "IN_PROGRESS" }),
      run: (task) => this.#work(task),
      giveUp: (task) => this.#fail(task, FAILED),
      failed: (err, row) =>
        log.error({ err, requestToken: row?.request_token }, "A resource request's step failed."),
    });
  }

  start(): void {
    this.#queue.start();
  }

  /** Leaves further work to other nodes. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  /** Ends after the steps that are under way; requests that are left stay pending. */
  close(): Promise<void> {
    this.#ends.close();
    return this.#queue.close();
  }

  /**
   * Runs `insert`, which makes the request's row, and works on it. Resolves when the request has
   * ended, or after a while. False from `insert`: there is no such row, and nothing to wait for.
   */
  async begin(token: string, insert: () => Promise<boolean>): Promise<void> {
    await this.#ends.within(token, ANSWER_WITHIN_MS, async () => {
      const isThere = await insert();
      if (isThere) this.#queue.wake();
      return isThere;
    });
  }

  async #work(task: HeldTask<RequestRow>): Promise<void> {
    const { row } = task;
    try {
      const caller = await this.#callerOf(row);
      if (await this.#step(task, caller)) this.#ends.end(row.request_token);
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      await this.#fail(task, failure);
    }
  }

  /** Takes the request one step further. False: it isn't at its end. */
  async #step(task: HeldTask<RequestRow>, as: Caller): Promise<boolean> {
    const { row } = task;
    const known = await requireType(row.type_name, row.operation, this.#deps.resources);
    const work = this.#opened<Work>(row.work, row) ?? {};
    const state = this.#opened<ResourceModel>(row.state, row);
    let refused: StepRefused | undefined;
    let step: Step | undefined;
    try {
      await task.finish(async (transaction, nowMs) => {
        const { request_token: token, region } = row;
        const whence = { as, region, token, transaction, state, baseUrl: work.baseUrl };
        const calls = callsOf(this.#deps, whence);
        try {
          step = await runStep(row, work, known, calls);
        } catch (error) {
          const failure = calls.failureOf(error);
          // The transaction has to go, with all that the step did before.
          throw failure ? new StepRefused(failure) : error;
        }
        await updateRequest(row, this.#changes(row, step, known, nowMs), transaction);
      });
    } catch (error) {
      if (!(error instanceof StepRefused)) throw error;
      refused = error;
    }
    if (refused) await this.#fail(task, refused.failure);
    else if (step?.kind === "wait") {
      this.#queue.wakeIn(step.ms);
      return false;
    }
    return true;
  }

  /** The row's columns after a step. */
  #changes(row: RequestRow, step: Step, { schema }: KnownType, nowMs: number): Partial<RequestRow> {
    const model = step.model ?? {};
    const identifier = givenIdentifier(schema, model);
    const shared = {
      updated_ms: nowMs,
      lease_until_ms: 0,
      failed_starts: 0,
      identifier: row.identifier ?? identifier,
      ...(identifier === null ? {} : { model: shownModel(schema, model) }),
    };
    if (step.kind === "wait") {
      const state = this.#deps.secrets.seal(JSON.stringify(step.state), row.request_token);
      return { ...shared, state, due_ms: nowMs + step.ms };
    }
    return { ...shared, ...ENDED, status: "SUCCESS" };
  }

  async #fail({ finish, row }: HeldTask<RequestRow>, { code, message }: Failure): Promise<void> {
    await finish(async (tx, nowMs) => {
      const failed = { status: "FAILED", error_code: code, status_message: message } as const;
      await updateRequest(row, { ...ENDED, ...failed, updated_ms: nowMs }, tx);
    });
    this.#ends.end(row.request_token);
  }

  #callerOf(row: RequestRow): Promise<Caller> | Caller {
    const { role_arn, caller, request_token: token } = row;
    if (role_arn !== null) return assumeServiceRole(role_arn, row, this.#deps);
    const { storedCallers, clock } = this.#deps;
    const restored = storedCallers.restore(caller ?? "", token, clock.nowMs());
    if (restored !== "expired-token") return restored;
    const message = "The security token included in the request is expired";
    throw new AwsError("ExpiredToken", message, { status: 403 });
  }

  #opened<Value>(sealed: string | null, { request_token }: RequestRow): Value | undefined {
    if (sealed === null) return undefined;
    return JSON.parse(this.#deps.secrets.open(sealed, request_token)) as Value;
  }
}

/** The columns that only work that goes on needs. */
const ENDED = { work: null, state: null, caller: null, lease_until_ms: 0 } as const;

class StepRefused extends Error {
  override readonly name = "StepRefused";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** A failure before the step's own calls; undefined: it is ours, and tried again for a while. */
function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof AwsError)) return undefined;
  const code = error.code === "ExpiredToken" ? "InvalidCredentials" : "AccessDenied";
  return { code, message: error.message };
}
