import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Evaluation } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import { type EngineType, physicalIdOf } from "../types/engine-types.ts";

/** Resources that a change set takes over: what names them, by logical id. */
export type Imports = Readonly<Record<string, Readonly<Record<string, string>>>>;

type ToImport = Checked<cloudformation.ResourceToImport>;

/** The resources that a request names. Throws ValidationError in AWS's words. */
export function requestedImports(
  list: readonly ToImport[],
  after: Evaluation,
  existing: ReadonlySet<string>,
): Imports {
  const named = new Set(list.map(({ LogicalResourceId }) => LogicalResourceId));
  const added = [...after.resources.keys()].filter((id) => !existing.has(id));
  const missing = added.filter((id) => !named.has(id));
  if (missing.length > 0)
    throw validation(`Resources [${missing.join(", ")}] is missing from ResourceToImport list`);
  for (const { LogicalResourceId: id, ResourceType } of list) {
    const declared = after.resources.get(id);
    if (!declared || declared.type !== ResourceType)
      throw validation(
        `Resources [${id}] passed in ResourceToImport are not present in the template`,
      );
    if (existing.has(id)) throw validation(`Resources [${id}] already exist in the stack`);
    if (declared.deletionPolicy === undefined)
      throw validation(
        `Resources [${id}] must have DeletionPolicy attribute specified in the template`,
      );
  }
  return Object.fromEntries(
    list.map(({ LogicalResourceId, ResourceIdentifier }) => [
      LogicalResourceId,
      ResourceIdentifier,
    ]),
  );
}

/**
 * Resources of a template that exist already, that are named in it, and that a failure or a
 * deletion leaves: `ImportExistingResources` takes them over.
 */
export async function existingResources(
  after: Evaluation,
  existing: ReadonlySet<string>,
  as: Caller,
  region: string,
  { types, invoke, ids }: Pick<CloudFormationDependencies, "types" | "invoke" | "ids">,
): Promise<Imports> {
  const found: [string, Readonly<Record<string, string>>][] = [];
  for (const { logicalId, type: name, deletionPolicy, properties } of after.resources.values()) {
    const type = await types.find(name);
    if (!type || existing.has(logicalId) || !String(deletionPolicy).startsWith("Retain")) continue;
    const declared = staticIdentifier(type.schema.primaryIdentifier, after, logicalId);
    if (!declared || Object.keys(properties).length === 0) continue;
    if (await isThere(type, declared, as, region, { invoke, ids }))
      found.push([logicalId, declared]);
  }
  return Object.fromEntries(found);
}

/** The identifier, if the template itself has all of it. */
export function staticIdentifier(
  names: readonly string[],
  after: Evaluation,
  logicalId: string,
): Readonly<Record<string, string>> | undefined {
  let isKnown = true;
  const { properties } = after.resource(logicalId, () => {
    isKnown = false;
    return "";
  });
  const pairs = names.map((name) => [name, properties[name]] as const);
  if (!isKnown && pairs.some(([, value]) => value === "")) return undefined;
  if (!pairs.every(([, value]) => typeof value === "string" && value !== "")) return undefined;
  return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

/** Whether there is a resource with this identifier that the caller may read. */
export async function isThere(
  type: EngineType,
  identifier: ResourceModel,
  as: Caller,
  region: string,
  { invoke, ids }: Pick<CloudFormationDependencies, "invoke" | "ids">,
): Promise<boolean> {
  const calls = new StepCalls({ invoke, ids, as, region, token: ids.uuid() });
  try {
    await type.read(identifier, calls as never);
    return true;
  } catch (error) {
    // Whoever may not see it can't take it over either: creating it will say why.
    if (error instanceof AwsError || error instanceof Error) return false;
    throw error;
  }
}

/** The physical ids that imported resources will have. */
export async function physicalIdsOf(
  imports: Imports,
  after: Evaluation,
  { types }: Pick<CloudFormationDependencies, "types">,
): Promise<ReadonlyMap<string, string>> {
  const ids: [string, string][] = [];
  for (const [logicalId, identifier] of Object.entries(imports)) {
    const type = await types.find(after.resources.get(logicalId)?.type ?? "");
    const isRef = type?.schema.ref.every((name) => identifier[name] !== undefined);
    const id = type && isRef ? physicalIdOf(type.schema, identifier) : Object.values(identifier)[0];
    ids.push([logicalId, id ?? ""]);
  }
  return new Map(ids);
}
