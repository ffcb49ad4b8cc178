import { TemplateError } from "../document/template-error.ts";
import type { Value } from "../document/value.ts";
import { type Attributes, UNKNOWN } from "../evaluate/environment.ts";
import type { Evaluation, ResolvedResource } from "../evaluate/evaluation.ts";
import { type Cause, causesIn } from "./causes.ts";
import type { Comparison, DeployedStack } from "./comparison.ts";
import { isSame } from "./differences.ts";
import type { ResourceChange } from "./resource-change.ts";

/** A comparison under way. */
export interface Compared extends Comparison {
  /** The changes of resources that come before. */
  readonly changes: ReadonlyMap<string, ResourceChange>;
  readonly changedParameters: ReadonlySet<string>;
  readonly hybrid: Evaluation | undefined;
  /** The attributes that resources will have. */
  readonly attributes: Attributes;
}

/** A resource as long as all others stay: by the old parameters, and by the new ones. */
export interface Now {
  readonly hybrid: ResolvedResource;
  readonly after: ResolvedResource;
}

/** The reasons for which one property or attribute of a resource changes. */
interface OwnCauses {
  /** The template says something else for it. */
  readonly isDirect: boolean;
  /** Parameters give it another value. */
  readonly isByParameter: boolean;
  readonly references: readonly Cause[];
}

const STATIC: Cause = { ChangeSource: "DirectModification", Evaluation: "Static" };
const DYNAMIC: Cause = { ChangeSource: "DirectModification", Evaluation: "Dynamic" };

export function resourceNow({ after, hybrid }: Compared, before: DeployedStack, id: string): Now {
  const attributes: Attributes = (name, attribute) =>
    before.resources.has(name) ? before.attributes(name, attribute) : UNKNOWN;
  const resource = after.resource(id, attributes);
  if (hybrid === after || !hybrid?.resources.has(id)) return { hybrid: resource, after: resource };
  try {
    return { hybrid: hybrid.resource(id, attributes), after: resource };
  } catch (error) {
    // The new template can't do with the old parameters: then all was changed in it.
    if (error instanceof TemplateError) return { hybrid: resource, after: resource };
    throw error;
  }
}

/** Why a value changes that was `was`, that `pick` finds in a resource and `expression` gives. */
export function causesOf(
  compared: Compared,
  was: Value | undefined,
  now: Now,
  pick: (resource: ResolvedResource) => Value | undefined,
  expression: Value,
): readonly Cause[] {
  const own: OwnCauses = {
    isDirect: !isSame(was, pick(now.hybrid)),
    isByParameter: !isSame(pick(now.hybrid), pick(now.after)),
    references: causesIn(expression, compared),
  };
  return compared.includeValues ? causesWithValues(own) : causesWithoutValues(own);
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
