import type { ResourceDeclaration } from "../declare/template.ts";
import { TemplateError } from "../document/template-error.ts";
import { type MapValue, member, type Value } from "../document/value.ts";
import { type Attributes, UNKNOWN } from "../evaluate/environment.ts";
import type { Evaluation, ResolvedResource } from "../evaluate/evaluation.ts";
import { functionCall } from "../functions/function-call.ts";
import { type Cause, causesIn } from "./causes.ts";
import type { Comparison, DeployedStack } from "./comparison.ts";
import { type Difference, differences, isSame, shownValue } from "./differences.ts";
import { type Replacement, replacementAt, type TypeSchema, worst } from "./recreation.ts";
import type { ChangeDetail, ChangeTarget, ResourceChange } from "./resource-change.ts";

/** A comparison under way. */
export interface Compared extends Comparison {
  /** The changes of resources that come before. */
  readonly changes: ReadonlyMap<string, ResourceChange>;
  readonly changedParameters: ReadonlySet<string>;
  readonly hybrid: Evaluation | undefined;
  /** The attributes that resources will have. */
  readonly attributes: Attributes;
}

const STATIC: Cause = { ChangeSource: "DirectModification", Evaluation: "Static" };
const DYNAMIC: Cause = { ChangeSource: "DirectModification", Evaluation: "Dynamic" };

/** The details of what changes in a resource's properties, by the properties' names. */
export function propertyDetails(
  compared: Compared,
  before: DeployedStack,
  declared: ResourceDeclaration,
  resolved: ResolvedResource,
): ChangeDetail[] {
  const schema = compared.schemas(declared.type);
  const was = before.resources.get(declared.logicalId)?.properties ?? {};
  const values = valuesOfNow(compared, before, declared.logicalId);
  const names = new Set([...Object.keys(was), ...Object.keys(resolved.properties)]);
  return [...names].sort().flatMap((name) => {
    const own: OwnCauses = {
      isDirect: !isSame(member(was, name), member(values.hybrid, name)),
      isByParameter: !isSame(member(values.hybrid, name), member(values.after, name)),
      references: causesIn(expression(declared.properties, name), compared),
    };
    const places = differences(member(was, name), member(resolved.properties, name));
    if (!compared.includeValues) {
      const Target = propertyTarget(schema, name, places);
      return causesWithoutValues(own).map((cause) => ({ ...cause, Target }));
    }
    return places.flatMap((place) => {
      const Target = { ...propertyTarget(schema, name, [place]), ...shown(name, place) };
      return causesWithValues(own).map((cause) => ({ ...cause, Target }));
    });
  });
}

/** The reasons for which one property changes. */
interface OwnCauses {
  /** The template says something else for it. */
  readonly isDirect: boolean;
  /** Parameters give it another value. */
  readonly isByParameter: boolean;
  readonly references: readonly Cause[];
}

/** A change set without values has what may change, and the causes before the property. */
function causesWithoutValues(own: OwnCauses): readonly Cause[] {
  const parameters = own.references.filter(isParameter);
  const isHidden = own.isByParameter && parameters.length === 0;
  return [
    ...(own.isDirect || isHidden ? [STATIC] : []),
    ...(own.isByParameter && !isHidden ? [...parameters, DYNAMIC] : []),
    ...own.references.filter((cause) => !isParameter(cause)),
  ];
}

/** A change set with values has what does change, and the property before the causes. */
function causesWithValues(own: OwnCauses): readonly Cause[] {
  const causes = own.references.filter((cause) => own.isByParameter || !isParameter(cause));
  return [own.isDirect || causes.length === 0 ? STATIC : DYNAMIC, ...causes];
}

function isParameter({ ChangeSource }: Cause): boolean {
  return ChangeSource === "ParameterReference";
}

/** A resource's properties as long as all others stay: by the old parameters, and the new ones. */
function valuesOfNow(
  { after, hybrid }: Compared,
  before: DeployedStack,
  id: string,
): { readonly hybrid: MapValue; readonly after: MapValue } {
  const attributes: Attributes = (name, attribute) =>
    before.resources.has(name) ? before.attributes(name, attribute) : UNKNOWN;
  const values = after.resource(id, attributes).properties;
  if (hybrid === after || !hybrid?.resources.has(id)) return { hybrid: values, after: values };
  try {
    return { hybrid: hybrid.resource(id, attributes).properties, after: values };
  } catch (error) {
    // The new template can't do with the old parameters: then all was changed in it.
    if (error instanceof TemplateError) return { hybrid: values, after: values };
    throw error;
  }
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
    ...(schema?.tags?.property === name
      ? { Attribute: "Tags" }
      : { Attribute: "Properties", Name: name }),
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
