import type { Property, PropertyType, ResourceModel, ResourceSchema } from "../resources.ts";

/**
 * The violations of a type's schema in declared properties, in the words of CloudFormation's own
 * validator: `#: required key [PolicyName] not found`.
 */
export function modelViolations(schema: ResourceSchema, model: ResourceModel): readonly string[] {
  const { properties, isOpen } = schema;
  const own = Object.entries(model).filter(([name]) => !isOpen || Object.hasOwn(properties, name));
  return membersViolations(properties, Object.fromEntries(own), "#", schema);
}

type Types = Pick<ResourceSchema, "types">;

function membersViolations(
  properties: Readonly<Record<string, Property>>,
  value: ResourceModel,
  path: string,
  types: Types,
): readonly string[] {
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required && value[name] === undefined)
    .map(([name]) => `${path}: required key [${name}] not found`);
  const others = Object.entries(value).flatMap(([name, each]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!property) return [`${path}: extraneous key [${name}] is not permitted`];
    return valueViolations(property.type, each, `${path}/${name}`, types);
  });
  return [...missing, ...others];
}

/** The violations of one value. */
export function valueViolations(
  type: PropertyType,
  value: unknown,
  path: string,
  schema: Types,
): readonly string[] {
  switch (type.kind) {
    case "named":
      if (!isObject(value)) return [expected(path, "JSONObject", value)];
      return membersViolations(schema.types[type.name] ?? {}, value, path, schema);
    case "list":
      if (!Array.isArray(value)) return [expected(path, "JSONArray", value)];
      return value.flatMap((each, index) =>
        valueViolations(type.of, each, `${path}/${index}`, schema),
      );
    case "map":
      if (!isObject(value)) return [expected(path, "JSONObject", value)];
      return Object.entries(value).flatMap(([name, each]) =>
        valueViolations(type.of, each, `${path}/${name}`, schema),
      );
    case "union": {
      const all = type.of.map((each) => valueViolations(each, value, path, schema));
      return all.some((violations) => violations.length === 0) ? [] : (all[0] ?? []);
    }
    case "json":
      return [];
    case "string":
    case "timestamp":
      return typeof value === "string" ? [] : [expected(path, "String", value)];
    case "boolean":
      return typeof value === "boolean" ? [] : [expected(path, "Boolean", value)];
    case "integer":
      return Number.isInteger(value) ? [] : [expected(path, "Integer", value)];
    case "number":
      return typeof value === "number" ? [] : [expected(path, "Number", value)];
  }
}

function isObject(value: unknown): value is ResourceModel {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function expected(path: string, kind: string, value: unknown): string {
  return `${path}: expected type: ${kind}, found: ${kindOf(value)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "Null";
  if (Array.isArray(value)) return "JSONArray";
  if (typeof value === "object") return "JSONObject";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Number";
  return typeof value === "boolean" ? "Boolean" : "String";
}

/** The model without what reading the resource doesn't give back: there are secrets among it. */
export function withoutWriteOnly(schema: ResourceSchema, model: ResourceModel): ResourceModel {
  return withoutPaths(model, schema.writeOnly);
}

/** A value without those at the paths, in which `*` is any item of a list. */
export function withoutPaths<T>(value: T, paths: readonly string[]): T {
  return paths.reduce<T>((rest, path) => without(rest, path.split("/")) as T, value);
}

function without(value: unknown, [first = "", ...rest]: readonly string[]): unknown {
  if (first === "*" && Array.isArray(value)) return value.map((each) => without(each, rest));
  if (!isObject(value)) return value;
  const { [first]: inner, ...others } = value;
  if (inner === undefined) return value;
  return rest.length === 0 ? others : { ...others, [first]: without(inner, rest) };
}
