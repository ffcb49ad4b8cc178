import type { Property, PropertyType } from "../../../kernel/resources.ts";

export const text: PropertyType = { kind: "string" };
export const json: PropertyType = { kind: "json" };

export function required(type: PropertyType): Property {
  return { type, required: true, replacement: "no" };
}

export function optional(type: PropertyType): Property {
  return { type, required: false, replacement: "no" };
}

/** Another value is a change of the physical id, which makes CloudFormation replace it. */
export function replaced(property: Property): Property {
  return { ...property, replacement: "yes" };
}
