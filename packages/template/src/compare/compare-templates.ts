import { TemplateError } from "../document/template-error.ts";
import { type Attributes, UNKNOWN } from "../evaluate/environment.ts";
import type { Evaluation, ResolvedResource } from "../evaluate/evaluation.ts";
import { attributeDetails } from "./attribute-details.ts";
import type { Comparison, DeployedResource, DeployedStack } from "./comparison.ts";
import { context } from "./context.ts";
import { changedParameters, hybridEvaluation } from "./hybrid-evaluation.ts";
import type { Compared } from "./own-causes.ts";
import { propertyDetails } from "./property-details.ts";
import type { ChangeDetail, ResourceChange } from "./resource-change.ts";

/**
 * Finds what a stack's resources need to become those of a template. Resources that stay as they
 * are aren't listed. The changes are in the order of their logical ids.
 *
 * @throws TemplateError if a resource would change its type, or can't be resolved.
 */
export function compareTemplates(comparison: Comparison): readonly ResourceChange[] {
  const { before, after } = comparison;
  refuseOtherTypes(before, after);
  const changes = new Map<string, ResourceChange>();
  const compared: Compared = {
    ...comparison,
    changes,
    hybrid: before && hybridEvaluation(before.evaluation, after),
    changedParameters: before ? changedParameters(before.evaluation, after) : new Set(),
    attributes: attributesAfter(before, changes),
  };
  for (const [id, resource] of before?.resources ?? [])
    if (!after.resources.has(id)) changes.set(id, removal(compared, id, resource));
  // A resource comes after those that it refers to: their changes may be its own.
  for (const id of after.graph.order) {
    const was = before?.resources.get(id);
    const change = before && was ? modification(compared, before, id, was) : addition(compared, id);
    if (change !== undefined) changes.set(id, change);
  }
  return [...changes.values()].sort((a, b) => (a.LogicalResourceId < b.LogicalResourceId ? -1 : 1));
}

function refuseOtherTypes(before: DeployedStack | undefined, after: Evaluation): void {
  const changed = [...after.resources.values()].filter(({ logicalId, type }) => {
    const was = before?.resources.get(logicalId);
    return was !== undefined && was.type !== type;
  });
  if (changed.length === 0) return;
  const names = changed.map(({ logicalId }) => logicalId).join(", ");
  throw new TemplateError(
    "Update of resource type is not permitted. The new template modifies resource type of the " +
      `following resources: [${names}]`,
  );
}

/** Nobody knows yet what resources give that are new or replaced; others give what they gave. */
function attributesAfter(
  before: DeployedStack | undefined,
  changes: ReadonlyMap<string, ResourceChange>,
): Attributes {
  return (id, attribute) => {
    const isKept = (changes.get(id)?.Replacement ?? "False") === "False";
    return before?.resources.has(id) && isKept ? before.attributes(id, attribute) : UNKNOWN;
  };
}

function addition(compared: Compared, id: string): ResourceChange {
  const { after, imports, includeValues } = compared;
  const declared = after.resources.get(id);
  const physicalId = imports?.get(id);
  const resolved = after.resource(id, compared.attributes);
  return {
    Action: physicalId === undefined ? "Add" : "Import",
    LogicalResourceId: id,
    ...(physicalId !== undefined && { PhysicalResourceId: physicalId }),
    ResourceType: resolved.type,
    Scope: [],
    Details: [],
    ...(includeValues && { AfterContext: context(resolved.properties, resolved, declared) }),
  };
}

function removal(
  { before, includeValues }: Compared,
  id: string,
  { type, physicalId, properties }: DeployedResource,
): ResourceChange {
  const was = resolvedBefore(before, id);
  const declared = before?.evaluation.resources.get(id);
  return {
    Action: "Remove",
    LogicalResourceId: id,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    PolicyAction: policyAction(was?.deletionPolicy),
    Scope: [],
    Details: [],
    ...(includeValues && { BeforeContext: context(properties, was, declared) }),
  };
}

function modification(
  compared: Compared,
  before: DeployedStack,
  id: string,
  was: DeployedResource,
): ResourceChange | undefined {
  const { after, includeValues } = compared;
  const declared = after.resources.get(id);
  if (declared === undefined) return undefined;
  const resolved = after.resource(id, compared.attributes);
  const resolvedWas = resolvedBefore(before, id);
  const Details = [
    ...(resolvedWas ? attributeDetails(compared, before, declared, resolvedWas, resolved) : []),
    ...propertyDetails(compared, before, declared, resolved),
    ...detailsOfType(compared, was.type),
  ];
  if (Details.length === 0) return undefined;
  const Replacement = replacement(Details);
  const declaredWas = before.evaluation.resources.get(id);
  return {
    Action: "Modify",
    LogicalResourceId: id,
    PhysicalResourceId: was.physicalId,
    ResourceType: was.type,
    Replacement,
    ...(Replacement === "True" && {
      PolicyAction: `ReplaceAnd${policyAction(resolved.updateReplacePolicy)}` as const,
    }),
    Scope: [...new Set(Details.map(({ Target }) => Target.Attribute))].sort(),
    Details,
    ...(includeValues && {
      BeforeContext: context(was.properties, resolvedWas, declaredWas),
      AfterContext: context(resolved.properties, resolved, declared),
    }),
  };
}

/** A resource as its template declared it, unless the stack has it for another reason. */
function resolvedBefore(
  before: DeployedStack | undefined,
  id: string,
): ResolvedResource | undefined {
  return before?.evaluation.resources.has(id)
    ? before.evaluation.resource(id, before.attributes)
    : undefined;
}

function policyAction(policy: string | undefined): "Delete" | "Retain" | "Snapshot" {
  if (policy === "Retain" || policy === "RetainExceptOnCreate") return "Retain";
  return policy === "Snapshot" ? "Snapshot" : "Delete";
}

/** The details that a resource has for its type alone. */
function detailsOfType(compared: Compared, type: string): readonly ChangeDetail[] {
  const schema = compared.schemas(type);
  const details: ChangeDetail[] = [];
  if (compared.stackTagsChange && schema?.tags !== undefined)
    details.push({
      Target: { Attribute: "Tags", RequiresRecreation: "Never" },
      Evaluation: "Static",
      ChangeSource: "DirectModification",
    });
  if (schema?.updatesAlways)
    details.push({
      Target: { Attribute: "Properties", RequiresRecreation: "Never" },
      Evaluation: "Dynamic",
      ChangeSource: "Automatic",
    });
  return details;
}

/** A change that may or may not happen makes a replacement that may or may not, too. */
function replacement(details: readonly ChangeDetail[]): "True" | "False" | "Conditional" {
  const recreating = details.filter(({ Target }) => Target.RequiresRecreation !== "Never");
  if (recreating.length === 0) return "False";
  const isSure = recreating.some(
    ({ Target, Evaluation }) => Target.RequiresRecreation === "Always" && Evaluation === "Static",
  );
  return isSure ? "True" : "Conditional";
}
