import {
  type DynamicReference,
  dynamicReferencesIn,
  type MapValue,
  sameValue,
  TemplateError,
  type Value,
  withDynamicValues,
} from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { StackRow } from "../tables.ts";
import {
  malformedReferences,
  refuseMalformedReferences,
  refuseSecureReferences,
  unsupportedSecureReferences,
} from "./secure-references.ts";

/** Whoever resolves values: its credentials read the parameters. */
export interface Resolving {
  readonly deps: Pick<EngineDependencies, "invoke">;
  readonly stack: Pick<StackRow, "region">;
  currentCaller(): Promise<Caller>;
}

/**
 * Puts SSM parameters' values in place of `{{resolve:ssm:…}}` in a resource's properties.
 * References to secure strings stay: nothing that is kept, compared or shown has their values.
 * Rejects with TemplateError for a reference that can't be resolved, or may not be there.
 */
export async function withDynamicReferences(
  type: string,
  properties: MapValue,
  resolving: Resolving,
): Promise<MapValue> {
  const references = dynamicReferencesIn(properties);
  if (references.length === 0) return properties;
  refuseMalformedReferences(malformedReferences(properties));
  refuseSecureReferences(unsupportedSecureReferences(type, properties));
  const values = new Map<string, string>();
  for (const reference of references) {
    if (reference.service === "secretsmanager")
      throw new TemplateError(
        `Rolecast has no Secrets Manager, which ${reference.text} refers to.`,
      );
    if (reference.service === "ssm")
      values.set(reference.text, await readParameter(reference, resolving));
  }
  return withDynamicValues(properties as Value, values) as MapValue;
}

/** A step's secure strings, which its calls alone have. */
export interface SecureValues {
  /** Properties with secure strings in place of the references to them. */
  reveal(properties: ResourceModel): ResourceModel;
  /** A model or state that a step leaves, with the references in place again. */
  conceal(left: ResourceModel): ResourceModel;
  /** A service's refusal, which may quote what it was sent. */
  concealText(text: string): string;
}

export const NO_SECURE_VALUES: SecureValues = {
  reveal: (properties) => properties,
  conceal: (left) => left,
  concealText: (text) => text,
};

/**
 * Reads the secure strings of the properties that a step puts in force. Where the earlier ones have
 * the same reference, they have the same value, so that nothing is changed by a change of the
 * parameter alone; other references of theirs stay, and differ. Rejects with TemplateError.
 */
export async function secureValuesOf(
  want: ResourceModel,
  resolving: Resolving,
): Promise<SecureValues> {
  const values = new Map<string, string>();
  for (const reference of dynamicReferencesIn(want as Value))
    if (reference.service === "ssm-secure")
      values.set(reference.text, await readParameter(reference, resolving));
  if (values.size === 0) return NO_SECURE_VALUES;
  const revealed = (value: Value) => withDynamicValues(value, values);
  const declared = new Map(
    Object.entries(want).filter(
      ([, value]) => !sameValue(revealed(value as Value), value as Value),
    ),
  );
  return {
    reveal: (properties) => revealed(properties as Value) as ResourceModel,
    conceal: (left) => withMembers(left, declared) as ResourceModel,
    concealText: (text) =>
      [...values].reduce((rest, [name, value]) => rest.replaceAll(value || name, name), text),
  };
}

/** A value in which members of these names, however deep, have these values. */
function withMembers(value: unknown, members: ReadonlyMap<string, unknown>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      members.get(name) ?? withMembers(each, members),
    ]),
  );
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
