import type { Template } from "../declare/template.ts";
import { formatError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";
import type { Attributes, Environment } from "../evaluate/environment.ts";
import { Evaluation } from "../evaluate/evaluation.ts";

/** Resolves a value of a template before its resources are known. */
export type ResolveByParameters = (value: Value, at: string) => Value | undefined;

/** Transforms are carried out before conditions and resources count: parameters and mappings do. */
export function parametersOnly(template: Template, environment: Environment): ResolveByParameters {
  const nothing = new Map<string, never>();
  const evaluation = new Evaluation(
    {
      ...template,
      conditions: nothing,
      rules: nothing,
      resources: nothing,
      outputs: nothing,
      extended: true,
    },
    environment,
  );
  return (value, at) => evaluation.resolve(value, noResources, at);
}

const noResources: Attributes = (name) => {
  throw formatError(`Unresolved dependencies [${name}]. Cannot reference resources in transforms`);
};
