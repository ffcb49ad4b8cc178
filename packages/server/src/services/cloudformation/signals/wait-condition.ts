import assert from "node:assert/strict";
import type { Clock } from "../../../kernel/clock.ts";
import {
  ResourceError,
  type ResourceModel,
  type ResourceSchema,
  type Step,
} from "../../../kernel/resources.ts";
import { findResource, resourcesOf } from "../rows/resources.ts";
import { removeSignals, type Signalled, signalsOf } from "../rows/signals.ts";
import { findStackById, findVersion } from "../rows/stacks.ts";
import type { SignalRow } from "../tables.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { attributesOf } from "../values/attributes.ts";
import { evaluateStack } from "../values/evaluate-stack.ts";
import { creationPolicy } from "./creation-policy.ts";
import { isHandle, signalledBy } from "./handle-address.ts";

/** The pause between two looks at the signals. */
const LOOK_MS = 500;
const TIMEOUT_SECONDS_MAX = 43_200;

const optional = (kind: "string" | "integer") =>
  ({ type: { kind }, required: false, replacement: "no" }) as const;

const SCHEMA: ResourceSchema = {
  typeName: "AWS::CloudFormation::WaitCondition",
  properties: {
    Count: optional("integer"),
    Handle: optional("string"),
    Timeout: optional("integer"),
  },
  types: {},
  attributes: { Id: { kind: "string" }, Data: { kind: "json" } },
  primaryIdentifier: ["Id"],
  ref: ["Id"],
  writeOnly: [],
};

/** The signals that a wait condition waits for; its first step finds them out. */
interface Waiting {
  readonly signalled: Signalled;
  readonly count: number;
  readonly endMs: number;
  /** The signals come from SignalResource: the resource itself is signalled. */
  readonly isOwn: boolean;
}

/** Resources that are complete once they have been signalled often enough. */
export function waitCondition({ clock }: { readonly clock: Clock }): OwnType {
  return {
    schema: SCHEMA,
    permissions: {
      free: "It waits for signals to the account's own stacks, and calls no service.",
    },
    async create(want, call) {
      const nowMs = clock.nowMs();
      const waiting = (call.state as unknown as Waiting | undefined) ?? (await begin());
      return look(waiting, nowMs, call);

      async function begin(): Promise<Waiting> {
        const own = { stack_id: call.place.stack.stack_id, logical_id: call.place.logicalId };
        await removeSignals(own, call.tx.db);
        const policy = creationPolicy(await policyOf(call));
        if (policy && want.Handle === undefined)
          return { ...policy, signalled: own, endMs: nowMs + policy.timeoutMs, isOwn: true };
        return { ...(await byHandle(want, nowMs, call)), isOwn: false };
      }
    },
    read: async (model) => model,
    async update() {
      const { typeName } = SCHEMA;
      const message = `Update to resource type ${typeName} is not supported.`;
      throw new ResourceError("InvalidRequest", message);
    },
    async delete(model, { place: { stack, logicalId }, tx }) {
      await removeSignals({ stack_id: stack.stack_id, logical_id: logicalId }, tx.db);
      return { kind: "done", model };
    },
  };
}

async function policyOf({ place: { stack, logicalId }, tx: { db } }: StackStepCalls) {
  const version = await findVersion(stack.stack_id, stack.version, db);
  assert(version, "a stack's version has a row");
  const { evaluation } = await evaluateStack(stack, version, db);
  const rows = await resourcesOf(stack.stack_id, db);
  const attributes = attributesOf(new Map(rows.map((row) => [row.logical_id, row])));
  return evaluation.resource(logicalId, attributes).creationPolicy;
}

async function byHandle(
  { Handle, Timeout, Count }: ResourceModel,
  nowMs: number,
  call: StackStepCalls,
) {
  if (Handle === undefined) throw missing("Handle");
  if (Timeout === undefined) throw missing("Timeout");
  const signalled = await handleOf(String(Handle), call);
  if (!signalled) throw invalid(`Invalid wait condition handle: ${Handle}`);
  const seconds = Number(Timeout);
  if (seconds < 1 || seconds > TIMEOUT_SECONDS_MAX)
    throw invalid(`Timeout must be between 1 and ${TIMEOUT_SECONDS_MAX} seconds.`);
  const count = Number(Count ?? 1);
  if (count < 1) throw invalid("Count must be 1 or more.");
  return { signalled, count, endMs: nowMs + seconds * 1_000 };
}

/** A handle of any stack in the account and Region, for whoever knows its whole address. */
async function handleOf(address: string, { place, tx }: StackStepCalls) {
  const signalled = signalledBy(address);
  if (!signalled) return undefined;
  const { account_id, region } = place.stack;
  const stack = await findStackById(signalled.stack_id, tx.db);
  if (stack?.account_id !== account_id || stack.region !== region) return undefined;
  const row = await findResource(signalled.stack_id, signalled.logical_id, tx.db);
  return isHandle(row, address) ? signalled : undefined;
}

function missing(name: string): ResourceError {
  return invalid(`Property validation failure: [The property {/${name}} is required]`);
}

function invalid(message: string): ResourceError {
  return new ResourceError("InvalidRequest", message);
}

async function look(waiting: Waiting, nowMs: number, call: StackStepCalls): Promise<Step> {
  const { signalled, count, endMs, isOwn } = waiting;
  const signals = await signalsOf(signalled, call.tx.db);
  const failed = signals.find(({ status }) => status === "FAILURE");
  const { stack, logicalId } = call.place;
  const model = { Id: `${stack.stack_id}/${logicalId}` };
  if (failed) throw failure(failureText(failed, count, isOwn));
  if (signals.length >= count)
    return { kind: "done", model: isOwn ? model : { ...model, Data: dataOf(signals) } };
  if (nowMs >= endMs) throw failure(timeoutText(signals.length, count, isOwn));
  const ms = Math.min(LOOK_MS, endMs - nowMs);
  return { kind: "wait", ms, state: { ...waiting }, model };
}

function failure(message: string): ResourceError {
  return new ResourceError("NotStabilized", message);
}

function failureText({ reason, unique_id }: SignalRow, count: number, isOwn: boolean): string {
  return isOwn
    ? `Received 1 FAILURE signal(s) out of ${count}.  ` +
        "Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"
    : `WaitCondition received failed message: '${reason}' for uniqueId: ${unique_id}`;
}

function timeoutText(received: number, count: number, isOwn: boolean): string {
  return isOwn
    ? `Failed to receive ${count - received} resource signal(s) within the specified duration`
    : `WaitCondition timed out. Received ${received} conditions when expecting ${count}`;
}

/** `{"one":"its data"}`: the text that GetAtt of Data gives. */
function dataOf(signals: readonly SignalRow[]): string {
  return JSON.stringify(Object.fromEntries(signals.map((each) => [each.unique_id, each.data])));
}
