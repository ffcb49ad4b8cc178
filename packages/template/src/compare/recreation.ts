import type { MapValue } from "../document/value.ts";
import { differences } from "./differences.ts";

/** A change of the property keeps the resource, replaces it, or either. */
export type Replacement = "no" | "yes" | "maybe";

/** The type of a property's value, as far as it leads to properties inside. */
export type PropertyType =
  | { readonly kind: "list" | "map"; readonly of: PropertyType }
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "union"; readonly of: readonly PropertyType[] }
  | { readonly kind: "string" | "integer" | "number" | "boolean" | "json" | "timestamp" };

export interface PropertySchema {
  readonly type: PropertyType;
  readonly replacement: Replacement;
}

/** The data of a resource type that change sets need. */
export interface TypeSchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  /** Types that properties share, by name. */
  readonly types: Readonly<Record<string, Readonly<Record<string, PropertySchema>>>>;
  /** The property that holds tags. */
  readonly tags?: { readonly property: string };
  /** Every update touches the resource, as it does nested stacks. */
  readonly updatesAlways?: boolean;
}

/** The schema of a type by its name; undefined where nothing is known of it. */
export type SchemaLookup = (typeName: string) => TypeSchema | undefined;

const RANKS: Readonly<Record<Replacement, number>> = { no: 0, maybe: 1, yes: 2 };

/** Whether a change at a path inside a resource's properties replaces the resource. */
export function replacementAt(
  schema: TypeSchema | undefined,
  path: readonly string[],
): Replacement {
  const [name = "", ...rest] = path;
  const property = own(schema?.properties, name);
  if (schema === undefined || property === undefined) return "no";
  return worst(property.replacement, inside(schema, property.type, rest));
}

/** Whether a resource is replaced when its properties change so. */
export function replacementOf(
  schema: TypeSchema | undefined,
  before: MapValue,
  after: MapValue,
): Replacement {
  return differences(before, after).reduce<Replacement>(
    (sum, { path }) => worst(sum, replacementAt(schema, path)),
    "no",
  );
}

function inside(schema: TypeSchema, type: PropertyType, path: readonly string[]): Replacement {
  const [step, ...rest] = path;
  if (step === undefined) return "no";
  switch (type.kind) {
    case "list":
    case "map":
      return inside(schema, type.of, rest);
    case "named": {
      const property = own(own(schema.types, type.name), step);
      if (property === undefined) return "no";
      return worst(property.replacement, inside(schema, property.type, rest));
    }
    case "union":
      return type.of.reduce<Replacement>((sum, one) => worst(sum, inside(schema, one, path)), "no");
    default:
      return "no";
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

export function worst(a: Replacement, b: Replacement): Replacement {
  return RANKS[a] >= RANKS[b] ? a : b;
}
