import type { ResourceDeclaration } from "../declare/template.ts";
import type { Value } from "../document/value.ts";
import type { ResolvedResource } from "../evaluate/evaluation.ts";
import type { DeployedStack } from "./comparison.ts";
import { isSame, shownValue } from "./differences.ts";
import { type Compared, causesOf, resourceNow } from "./own-causes.ts";
import type { ChangeDetail } from "./resource-change.ts";

const ATTRIBUTES = [
  ["Metadata", "metadata"],
  ["CreationPolicy", "creationPolicy"],
  ["UpdatePolicy", "updatePolicy"],
  ["DeletionPolicy", "deletionPolicy"],
  ["UpdateReplacePolicy", "updateReplacePolicy"],
] as const;

/** The details of what changes in a resource's declaration beside its properties. */
export function attributeDetails(
  compared: Compared,
  before: DeployedStack,
  declared: ResourceDeclaration,
  resolvedBefore: ResolvedResource,
  resolved: ResolvedResource,
): readonly ChangeDetail[] {
  const changed = ATTRIBUTES.filter(([, key]) => !isSame(resolvedBefore[key], resolved[key]));
  if (changed.length === 0) return [];
  const now = resourceNow(compared, before, declared.logicalId);
  return changed.flatMap(([Attribute, key]) => {
    const was = resolvedBefore[key];
    const Target = {
      Attribute,
      RequiresRecreation: "Never",
      ...(compared.includeValues && shown(Attribute, was, resolved[key])),
    } as const;
    const pick = (resource: ResolvedResource) => resource[key];
    const causes = causesOf(compared, was, now, pick, declared[key] ?? null);
    return causes.map((cause) => ({ ...cause, Target }));
  });
}

function shown(name: string, was: Value | undefined, is: Value | undefined) {
  return {
    Path: `/${name}`,
    ...(was !== undefined && { BeforeValue: shownValue(was) }),
    ...(is !== undefined && { AfterValue: shownValue(is) }),
    AttributeChangeType: was === undefined ? "Add" : is === undefined ? "Remove" : "Modify",
  } as const;
}
