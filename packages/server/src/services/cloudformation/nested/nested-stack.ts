import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { TemplateError } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import {
  type PropertyType,
  ResourceError,
  type ResourceModel,
  type ResourceSchema,
  type Step,
} from "../../../kernel/resources.ts";
import type { Tables } from "../../../kernel/store.ts";
import type { CloudFormationDependencies, EngineDependencies } from "../dependencies.ts";
import { beginExecution } from "../engine/change-set-trees.ts";
import { depthOf, NESTED_NAMING, newNestedStack, refuseDepth } from "../engine/new-stack.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import { startOperation } from "../engine/start-operation.ts";
import { addVersion, findStackById, findVersion, insertStack } from "../rows/stacks.ts";
import type { ChangeSetRow, StackRow, VersionRow } from "../tables.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { nestedVersionInput } from "../values/nested-version-input.ts";
import { isSameVersion, requestedVersion } from "../values/requested-version.ts";
import type { Reading } from "../values/template-url.ts";
import { executedChangeSet, nestedChangeSet } from "./executed-change-set.ts";
import { nestedPermissions } from "./nested-permissions.ts";

type NestedDependencies = EngineDependencies & Pick<CloudFormationDependencies, "address">;

/** The name of the version's number in a nested stack's model: no attribute can have it. */
const VERSION = "rolecast:version";

/** The pause between two looks at a nested stack that is at work. */
const LOOK_MS = 50;

const text: PropertyType = { kind: "string" };
const optional = (type: PropertyType) => ({ type, required: false, replacement: "no" }) as const;

const SCHEMA: ResourceSchema = {
  typeName: "AWS::CloudFormation::Stack",
  properties: {
    TemplateURL: { type: text, required: true, replacement: "no" },
    Parameters: optional({ kind: "map", of: text }),
    NotificationARNs: optional({ kind: "list", of: text }),
    Tags: optional({ kind: "list", of: { kind: "json" } }),
    TimeoutInMinutes: optional({ kind: "integer" }),
  },
  types: {},
  attributes: { StackId: text },
  primaryIdentifier: ["StackId"],
  ref: ["StackId"],
  writeOnly: [],
  tags: { property: "Tags", form: "list", hasSystemTags: false },
};

/** Stacks as resources of stacks: each is worked through by operations of its own. */
export function nestedStack(deps: NestedDependencies): OwnType {
  return {
    schema: SCHEMA,
    naming: NESTED_NAMING,
    updatesAlways: true,
    permissions: nestedPermissions,
    async create(want, call) {
      if (call.state) return created(call);
      const { stack: parent } = call.place;
      const { db } = call.tx;
      refuseDepth((await depthOf(parent, db)) + 1);
      const planned = await nestedChangeSet(call);
      const announced = planned && (await findStackById(planned.stack_id, db));
      const child = announced ?? newNestedStack(parent, want, deps.clock.nowMs(), deps.ids);
      const version = await versionOf(want, child, undefined, planned, call, deps);
      if (!announced) await insertStack(child, db);
      const number = await addVersion({ stack_id: child.stack_id, ...version }, db);
      const options: OperationOptions = { onFailure: "DO_NOTHING" };
      const change = { version: number, role_arn: parent.role_arn };
      await begin("create", child, change, options, planned, call, deps);
      return waiting({ StackId: child.stack_id });
    },
    async read({ StackId }, { tx }) {
      const child = await findStackById(String(StackId), tx.db);
      if (!child || child.status === "DELETE_COMPLETE")
        throw new ResourceError("NotFound", `Stack ${StackId} does not exist`);
      return { StackId, Outputs: outputsOf(child) };
    },
    async update(model, was, want, call) {
      const child = await childOf(model, call);
      if (call.state) return updated(model, want, child);
      // Made before models had their version: the address alone says whether there is a way back.
      const { before } = call.place;
      if (before && before[VERSION] === undefined && was.TemplateURL === want.TemplateURL)
        return { kind: "done", model: { ...model, ...stateOf(child) } };
      const planned = await nestedChangeSet(call);
      const isFailed = /FAILED$/.test(child.status);
      // The change set that is executed found nothing to change here.
      if (!planned && executedChangeSet(call) && !isFailed)
        return { kind: "done", model: { ...model, ...stateOf(child) } };
      const previous = await findVersion(child.stack_id, child.version, call.tx.db);
      const version =
        (await versionBefore(call, child)) ??
        (await versionOf(want, child, previous, planned, call, deps));
      if (!planned && previous && isSameVersion(previous, version) && !isFailed)
        return { kind: "done", model: { ...model, ...stateOf(child) } };
      const number = await addVersion({ stack_id: child.stack_id, ...version }, call.tx.db);
      const change = { version: number, updated_ms: deps.clock.nowMs() };
      await begin("update", child, change, {}, planned, call, deps);
      return waiting({ StackId: child.stack_id });
    },
    async delete(model, call) {
      const child = await findStackById(String(model.StackId), call.tx.db);
      if (!child || child.status === "DELETE_COMPLETE") return { kind: "done", model };
      if (/_IN_PROGRESS$/.test(child.status)) return waiting(model, call.state);
      if (call.state?.deleting)
        throw new ResourceError(
          "GeneralServiceException",
          `Embedded stack ${child.stack_id} was not successfully deleted: ${child.status_reason}`,
        );
      await begin("delete", child, {}, {}, undefined, call, deps);
      return waiting(model, { deleting: true });
    },
  };
}

