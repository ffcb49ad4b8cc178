import type { ServiceRegistry } from "./service-registry.ts";

/** Which operations of a service's API work, by name. */
export interface OperationCoverage {
  /** The service's name in the docs: `EventBridge`. */
  readonly title: string;
  readonly implemented: readonly string[];
  readonly missing: readonly string[];
}

export function coverageOf({ all }: ServiceRegistry): Readonly<Record<string, OperationCoverage>> {
  const coverage: Record<string, OperationCoverage> = {};
  for (const { service, wire } of all) {
    if (service.sameApiAs !== undefined) continue;
    const names = [...wire.operations.keys()].sort();
    const works = (name: string) => Object.hasOwn(service.operations, name);
    coverage[service.definition.name] = {
      title: service.title,
      implemented: names.filter(works),
      missing: names.filter((name) => !works(name)),
    };
  }
  return coverage;
}
