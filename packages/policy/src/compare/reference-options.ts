import type { AuthorizationData } from "../advise/authorization-data.ts";
import { ownValue } from "../own-value.ts";
import type { CompareOptions } from "./compare.ts";

const known = new WeakMap<AuthorizationData, CompareOptions>();

/** Options with which witnesses name AWS's actions on resources that they are about. */
export function referenceOptions(data: AuthorizationData): CompareOptions {
  const found = known.get(data) ?? optionsOf(data);
  known.set(data, found);
  return found;
}

function optionsOf({ services }: AuthorizationData): CompareOptions {
  const forms = new Map<string, readonly string[]>();
  for (const [service, { actions, resources }] of Object.entries(services)) {
    for (const [name, { resources: types }] of Object.entries(actions)) {
      const own = types.flatMap((type) => ownValue(resources, type) ?? []);
      forms.set(`${service}:${name}`, types.length === 0 ? ["*"] : own);
    }
  }
  return {
    // The short names are those that people know.
    knownActions: [...forms.keys()].sort((one, other) => one.length - other.length),
    resourceFormsOf: (action) => forms.get(action) ?? [],
  };
}
