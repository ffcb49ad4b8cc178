import { type Attributes, UNKNOWN, type Value } from "@rolecast/template";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { ResourceRow } from "../tables.ts";
import { modelOf, propertiesOf } from "./stored-json.ts";

/** Answers references to a stack's resources from its rows; what isn't made yet is unknown. */
export function attributesOf(resources: ReadonlyMap<string, ResourceRow>): Attributes {
  return (logicalId, attribute) => {
    const row = resources.get(logicalId);
    if (!row || row.physical_id === null) return UNKNOWN;
    if (attribute === "Ref") return row.physical_id;
    return at(modelOf(row), attribute) ?? at(propertiesOf(row), attribute);
  };
}

/** The value at a path with dots: `Outputs.Url`. */
function at(model: ResourceModel, path: string): Value | undefined {
  const whole = ownValue(model, path);
  if (whole !== undefined) return whole as Value;
  let value: unknown = model;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as ResourceModel)[name];
  }
  return value as Value | undefined;
}
