import { MAX_RESOURCES } from "../document/limits.ts";
import { formatError } from "../document/template-error.ts";
import { isMap, isScalar, type MapValue, member, type Value } from "../document/value.ts";
import { functionCall } from "../functions/function-call.ts";
import { checkMembers, checkName } from "./names.ts";
import { checkPolicy, type PolicyKey } from "./policies.ts";
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

/**
 * The resources of a template's section; loops and macros that aren't carried out are left out.
 *
 * @param isExpanded whether no transform is left to carry out.
 */
export function declareResources(
  section: MapValue,
  isExpanded: boolean,
): ReadonlyMap<string, ResourceDeclaration> {
  const resources = new Map<string, ResourceDeclaration>();
  const names = Object.keys(section);
  if (names.length === 0) throw formatError("At least one Resources member must be defined.");
  for (const name of names) {
    if (!isExpanded && name.startsWith("Fn::")) continue;
    resources.set(name, declareResource(name, section[name] ?? null, isExpanded));
  }
  if (resources.size > MAX_RESOURCES)
    throw formatError(
      `Number of resources, ${resources.size}, is greater than maximum allowed, ${MAX_RESOURCES}`,
    );
  return resources;
}

function declareResource(name: string, declared: Value, isExpanded: boolean): ResourceDeclaration {
  checkName("Resource", name);
  if (!isMap(declared)) throw formatError("Any Resources member must be an object.");
  const type = member(declared, "Type");
  if (typeof type !== "string" && !(isSnippet(declared) && !isExpanded))
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
    deletionPolicy: policy(name, declared, "DeletionPolicy", isExpanded),
    updateReplacePolicy: policy(name, declared, "UpdateReplacePolicy", isExpanded),
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

/** A policy's name, or the function that gives it, which needs no transform. */
function policy(
  name: string,
  declared: MapValue,
  key: PolicyKey,
  isExpanded: boolean,
): Value | undefined {
  const value = member(declared, key);
  if (value === undefined || !isExpanded) return value;
  return functionCall(value) ? value : checkPolicy(name, key, value);
}
