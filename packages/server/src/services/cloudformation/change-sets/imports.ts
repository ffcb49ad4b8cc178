import { isDeepStrictEqual } from "node:util";
import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Evaluation } from "@rolecast/template";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables } from "../tables.ts";
import { physicalIdOf } from "../types/engine-types.ts";
import { isThere, staticIdentifier } from "../values/existing-resources.ts";
import { holderOf } from "../values/resource-owners.ts";

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
 * Refuses identifiers with other names than the types', the engine's own types, which nobody made
 * outside of a stack, and resources that are a stack's. Rejects with ValidationError.
 */
export async function refuseImports(
  imports: Imports,
  after: Evaluation,
  stack: Place,
  db: Kysely<CloudFormationTables>,
  { types, readable }: Pick<CloudFormationDependencies, "types" | "readable">,
): Promise<void> {
  const named = Object.entries(imports).map(([logicalId, identifier]) => {
    const type = after.resources.get(logicalId)?.type ?? "";
    return { logicalId, identifier, type };
  });
  const own = new Set(named.filter(({ type }) => types.isOwn(type)).map(({ type }) => type));
  if (own.size > 0)
    throw validation(`ResourceTypes [${[...own].join(", ")}] are not supported for Import`);
  for (const { logicalId, identifier, type } of named) {
    const { schema } = await types.require(type);
    const names = Object.keys(identifier).sort();
    if (!isDeepStrictEqual(names, [...schema.primaryIdentifier].sort()))
      throw validation(
        `Resource identifiers of [${logicalId}] must be [${schema.primaryIdentifier.join(", ")}]`,
      );
    if (await holderOf(schema, identifier, stack, db, readable))
      throw validation(
        `Resources [${logicalId}] passed in ResourceToImport are already in a stack and cannot ` +
          "be imported.",
      );
  }
}

/**
 * Resources of a template that exist already, that are named in it, and that a failure or a
 * deletion leaves: `ImportExistingResources` takes them over.
 */
export async function existingResources(
  after: Evaluation,
  existing: ReadonlySet<string>,
  as: Caller,
  stack: Place,
  db: Kysely<CloudFormationTables>,
  deps: Pick<CloudFormationDependencies, "types" | "invoke" | "ids" | "readable">,
): Promise<Imports> {
  const found: [string, Readonly<Record<string, string>>][] = [];
  for (const { logicalId, type: name, deletionPolicy, properties } of after.resources.values()) {
    const type = await deps.types.find(name);
    if (!type || existing.has(logicalId) || !deletionPolicy?.startsWith("Retain")) continue;
    if (deps.types.isOwn(name)) continue;
    const declared = staticIdentifier(type.schema.primaryIdentifier, after, logicalId);
    if (!declared || Object.keys(properties).length === 0) continue;
    // Another stack's is no resource to take over: creating it fails.
    if (await holderOf(type.schema, declared, stack, db, deps.readable)) continue;
    if (await isThere(type, declared, as, stack.region, deps)) found.push([logicalId, declared]);
  }
  return Object.fromEntries(found);
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
