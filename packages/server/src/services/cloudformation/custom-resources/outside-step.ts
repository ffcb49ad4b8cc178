import type { Clock } from "../../../kernel/clock.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { ResourceModel, Step } from "../../../kernel/resources.ts";
import { type Store, StoreUnavailableError } from "../../../kernel/store.ts";
import { findResource, leftoversOf } from "../rows/resources.ts";
import type { CloudFormationTables } from "../tables.ts";
import type { StackStepCalls, StepPlace } from "../types/own-type.ts";
import { pendingOf } from "../values/stored-json.ts";
import { answering } from "./answering.ts";
import { noResponse } from "./service-timeout.ts";
import type { StepRuns } from "./step-runs.ts";

/** The first pause between two looks whether the work has ended; doubled with each look. */
const LOOK_MS_MIN = 20;
const LOOK_MS_MAX = 1_000;

export interface OutsideDependencies {
  readonly runs: StepRuns;
  readonly store: Store;
  readonly clock: Clock;
  readonly invoke: Invoke;
}

/** A step whose work is no part of its transaction. */
export interface OutsideWork<Value> {
  /** From the step's first look; then it fails. */
  readonly timeoutMs: number;
  readonly model?: ResourceModel | undefined;
  /**
   * Runs in the step's transaction, and gives the work. It may be done again, from its start, where
   * its process died before the step's end was committed: at least once, as Lambda's.
   */
  readonly prepare: () => Promise<(signal: AbortSignal) => Promise<Value>>;
  /** The resource that the work has made of it. */
  readonly done: (value: Value) => Step;
}

interface Waiting {
  readonly ms: number;
  readonly endMs: number;
}

/**
 * Takes a step further whose calls make transactions of their own, or take longer than one may. The
 * step's row notes the work, which begins once that is committed. Later steps look whether it has
 * ended, and begin it again if its process has died.
 */
export async function outsideStep<Value>(
  { timeoutMs, model, prepare, done }: OutsideWork<Value>,
  call: StackStepCalls,
  { runs, clock }: Pick<OutsideDependencies, "runs" | "clock">,
): Promise<Step> {
  const { token, place, tx } = call;
  const resource = `${place.stack.stack_id} ${place.logicalId}`;
  const nowMs = clock.nowMs();
  const waiting = call.state as unknown as Partial<Waiting> | undefined;
  const { ms: lastMs = LOOK_MS_MIN / 2, endMs = nowMs + timeoutMs } = waiting ?? {};
  const outcome = runs.outcomeOf(resource, token);
  if (outcome && "error" in outcome) {
    // The step is tried again. Every other failure ends it.
    if (outcome.error instanceof StoreUnavailableError) runs.forget(resource, token);
    return answering(call, () => Promise.reject(outcome.error));
  }
  if (outcome) {
    tx.afterCommit(() => runs.forget(resource, token));
    return answering(call, async () => done(outcome.value as Value));
  }
  if (nowMs >= endMs) {
    runs.stop(resource, token);
    throw noResponse(token);
  }
  if (!runs.isBegun(resource, token)) {
    const work = await answering(call, prepare);
    tx.afterCommit(() => runs.begin(resource, token, work));
  }
  const ms = Math.min(lastMs * 2, LOOK_MS_MAX);
  return { kind: "wait", ms, state: { ms, endMs }, ...(model && { model }) };
}

/** Calls of a step's work, each a request of its own, as long as the step isn't another node's. */
export function outsideInvoke(
  { place, token }: StackStepCalls,
  { store, invoke }: Pick<OutsideDependencies, "store" | "invoke">,
): Invoke {
  return async (...call) => {
    // Another node may have gone on with the step, ended it, and begun what follows.
    if (store.shared && !(await isPending(place, token, store)))
      throw new StoreUnavailableError("The step is another node's.");
    return invoke(...call);
  };
}

async function isPending({ stack, logicalId }: StepPlace, token: string, store: Store) {
  const { db } = store.tables<CloudFormationTables>();
  const row = await findResource(stack.stack_id, logicalId, db);
  if (row && pendingOf(row)?.token === token) return true;
  const leftovers = await leftoversOf(stack.stack_id, db);
  return leftovers.some((each) => pendingOf(each)?.token === token);
}
