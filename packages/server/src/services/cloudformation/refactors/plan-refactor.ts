import {
  type Attributes,
  Evaluation,
  isSame,
  type MapValue,
  parseTemplate,
  TemplateError,
} from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { typedModel } from "../../../kernel/resource-types/typed-model.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import { placeOf } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { newStack } from "../engine/new-stack.ts";
import { exportsOf, importersOf } from "../rows/exports.ts";
import { resourcesOf } from "../rows/resources.ts";
import { findStack, findVersion } from "../rows/stacks.ts";
import { callerFor, requireUpdatable } from "../stacks/stack-changes.ts";
import type { CloudFormationTables, ResourceRow, StackRow, VersionRow } from "../tables.ts";
import { attributesOf } from "../values/attributes.ts";
import { withDynamicReferences } from "../values/dynamic-values.ts";
import {
  type RequestedVersion,
  requestedVersion,
  templateText,
} from "../values/requested-version.ts";
import { withStackTags } from "../values/stack-tags.ts";
import { readingOf } from "../values/template-url.ts";
import { movesOf, type Placed, placeResources } from "./plan-moves.ts";
import { RefactorError } from "./refactor-error.ts";
import type { Location, RefactorPlan } from "./refactor-plan.ts";

export interface Definition {
  readonly StackName?: string | undefined;
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
}

interface NamedLocation {
  readonly StackName: string;
  readonly LogicalResourceId: string;
}

export interface RefactorInput {
  readonly StackDefinitions: readonly Definition[];
  readonly EnableStackCreation?: boolean | undefined;
  readonly ResourceMappings?:
    | readonly { readonly Source: NamedLocation; readonly Destination: NamedLocation }[]
    | undefined;
}

/** A stack of the refactor while it is planned. */
interface Planned {
  readonly stack: StackRow;
  readonly isNew: boolean;
  readonly version: RequestedVersion["row"];
  readonly rows: readonly ResourceRow[];
  evaluation: Evaluation;
}

/** A plan, and the stacks that its execution would add. */
export interface PlannedRefactor {
  readonly plan: RefactorPlan;
  readonly placed: readonly Placed[];
  readonly evaluations: ReadonlyMap<string, Evaluation>;
}

/**
 * Finds out which resources go where. `newIds`: the ids of stacks that will be new, by their
 * names. Rejects with RefactorError for what a refactor can't do, and
 * with the AwsError of a template that is refused.
 */
export async function planRefactor(
  input: RefactorInput,
  context: RequestContext,
  deps: CloudFormationDependencies,
  newIds: ReadonlyMap<string, string> = new Map(),
): Promise<PlannedRefactor> {
  const planned: Planned[] = [];
  for (const definition of input.StackDefinitions)
    planned.push(await planStack(definition, input, newIds, context, deps));
  const byName = new Map(
    planned.flatMap(({ stack }) => [
      [stack.name, stack.stack_id] as const,
      [stack.stack_id, stack.stack_id] as const,
    ]),
  );
  const located = ({ StackName, LogicalResourceId: logicalId }: NamedLocation): Location => {
    const stackId = byName.get(StackName);
    if (stackId === undefined)
      throw new RefactorError(`Resource mapping: Stack [${StackName}] isn't one of the refactor.`);
    return { stackId, logicalId };
  };
  const mappings = (input.ResourceMappings ?? []).map(({ Source, Destination }) => ({
    source: located(Source),
    destination: located(Destination),
  }));
  const rows = planned.flatMap((each) => each.rows);
  const after = new Map(planned.map(({ stack, evaluation }) => [stack.stack_id, evaluation]));
  const placed = placeResources(rows, after, mappings);
  const attributes = attributesAfter(placed);
  withOwnExports(planned, attributes);
  await refuseChanges(planned, placed, attributes, context, deps);
  await refuseLostExports(planned, attributes, context);
  const moves = movesOf(placed);
  for (const { type, source, destination } of moves)
    if (deps.types.isOwn(type) && source.stackId !== destination.stackId)
      throw new RefactorError(`Resources of type ${type} can't be moved to another stack.`);
  const stacks = planned.map(({ stack, isNew, version }) => ({
    ...{ stackId: stack.stack_id, name: stack.name, isNew, from: stack.version, to: version },
  }));
  const evaluations = new Map(planned.map((each) => [each.stack.stack_id, each.evaluation]));
  return { plan: { stacks, moves }, placed, evaluations };
}

async function planStack(
  { StackName = "", TemplateBody, TemplateURL }: Definition,
  { EnableStackCreation }: RefactorInput,
  newIds: ReadonlyMap<string, string>,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<Planned> {
  const db = context.db<CloudFormationTables>();
  const found = await findStack(StackName, placeOf(context), db);
  if (!found && !EnableStackCreation)
    throw new RefactorError(`Stack with id ${StackName} does not exist`);
  if (found) requireUpdatable(found);
  const fresh = newStack(StackName, placeOf(context), context.nowMs, deps.ids);
  const stack = found ?? { ...fresh, stack_id: newIds.get(StackName) ?? fresh.stack_id };
  const previous = found && (await findVersion(found.stack_id, found.version, db));
  const reading = readingOf(context);
  const text = await templateText({ TemplateBody, TemplateURL }, previous, reading, deps);
  const caller = await callerFor(stack.role_arn ?? undefined, context, deps);
  const input = { TemplateBody: text, ...kept(text, previous) };
  const version = await requestedVersion(input, stack, previous, caller, reading, deps);
  const all = found ? await resourcesOf(found.stack_id, db) : [];
  const rows = all.filter(({ physical_id, status }) => physical_id && status !== "DELETE_COMPLETE");
  const { evaluation, row } = version;
  return { stack, isNew: !found, version: row, rows, evaluation };
}

/** A refactored stack keeps its parameters and tags, and new stacks need nobody's consent. */
function kept(text: string, previous: VersionRow | undefined) {
  const had = new Set(Object.keys(JSON.parse(previous?.parameters ?? "{}") as object));
  const Parameters = [...parsed(text).parameters.keys()]
    .filter((name) => had.has(name))
    .map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true }));
  const Capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];
  return { Parameters, Capabilities };
}

