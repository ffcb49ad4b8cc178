import type { ResourceDeclaration, Template } from "../declare/template.ts";
import { TemplateError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";
import { eachReference } from "../functions/references.ts";
import { refuseUnresolvedResources } from "../functions/unresolved-resources.ts";

/** Which resource waits for which others. */
export interface DependencyGraph {
  /** All resources; each comes after those that it waits for, else in the template's order. */
  readonly order: readonly string[];
  /** For each resource, those that it waits for. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  /** For each resource, those that wait for it. */
  readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A template whose conditions are decided. */
export interface DecidedTemplate {
  readonly template: Template;
  /** The resources whose condition holds. */
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  condition(name: string, where?: string): boolean;
}

/**
 * Finds who waits for whom: by DependsOn, Ref, Fn::GetAtt and Fn::Sub; of an Fn::If, the branch
 * that holds counts.
 *
 * @throws TemplateError if resources wait for each other in a circle, or refer to a resource
 *   whose condition doesn't hold.
 */
export function dependencyGraph(decided: DecidedTemplate): DependencyGraph {
  const { resources, template } = decided;
  const dependencies = new Map<string, Set<string>>();
  const unresolved = new Set<string>();
  for (const resource of resources.values()) {
    const waitsFor = new Set<string>();
    // AWS ignores DependsOn of a resource that a condition leaves out.
    for (const name of resource.dependsOn) if (resources.has(name)) waitsFor.add(name);
    for (const part of partsOf(resource)) {
      for (const name of resourcesIn(part, decided)) {
        if (resources.has(name)) waitsFor.add(name);
        else unresolved.add(name);
      }
    }
    dependencies.set(resource.logicalId, waitsFor);
  }
  refuseUnresolvedResources(unresolved, "Resources");
  const inOutputs = [...template.outputs.values()]
    .filter(({ condition }) => condition === undefined || decided.condition(condition))
    .flatMap(({ value, exportName }) => [
      ...resourcesIn(value, decided),
      ...resourcesIn(exportName, decided),
    ]);
  refuseUnresolvedResources(new Set(inOutputs.filter((name) => !resources.has(name))), "Outputs");
  const dependents = reversed(dependencies);
  return { order: inOrder(dependencies, dependents), dependencies, dependents };
}

/**
 * Refuses resources that wait for each other whatever the conditions come to.
 *
 * @throws TemplateError
 */
export function refuseCircles({ resources }: Template): void {
  const always = [...resources.values()].filter(({ condition }) => condition === undefined);
  const names = new Set(always.map(({ logicalId }) => logicalId));
  const dependencies = new Map(
    always.map((resource) => {
      const waitsFor = new Set(resource.dependsOn);
      for (const part of partsOf(resource))
        eachReference(
          part ?? null,
          () => "neither",
          ({ name }) => waitsFor.add(name),
        );
      return [resource.logicalId, new Set([...waitsFor].filter((name) => names.has(name)))];
    }),
  );
  inOrder(dependencies, reversed(dependencies));
}

/** The parts of a resource that may refer to others. */
function partsOf(resource: ResourceDeclaration): readonly (Value | undefined)[] {
  const { properties, metadata, creationPolicy, updatePolicy } = resource;
  const { deletionPolicy, updateReplacePolicy } = resource;
  const policies = [creationPolicy, updatePolicy, deletionPolicy, updateReplacePolicy];
  return [properties, metadata, ...policies];
}

/** The resources of the template that a value refers to on the branches that hold. */
function resourcesIn(value: Value | undefined, decided: DecidedTemplate): readonly string[] {
  const names: string[] = [];
  const branches = (condition: string) => decided.condition(condition, "Fn::If");
  eachReference(value ?? null, branches, ({ name }) => {
    if (decided.template.resources.has(name)) names.push(name);
  });
  return names;
}

function reversed(
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const dependents = new Map<string, Set<string>>();
  for (const name of dependencies.keys()) dependents.set(name, new Set());
  for (const [name, waitsFor] of dependencies)
    for (const other of waitsFor) dependents.get(other)?.add(name);
  return dependents;
}

function inOrder(
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  dependents: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const missing = new Map([...dependencies].map(([name, { size }]) => [name, size]));
  const order = [...missing].filter(([, count]) => count === 0).map(([name]) => name);
  for (const name of order) {
    for (const dependent of dependents.get(name) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  const circular = [...missing].filter(([, count]) => count > 0).map(([name]) => name);
  if (circular.length > 0)
    throw new TemplateError(`Circular dependency between resources: [${circular.join(", ")}]`);
  return order;
}
