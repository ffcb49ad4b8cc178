import { MAX_RESOURCES } from "../document/limits.ts";
import { formatError } from "../document/template-error.ts";
import { isMap, isScalar, type MapValue, member, type Value } from "../document/value.ts";
import { checkMembers, checkName } from "./names.ts";
import type { ResourceDeclaration } from "./template.ts";
import { isSnippet } from "./transforms.ts";

const MEMBERS = new Set([
  "Type",
  "Properties",
  "DependsOn",
  "Condition",
  "DeletionPolicy",
  "UpdateReplacePolicy",
  "UpdatePolicy",
  "CreationPolicy",
  "Metadata",
  "Description",
  "Version",
  "Fn::Transform",
]);
const DELETION_POLICIES = new Set(["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]);
const REPLACE_POLICIES = new Set(["Delete", "Retain", "Snapshot"]);

/** How far a template's transforms are carried out. */
interface Stage {
  /** No transform is left. */
  readonly expanded: boolean;
  /** AWS::LanguageExtensions was one of them. */
  readonly extended: boolean;
}

/** The resources of a template's section; loops and macros that aren't carried out are left out. */
export function declareResources(
  section: MapValue,
  stage: Stage,
): ReadonlyMap<string, ResourceDeclaration> {
  const resources = new Map<string, ResourceDeclaration>();
  const names = Object.keys(section);
  if (names.length === 0) throw formatError("At least one Resources member must be defined.");
  for (const name of names) {
    if (!stage.expanded && name.startsWith("Fn::")) continue;
    resources.set(name, declareResource(name, section[name] ?? null, stage));
  }
  if (resources.size > MAX_RESOURCES)
    throw formatError(
      `Number of resources, ${resources.size}, is greater than maximum allowed, ${MAX_RESOURCES}`,
    );
  return resources;
}

function declareResource(name: string, declared: Value, stage: Stage): ResourceDeclaration {
  checkName("Resource", name);
  if (!isMap(declared)) throw formatError("Any Resources member must be an object.");
  const type = member(declared, "Type");
  if (typeof type !== "string" && !(isSnippet(declared) && !stage.expanded))
    throw formatError(`[/Resources/${name}] Every Resources object must contain a Type member.`);
  checkMembers("resource", declared, MEMBERS);
  const properties = member(declared, "Properties") ?? {};
  if (!isMap(properties))
    throw formatError(`[/Resources/${name}/Properties] Properties must be an object.`);
  const condition = member(declared, "Condition");
  if (condition !== undefined && typeof condition !== "string")
    throw formatError(`[/Resources/${name}/Condition] Condition must be a string.`);
  return {
    logicalId: name,
    type: typeof type === "string" ? type : "",
    properties,
    dependsOn: dependsOn(name, member(declared, "DependsOn")),
    condition,
    deletionPolicy: policy(name, declared, "DeletionPolicy", DELETION_POLICIES, stage),
    updateReplacePolicy: policy(name, declared, "UpdateReplacePolicy", REPLACE_POLICIES, stage),
    metadata: member(declared, "Metadata"),
    creationPolicy: member(declared, "CreationPolicy"),
    updatePolicy: member(declared, "UpdatePolicy"),
  };
}

function dependsOn(name: string, declared: Value | undefined): readonly string[] {
  if (declared === undefined) return [];
  if (isScalar(declared)) return [String(declared)];
  if (!Array.isArray(declared)) throw formatError("DependsOn must be a string or list of strings.");
  return declared.map((item: Value) => {
    if (!isScalar(item)) throw formatError("Every DependsOn value must be a string.");
    return item === name ? name : String(item);
  });
}

function policy(
  name: string,
  declared: MapValue,
  key: string,
  known: ReadonlySet<string>,
  stage: Stage,
): Value | undefined {
  const value = member(declared, key);
  if (value === undefined || !stage.expanded) return value;
  if (typeof value === "string") {
    if (!known.has(value)) throw formatError(`Unrecognized ${key} ${value} for resource ${name}`);
    return value;
  }
  if (!stage.extended || !isMap(value))
    throw formatError("Every DeletionPolicy member must be a string.");
  return value;
}
