import type { ServiceRegistry } from "./service-registry.ts";

/** Which operations of a service's API work, by name. */
export interface OperationCoverage {
  /** The service's name in the docs: `EventBridge`. */
  readonly title: string;
  readonly implemented: readonly string[];
  readonly missing: readonly string[];
  /** Members of inputs that are refused by their names, as `PutEvents.EndpointId`. */
  readonly unsupportedMembers: readonly string[];
}

/** Loads all services. */
export async function coverageOf({
  all,
}: ServiceRegistry): Promise<Readonly<Record<string, OperationCoverage>>> {
  const coverage: Record<string, OperationCoverage> = {};
  for (const registered of all) {
    const { sameApiAs, title, definition } = registered.service;
    if (sameApiAs !== undefined) continue;
    const { wire, operations, constraints } = await registered.load();
    const names = [...wire.operations.keys()].sort();
    const works = (name: string) => Object.hasOwn(operations, name);
    coverage[definition.name] = {
      title,
      implemented: names.filter(works),
      missing: names.filter((name) => !works(name)),
      unsupportedMembers: constraints.unsupported ?? [],
    };
  }
  return coverage;
}
