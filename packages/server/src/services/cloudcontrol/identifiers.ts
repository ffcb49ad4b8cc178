import { jsonDepth } from "../../kernel/json-depth.ts";
import type { ResourceModel, ResourceSchema } from "../../kernel/resources.ts";
import { invalid } from "./errors.ts";
import { MODEL_DEPTH_MAX } from "./model-budget.ts";

/** The identifier of a resource: its parts, joined by bars. */
export function identifierOf({ primaryIdentifier }: ResourceSchema, model: ResourceModel): string {
  return primaryIdentifier.map((name) => String(model[name])).join("|");
}

/** The identifier where the model has it; null: the service is yet to choose a part of it. */
export function givenIdentifier(schema: ResourceSchema, model: ResourceModel): string | null {
  const isGiven = schema.primaryIdentifier.every((name) => (model[name] ?? "") !== "");
  return isGiven ? identifierOf(schema, model) : null;
}

/**
 * The parts of an identifier that a caller gave: joined by bars, or as JSON. Source: Cloud Control
 * user guide, "Identifying resources". Throws ValidationException.
 */
export function readIdentifier(schema: ResourceSchema, identifier: string): ResourceModel {
  const { primaryIdentifier, typeName } = schema;
  const named = identifier.startsWith("{") ? jsonObject(identifier) : undefined;
  const parts = named
    ? primaryIdentifier.map((name) => named[name] ?? named[`/properties/${name}`])
    : primaryIdentifier.length === 1
      ? [identifier]
      : identifier.split("|");
  const isWhole = parts.length === primaryIdentifier.length && parts.every((part) => part);
  if (!isWhole)
    throw invalid(
      `Identifier ${identifier} is not valid for identifier [${primaryIdentifier
        .map((name) => `/properties/${name}`)
        .join(", ")}] of ${typeName}`,
    );
  return Object.fromEntries(primaryIdentifier.map((name, index) => [name, parts[index]]));
}

/** The object that a text is; undefined where it is none. Throws ValidationException. */
export function jsonObject(text: string): ResourceModel | undefined {
  if (jsonDepth(text) > MODEL_DEPTH_MAX)
    throw invalid(`Rolecast reads properties nested at most ${MODEL_DEPTH_MAX} deep.`);
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as ResourceModel) : undefined;
  } catch {
    return undefined;
  }
}
