import type { Property, PropertyType, ResourceModel, ResourceSchema } from "../resources.ts";
import { valueViolations } from "./model-violations.ts";

type Types = Pick<ResourceSchema, "types">;

/**
 * The declared properties with scalars of the types that the schema has: a template's parameters
 * are text where a property is a number or a truth value, and `5` may name a channel. What can't
 * be such a value stays as it is, for `modelViolations` to name.
 */
export function typedModel(schema: ResourceSchema, model: ResourceModel): ResourceModel {
  return typedMembers(schema.properties, model, schema);
}

function typedMembers(
  properties: Readonly<Record<string, Property>>,
  value: ResourceModel,
  types: Types,
): ResourceModel {
  const entries = Object.entries(value).map(([name, each]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return [name, property ? typed(property.type, each, types) : each] as const;
  });
  return Object.fromEntries(entries);
}

function typed(type: PropertyType, value: unknown, types: Types): unknown {
  switch (type.kind) {
    case "named":
      if (!isObject(value)) return value;
      return typedMembers(types.types[type.name] ?? {}, value, types);
    case "list":
      return Array.isArray(value) ? value.map((each) => typed(type.of, each, types)) : value;
    case "map": {
      if (!isObject(value)) return value;
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([name, each]) => [name, typed(type.of, each, types)]));
    }
    case "union": {
      const fits = (each: PropertyType, it: unknown) =>
        valueViolations(each, it, "#", types).length === 0;
      if (type.of.some((each) => fits(each, value))) return value;
      const all = type.of.map((each) => [each, typed(each, value, types)] as const);
      return (all.find(([each, it]) => fits(each, it)) ?? [type, value])[1];
    }
    case "json":
      return value;
    case "string":
    case "timestamp":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    case "boolean":
      return value === "true" || value === "false" ? value === "true" : value;
    case "integer":
    case "number":
      return typeof value === "string" && isNumber(value) ? Number(value) : value;
  }
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text);
}

function isObject(value: unknown): value is ResourceModel {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
