import type { ResourceDeclaration } from "../declare/template.ts";
import { type MapValue, member, type Value } from "../document/value.ts";
import type { ResolvedResource } from "../evaluate/evaluation.ts";
import { functionCall } from "../functions/function-call.ts";
import type { DeployedStack } from "./comparison.ts";
import { type Difference, differences, shownValue } from "./differences.ts";
import { type Compared, causesOf, resourceNow } from "./own-causes.ts";
import { type Replacement, replacementAt, type TypeSchema, worst } from "./recreation.ts";
import type { ChangeDetail, ChangeTarget } from "./resource-change.ts";

/** The details of what changes in a resource's properties, by the properties' names. */
export function propertyDetails(
  compared: Compared,
  before: DeployedStack,
  declared: ResourceDeclaration,
  resolved: ResolvedResource,
): ChangeDetail[] {
  const schema = compared.schemas(declared.type);
  const was = before.resources.get(declared.logicalId)?.properties ?? {};
  const now = resourceNow(compared, before, declared.logicalId);
  const names = new Set([...Object.keys(was), ...Object.keys(resolved.properties)]);
  return [...names].sort().flatMap((name) => {
    const causes = causesOf(
      compared,
      member(was, name),
      now,
      ({ properties }) => member(properties, name),
      expression(declared.properties, name),
    );
    const places = differences(member(was, name), member(resolved.properties, name));
    if (!compared.includeValues) {
      const Target = propertyTarget(schema, name, places);
      return causes.map((cause) => ({ ...cause, Target }));
    }
    return places.flatMap((place) => {
      const Target = { ...propertyTarget(schema, name, [place]), ...shown(name, place) };
      return causes.map((cause) => ({ ...cause, Target }));
    });
  });
}

/** The template's words for a property; one function may give all properties. */
function expression(properties: MapValue, name: string): Value {
  return functionCall(properties) === undefined ? (member(properties, name) ?? null) : properties;
}

const RECREATION: Readonly<Record<Replacement, ChangeTarget["RequiresRecreation"]>> = {
  no: "Never",
  maybe: "Conditionally",
  yes: "Always",
};

function propertyTarget(
  schema: TypeSchema | undefined,
  name: string,
  places: readonly Difference[],
): ChangeTarget {
  const replacement = places.reduce<Replacement>(
    (sum, { path }) => worst(sum, replacementAt(schema, [name, ...path])),
    replacementAt(schema, [name]),
  );
  return {
    Attribute: "Properties",
    Name: name,
    RequiresRecreation: RECREATION[replacement],
  };
}

function shown(name: string, { path, before, after }: Difference) {
  return {
    Path: `/Properties/${[name, ...path].join("/")}`,
    ...(before !== undefined && { BeforeValue: shownValue(before) }),
    ...(after !== undefined && { AfterValue: shownValue(after) }),
    AttributeChangeType: before === undefined ? "Add" : after === undefined ? "Remove" : "Modify",
  } as const;
}