function parsed(text: string) {
  try {
    return parseTemplate(text);
  } catch (error) {
    throw error instanceof TemplateError ? new RefactorError(error.message) : error;
  }
}

/** The attributes that resources have in their new places: they are the same resources. */
function attributesAfter(placed: readonly Placed[]): (stackId: string) => Attributes {
  const stacks = new Map<string, Map<string, ResourceRow>>();
  for (const { row, destination } of placed) {
    const rows = stacks.get(destination.stackId) ?? new Map<string, ResourceRow>();
    rows.set(destination.logicalId, row);
    stacks.set(destination.stackId, rows);
  }
  return (stackId) => attributesOf(stacks.get(stackId) ?? new Map());
}

/** Lets the stacks import what they will export to each other. */
function withOwnExports(
  planned: readonly Planned[],
  attributes: (stackId: string) => Attributes,
): void {
  const exported = new Map<string, string>();
  for (const each of planned) {
    const { template, environment } = each.evaluation;
    const exports = (name: string) => exported.get(name) ?? environment.exports(name);
    each.evaluation = new Evaluation(template, { ...environment, exports });
  }
  // One stack's exports may be made of another one's.
  for (const _round of planned)
    for (const each of planned)
      for (const { exportName, value } of outputsOf(each, attributes))
        if (exportName !== undefined) exported.set(exportName, value);
}

function outputsOf({ evaluation, stack }: Planned, attributes: (stackId: string) => Attributes) {
  try {
    return evaluation.outputs(attributes(stack.stack_id));
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

/** Throws RefactorError if a resource's properties would change. */
async function refuseChanges(
  planned: readonly Planned[],
  placed: readonly Placed[],
  attributes: (stackId: string) => Attributes,
  context: RequestContext,
  deps: CloudFormationDependencies,
): Promise<void> {
  const changed: string[] = [];
  for (const { row, destination } of placed) {
    const target = planned.find(({ stack }) => stack.stack_id === destination.stackId);
    if (!target) continue;
    const { stack, evaluation, version } = target;
    const type = await deps.types.find(row.type);
    if (!type || row.type === "AWS::CDK::Metadata") continue;
    const resolving = {
      ...{ deps, stack },
      currentCaller: () => callerFor(stack.role_arn ?? undefined, context, deps),
    };
    const { properties } = evaluation.resource(destination.logicalId, attributes(stack.stack_id));
    const own = (await withDynamicReferences(row.type, properties, resolving)) as ResourceModel;
    const tags = JSON.parse(version.tags) as Readonly<Record<string, string>>;
    const next = withStackTags(typedModel(type.schema, own), type.schema, tags);
    const was = JSON.parse(row.properties) as ResourceModel;
    // Another stack may have other tags: its next update gives them.
    const ignored = type.schema.tags?.property;
    const isMoved = row.stack_id !== stack.stack_id;
    if (!isSame(without(was, isMoved, ignored), without(next, isMoved, ignored)))
      changed.push(`${stack.name}.${destination.logicalId}`);
  }
  if (changed.length > 0)
    throw new RefactorError(
      "A stack refactor only moves resources, and these templates change: " +
        `[${changed.join(", ")}]`,
    );
}

function without(model: ResourceModel, isMoved: boolean, name: string | undefined): MapValue {
  const entries = Object.entries(model).filter(([key]) => !isMoved || key !== name);
  return Object.fromEntries(entries) as MapValue;
}

/** Throws RefactorError if a stack outside of the refactor would lose what it imports. */
async function refuseLostExports(
  planned: readonly Planned[],
  attributes: (stackId: string) => Attributes,
  context: RequestContext,
): Promise<void> {
  const db = context.db<CloudFormationTables>();
  const after = new Map<string, string>();
  try {
    for (const { evaluation, stack } of planned)
      for (const { exportName, value } of evaluation.outputs(attributes(stack.stack_id)))
        if (exportName !== undefined) after.set(exportName, value);
  } catch (error) {
    throw error instanceof TemplateError ? new RefactorError(error.message) : error;
  }
  const own = new Set(planned.map(({ stack }) => stack.stack_id));
  for (const { stack } of planned)
    for (const { name, value } of await exportsOf(stack.stack_id, db)) {
      if (after.get(name) === value) continue;
      const others = (await importersOf(name, stack, db)).filter((each) => !own.has(each.stack_id));
      const names = others.map((each) => each.name).join(", ");
      const verb = after.has(name) ? "updated" : "deleted";
      if (others.length > 0)
        throw new RefactorError(`Export ${name} cannot be ${verb} as it is in use by ${names}`);
    }
}

/** The sentence with which a refactor fails; undefined: it is not the request's fault. */
export function refactorFailure(error: unknown): string | undefined {
  if (error instanceof RefactorError || error instanceof TemplateError) return error.message;
  return error instanceof AwsError ? error.message : undefined;
}
