import { MAX_MAPPING_ATTRIBUTES, MAX_MAPPINGS } from "../document/limits.ts";
import { formatError } from "../document/template-error.ts";
import { isMap, isScalar, type MapValue, type Value } from "../document/value.ts";

/** The conditions of a template's section; each is one function. */
export function declareConditions(section: MapValue): ReadonlyMap<string, Value> {
  const conditions = Object.entries(section);
  for (const [name, condition] of conditions) {
    if (name.startsWith("Fn::")) continue;
    if (!isMap(condition))
      throw formatError(
        "Conditions can only be boolean operations on parameters and other conditions",
      );
  }
  return new Map(conditions);
}

/** Checks a `Mappings` section: two levels of maps, with a text or a list of texts in each. */
export function declareMappings(section: MapValue, expanded: boolean): MapValue {
  const maps = Object.entries(section);
  if (maps.length > MAX_MAPPINGS)
    throw formatError(
      `Number of mappings, ${maps.length}, is greater than maximum allowed, ${MAX_MAPPINGS}`,
    );
  if (!expanded) return section;
  for (const [name, map] of maps) checkMapping(name, map);
  return section;
}

function checkMapping(name: string, map: Value): void {
  if (!isMap(map)) throw formatError(`Every Mappings member ${name} must be a map`);
  for (const [key, attributes] of Object.entries(map)) {
    if (!isMap(attributes)) throw formatError(`Every Mappings member ${key} must be a map`);
    const values = Object.values(attributes);
    if (values.length > MAX_MAPPING_ATTRIBUTES)
      throw formatError(
        `Number of attributes, ${values.length}, in mapping ${name} is greater than maximum ` +
          `allowed, ${MAX_MAPPING_ATTRIBUTES}`,
      );
    if (!values.every((value) => isScalar(value) || isListOfScalars(value)))
      throw formatError("Every Mappings attribute must be a String or a List.");
  }
}

function isListOfScalars(value: Value): boolean {
  return Array.isArray(value) && value.every(isScalar);
}