function waiting(model: ResourceModel, state: ResourceModel = {}): Step {
  const { StackId } = model;
  return { kind: "wait", ms: LOOK_MS, state: { ...state, StackId }, model: { StackId } };
}

async function childOf({ StackId }: ResourceModel, { tx }: StackStepCalls): Promise<StackRow> {
  const child = await findStackById(String(StackId), tx.db);
  if (child) return child;
  throw new ResourceError("NotFound", `Stack ${StackId} does not exist`);
}

async function created(call: StackStepCalls): Promise<Step> {
  const model = { StackId: call.state?.StackId };
  const child = await childOf(model, call);
  if (child.status === "CREATE_COMPLETE")
    return { kind: "done", model: { ...model, ...stateOf(child) } };
  if (/_IN_PROGRESS$/.test(child.status)) return waiting(model);
  throw new ResourceError(
    "NotStabilized",
    `Embedded stack ${child.stack_id} was not successfully created: ${child.status_reason}`,
  );
}

function updated(model: ResourceModel, want: ResourceModel, child: StackRow): Step {
  if (child.status === "UPDATE_COMPLETE")
    return { kind: "done", model: { ...model, ...want, ...stateOf(child) } };
  if (/_IN_PROGRESS$/.test(child.status)) return waiting(model);
  throw new ResourceError(
    "NotStabilized",
    `Embedded stack ${child.stack_id} was not successfully updated. ` +
      `Currently in ${child.status} with reason: ${child.status_reason ?? ""}`,
  );
}

function outputsOf({ outputs }: StackRow): Readonly<Record<string, string>> {
  const list = JSON.parse(outputs) as { OutputKey: string; OutputValue: string }[];
  return Object.fromEntries(list.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

/** Outputs, and the version that a rollback of the stack around it goes back to. */
function stateOf(child: StackRow): ResourceModel {
  return { Outputs: outputsOf(child), [VERSION]: child.version };
}

/** The version to which a rollback goes: what its URLs show by now may be something else. */
async function versionBefore(
  { place, tx }: StackStepCalls,
  { stack_id }: StackRow,
): Promise<Omit<VersionRow, "number" | "stack_id"> | undefined> {
  const number = place.before?.[VERSION];
  if (typeof number !== "number") return undefined;
  const version = await findVersion(stack_id, number, tx.db);
  if (!version) return undefined;
  const { template, processed, parameters, tags, capabilities } = version;
  return { template, processed, parameters, tags, capabilities };
}

/**
 * The version that the properties ask for. The template is the planned change set's, or it is read
 * as whoever deploys.
 */
async function versionOf(
  want: ResourceModel,
  child: StackRow,
  previous: VersionRow | undefined,
  planned: ChangeSetRow | undefined,
  call: StackStepCalls,
  deps: NestedDependencies,
): Promise<Omit<VersionRow, "number" | "stack_id">> {
  const reading: Reading = {
    region: child.region,
    baseUrl: call.baseUrl,
    db: <T extends Tables>() => call.tx.tables<T>().db,
    getObject: (place) => call.invoke<GetObjectCommandOutput>("s3", "GetObject", place),
  };
  const { stack: parent } = call.place;
  const outer = await findVersion(parent.stack_id, parent.version, call.tx.db);
  const capabilities = JSON.parse(outer?.capabilities ?? "[]") as string[];
  const { TemplateURL, ...asked } = nestedVersionInput(want, capabilities);
  const template = planned ? { TemplateBody: planned.template } : { TemplateURL };
  const input = { ...asked, ...template };
  try {
    const { row } = await requestedVersion(input, child, previous, call.caller, reading, deps);
    return row;
  } catch (error) {
    // The resource's reason is the template's own sentence.
    if (error instanceof AwsError && /^(Validation|InsufficientCap)/.test(error.code))
      throw new TemplateError(error.message);
    throw error;
  }
}

async function begin(
  kind: "create" | "update" | "delete",
  child: StackRow,
  stack: Partial<StackRow>,
  options: OperationOptions,
  planned: ChangeSetRow | undefined,
  { tx, caller, baseUrl }: StackStepCalls,
  deps: NestedDependencies,
): Promise<void> {
  const beginnings = {
    create: { phase: "forward", status: "CREATE_IN_PROGRESS" },
    update: { phase: "forward", status: "UPDATE_IN_PROGRESS" },
    delete: { phase: "delete", status: "DELETE_IN_PROGRESS" },
  } as const;
  const nowMs = deps.clock.nowMs();
  const executed = planned ? { changeSetId: planned.change_set_id } : {};
  if (planned) await beginExecution(planned, { tx, nowMs, ids: deps.ids, events: deps.events });
  const operation = {
    ...{ kind, ...beginnings[kind], reason: null, stack, clientToken: undefined },
    options: { ...options, ...executed },
  };
  await startOperation(tx, child, operation, { caller, nowMs, baseUrl }, deps);
}
