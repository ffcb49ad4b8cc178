import {
  type DynamicReference,
  dynamicReferencesIn,
  type MapValue,
  TemplateError,
  type Value,
  withDynamicValues,
} from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { StackRow } from "../tables.ts";

/** Whoever resolves values: its credentials read the parameters. */
export interface Resolving {
  readonly deps: Pick<EngineDependencies, "invoke">;
  readonly stack: Pick<StackRow, "region">;
  currentCaller(): Promise<Caller>;
}

/**
 * Puts SSM parameters' values in place of `{{resolve:ssm:…}}`. Rejects with TemplateError for a
 * reference that can't be resolved.
 */
export async function withDynamicReferences(
  properties: MapValue,
  resolving: Resolving,
): Promise<MapValue> {
  const references = dynamicReferencesIn(properties);
  if (references.length === 0) return properties;
  const values = new Map<string, string>();
  for (const reference of references) {
    if (reference.service === "secretsmanager")
      throw new TemplateError(
        `Rolecast has no Secrets Manager, which ${reference.text} refers to.`,
      );
    values.set(reference.text, await readParameter(reference, resolving));
  }
  return withDynamicValues(properties as Value, values) as MapValue;
}

async function readParameter(
  { key, service }: DynamicReference,
  resolving: Resolving,
): Promise<string> {
  const { deps, stack } = resolving;
  try {
    const as = await resolving.currentCaller();
    const input = { Name: key, WithDecryption: service === "ssm-secure" };
    const options = { as, region: stack.region };
    const { Parameter } = await deps.invoke<{ readonly Parameter?: { readonly Value?: string } }>(
      "ssm",
      "GetParameter",
      input,
      options,
    );
    return Parameter?.Value ?? "";
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "ParameterNotFound" || error.code === "ParameterVersionNotFound")
      throw new TemplateError(`Parameters: [${service}:${key}] cannot be found.`);
    throw new TemplateError(error.message);
  }
}
